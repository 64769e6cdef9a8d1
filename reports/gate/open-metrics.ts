import { type GateReport, type GateResult, GateVerdict } from '../../core/model/gate-report.ts';
import type { Unit } from '../../core/model/vocabulary.ts';

/** OpenMetrics wants base units, and the unit as the end of the name. */
const UNITS: Readonly<Record<Unit, string>> = { s: 'seconds', B: 'bytes', J: 'joules', W: 'watts', '1': 'ratio' };

type Labels = Readonly<Record<string, string>>;
interface Sample {
  readonly labels: Labels;
  readonly value: number | undefined;
}

/**
 * OpenMetrics 1.0 text, as GitLab’s `artifacts: reports: metrics` and Prometheus read it. A number that was not measured has no sample: the
 * format has no place for a reason, `thirdwave_gate_verdict` says which gates lack one.
 */
export function openMetrics(report: GateReport): string {
  const { gates } = report;
  const relative = gates.filter(({ kind }) => kind !== 'budget');
  return [
    ...family('run', 'info', '', 'What was gated, where and by which version.', [{ labels: runLabels(report), value: 1 }]),
    ...family('exit_code', 'gauge', '', 'Exit code of the run.', [{ labels: {}, value: report.exitCode }]),
    ...verdicts(gates),
    ...perUnit(gates, 'base', 'Median of the rounds of base.', ({ base }) => base),
    ...perUnit(gates, 'head', 'Median of the rounds of head; of a budget its figure.', ({ head }) => head),
    ...perUnit(
      gates.filter(({ kind }) => kind === 'budget'),
      'budget',
      'Largest allowed value of head.',
      ({ limit }) => limit,
    ),
    ...gauge(relative, 'change', 'ratio', 'Head over base, estimated from paired rounds.', ({ change }) => change?.estimate),
    ...gauge(relative, 'change_low', 'ratio', 'Lower bound of head over base.', ({ change }) => change?.low),
    ...gauge(relative, 'change_high', 'ratio', 'Upper bound of head over base.', ({ change }) => change?.high),
    ...gauge(relative, 'limit', 'ratio', 'Largest allowed head over base.', ({ limit }) => limit),
    ...gauge(gates, 'minimum_detectable', 'ratio', 'Smallest head over base that all rounds would find.', (gate) => gate.minimumDetectable),
    ...gauge(gates, 'rounds', '', 'Rounds with a value of both sides; of a budget its values.', ({ n }) => n),
    '# EOF',
    '',
  ].join('\n');
}

/** Nothing that changes with every run: GitLab would show each as removed and added. */
function runLabels({ config, against, host, suite }: GateReport): Labels {
  return { config, against, host_key: host.key, version: suite.version, node: suite.node };
}

function labelsOf({ id, runner, variant, program, metric, level }: GateResult): Labels {
  return { gate: id, runner, variant, program, metric, level };
}

function gauge(
  gates: readonly GateResult[],
  name: string,
  unit: string,
  help: string,
  valueOf: (gate: GateResult) => number | undefined,
): string[] {
  return family(
    name,
    'gauge',
    unit,
    help,
    gates.map((gate) => ({ labels: labelsOf(gate), value: valueOf(gate) })),
  );
}

/** A family for each unit that occurs: one name has one unit. */
function perUnit(gates: readonly GateResult[], name: string, help: string, valueOf: (gate: GateResult) => number | undefined): string[] {
  return Object.entries(UNITS).flatMap(([unit, word]) =>
    gauge(
      gates.filter((gate) => gate.unit === unit),
      name,
      word,
      help,
      valueOf,
    ),
  );
}

function verdicts(gates: readonly GateResult[]): string[] {
  const samples = gates.flatMap((gate) =>
    GateVerdict.options.map((verdict) => ({
      labels: { ...labelsOf(gate), [`${PREFIX}verdict`]: verdict },
      value: gate.verdict === verdict ? 1 : 0,
    })),
  );
  return family('verdict', 'stateset', '', 'Verdict of each gate: one of five is 1.', samples);
}

const PREFIX = 'thirdwave_gate_';

/** Nothing where no sample has a value: a family without samples says as little, and GitLab trips over none. */
function family(name: string, type: 'gauge' | 'info' | 'stateset', unit: string, help: string, samples: readonly Sample[]): string[] {
  const full = PREFIX + (unit === '' ? name : `${name}_${unit}`);
  const lines = samples.flatMap(({ labels, value }) =>
    value === undefined ? [] : [`${full}${type === 'info' ? '_info' : ''}${labelText(labels)} ${value}`],
  );
  if (lines.length === 0) return [];
  return [`# TYPE ${full} ${type}`, ...(unit === '' ? [] : [`# UNIT ${full} ${unit}`]), `# HELP ${full} ${help}`, ...lines];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/**
 * Backslash, double quote and line feed are escaped; other control characters the format has no word for become U+FFFD. GitLab takes `#` for
 * the start of a comment even inside quotes, and then refuses the file: it becomes the full-width sign.
 */
function escaped(text: string): string {
  return text
    .replaceAll(/(?!\n)\p{Cc}|\p{Cs}/gu, '\uFFFD')
    .replaceAll('#', '＃')
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}
