import type { Baseline, BaselineEntry, BaselineNumbers } from '../../core/model/baseline.ts';
import type { GateReport, GateResult } from '../../core/model/gate-report.ts';
import type { StoredBaseline } from '../../core/model/gate-run.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { gateCellIds } from '../../core/plan/gate-plan.ts';
import { SMALLEST_N_FOR_VERDICT } from '../stats/paired-log-ratio.ts';
import { median } from '../stats/quantile.ts';
import { baselineNumbers, keyFacts } from './baseline.ts';
import { contamination, entriesOf, type EarlierRuns, earlierRuns } from './earlier-runs.ts';
import { type FailedTrials, failedText, failedTrials } from './failed-trials.ts';
import { differingFields, fieldsText } from './host-difference.ts';
import { judgePredictions } from './judge-predictions.ts';
import { FEWEST_ENTRIES, type Prediction, predict } from './prediction.ts';
import { percentText, valueText } from './words.ts';

export interface BaselineInput {
  /** of the run without base: relative and exact gates in it are judged anew, budgets stay */
  readonly report: GateReport;
  readonly model: ReportModel;
  /** every stored file of this config, of any host */
  readonly stored: readonly StoredBaseline[];
  /** UTC date, YYYY-MM-DD */
  readonly today: string;
  /** judge although the host differs; what the stored numbers say is then of level warn, what this run lacks is not */
  readonly allowHostMismatch: boolean;
  /** verdict and exit code of all gates together, as of every gate run */
  readonly overall: (gates: readonly GateResult[]) => Pick<GateReport, 'verdict' | 'exitCode' | 'exitCodes'>;
}

type Judged = Pick<GateResult, 'verdict' | 'because' | 'n'> &
  Partial<GateResult> & {
    /** no stored number had a part in it */
    readonly ofThisRun?: true;
  };
/** judged already, or with the interval that all gates are judged by together */
type Found = { readonly judged: Judged } | { readonly prediction: Prediction; readonly now: number };

/**
 * A run against the accepted runs of the same host: second best, since nothing was measured beside it. Judged is whether its median lies beyond what
 * the scatter between accepted runs explains (error rates: judge-predictions.ts).
 */
export function judgeAgainstBaseline(input: BaselineInput): GateReport {
  const { report, model, today, overall } = input;
  const chosen = choose(input);
  const numbers = baselineNumbers(model, report);
  const failed = new Map(failedTrials(model.samples).map((one) => [one.cell, one]));
  const entries = chosen.baseline ? entriesOf(chosen.baseline, report.runId) : [];
  const found = report.gates.map((gate) => findings(gate, { chosen, entries, numbers, failed, input }));
  const decided = decideTogether(report, found);
  const gates = report.gates.map((gate, index): GateResult => {
    const judged = decided[index];
    if (!judged) return gate;
    const { verdict: _verdict, because: _because, n: _n, base: _base, head: _head, change: _change, twin: _twin, ...asked } = gate;
    const advisory = chosen.advisory === true && judged.verdict !== 'incomplete' && judged.ofThisRun !== true;
    const { ofThisRun: _ofThisRun, ...said } = judged;
    return { ...asked, ...said, ...(advisory ? { level: 'warn' as const } : {}) };
  });
  const warnings = [
    ...report.warnings,
    ...(chosen.warning === undefined ? [] : [chosen.warning]),
    ...doubts(entries, numbers, input, today),
  ];
  return { ...report, against: 'baseline', gates, warnings, ...overall(gates) };
}

interface Chosen {
  readonly baseline: Baseline | undefined;
  /** why it may not be compared with */
  readonly mismatch?: string;
  /** compared with all the same: what its numbers say does not count */
  readonly advisory?: true;
  readonly warning?: string;
}

/** The file of this host; else the newest of another one, with the fields in which the hosts differ. */
function choose({ report, stored, allowHostMismatch }: BaselineInput): Chosen {
  const here = keyFacts(report.host);
  const foreign = stored.find((one) => 'schema' in one && here.key.startsWith(one.hostFolder));
  if (foreign && 'schema' in foreign) {
    const mismatch = `the stored baseline is of schema ${foreign.schema}, which this version does not read: accept runs of this version`;
    return { baseline: undefined, mismatch };
  }
  const known = stored.flatMap((one) => ('baseline' in one ? [one.baseline] : []));
  const own = known.find(({ host }) => host.key === here.key);
  if (own) return { baseline: own };
  const other = known.toSorted((x, y) => acceptedLast(y).localeCompare(acceptedLast(x)))[0];
  if (!other) return { baseline: undefined };
  const mismatch = `the stored baseline is of another host: ${fieldsText(differingFields(other.host.fields, here.fields), 'baseline', 'here')}`;
  const warning = `advisory only, nothing of it counts: ${mismatch}`;
  return allowHostMismatch ? { baseline: other, mismatch, advisory: true, warning } : { baseline: other, mismatch };
}

function acceptedLast(baseline: Baseline): string {
  return baseline.entries.at(-1)?.acceptedAt ?? '';
}

interface Context {
  readonly chosen: Chosen;
  readonly entries: readonly BaselineEntry[];
  readonly numbers: BaselineNumbers;
  readonly failed: ReadonlyMap<string, FailedTrials>;
  readonly input: BaselineInput;
}

function findings(gate: GateResult, context: Context): Found | undefined {
  if (gate.kind === 'budget') return undefined;
  const { chosen, entries, numbers, failed, input } = context;
  const { report } = input;
  const judged = (verdict: GateResult['verdict'], because: string, more: Partial<Judged> = {}): Found => ({
    judged: { verdict, because, n: 0, ...more },
  });
  const failure = failed.get(gateCellIds(report.config, gate).head);
  if (failure) return judged('incomplete', `head failed ${failedText(failure)}: a program that fails has no start-up time`);
  const runs = earlierRuns(gate, numbers, entries);
  if (runs.now === undefined) return judged('incomplete', `head has no ${gate.metric} in this run`);
  const shown = { head: runs.now };
  if (!(runs.now > 0)) return judged('incomplete', `${gate.metric} of head is ${runs.now}: no ratio exists`, shown);
  const short = tooFewRounds(gate, runs.rounds, report);
  if (short) return judged(short.verdict, short.because, { ...shown, n: runs.rounds, ofThisRun: true });
  if (chosen.mismatch !== undefined && chosen.advisory !== true) return judged('incomparable', chosen.mismatch, shown);
  if (chosen.baseline === undefined) return judged('inconclusive', `no run is accepted on this host: “gate accept ${report.runId}”`, shown);
  if (runs.differs !== undefined) return judged('incomparable', runs.differs, shown);
  if (gate.kind === 'exact') return { judged: exactly(gate, runs.now, runs) };
  const contaminated = contamination(numbers, entries);
  if (contaminated !== undefined) return judged('incomparable', contaminated, { ...shown, n: runs.medians.length });
  if (runs.medians.length < FEWEST_ENTRIES) return { judged: tooFew(gate, runs.now, runs) };
  return { prediction: predict(runs.medians, runs.now, { beta: report.beta }), now: runs.now };
}

/** A median of fewer rounds than a first look has says nothing: not run is open, run without a value is missing. */
function tooFewRounds(gate: GateResult, rounds: number, report: GateReport): Pick<Judged, 'verdict' | 'because'> | undefined {
  const least = Math.max(report.looks[0] ?? 0, SMALLEST_N_FOR_VERDICT);
  if (gate.kind === 'exact' || rounds >= least) return undefined;
  if (report.rounds < least) return { verdict: 'inconclusive', because: `${report.rounds} rounds were run, at least ${least} are needed` };
  return {
    verdict: 'incomplete',
    because: `${rounds} of ${report.rounds} rounds have a ${gate.metric} of head, at least ${least} are needed`,
  };
}

function tooFew(gate: GateResult, now: number, { medians }: EarlierRuns): Judged {
  const base = medians.length === 0 ? undefined : median(medians);
  const numbers = base === undefined ? '' : `; their median is ${valueText(base, gate.unit)}, this run’s ${valueText(now, gate.unit)}`;
  const count = `${medians.length} accepted ${medians.length === 1 ? 'run' : 'runs'}`;
  const because = `${count}, ${FEWEST_ENTRIES} are needed to know how much runs differ by themselves${numbers}`;
  const known = base === undefined ? {} : { base, change: { estimate: now / base } };
  return { verdict: 'inconclusive', because, n: medians.length, head: now, ...known };
}

/** Exact metrics are held against the newest accepted run alone: they do not scatter. */
function exactly(gate: GateResult, now: number, { medians }: EarlierRuns): Judged {
  const base = medians.at(-1);
  if (base === undefined) return { verdict: 'inconclusive', because: `no accepted run has ${gate.metric}`, n: 0, head: now };
  const estimate = now / base;
  const fails = estimate > gate.limit && now - base > (gate.minEffect ?? 0);
  const because = `${gate.metric} ${percentText(estimate)} against the newest accepted run, exactly; allowed ${percentText(gate.limit)}`;
  return {
    verdict: fails ? 'fail' : 'pass',
    because,
    n: 1,
    base,
    head: now,
    change: { estimate, low: estimate, high: estimate, level: 1 },
  };
}

/** Fills in what all gates are judged by together. */
function decideTogether(report: GateReport, found: readonly (Found | undefined)[]): (Judged | undefined)[] {
  const open = found.flatMap((one, index) => {
    const gate = report.gates[index];
    return one && gate && 'prediction' in one ? [{ ...one, index, limit: gate.limit, minEffect: gate.minEffect ?? 0 }] : [];
  });
  const family = report.gates.filter(({ kind }) => kind !== 'exact').length;
  const judged = judgePredictions(open, { alpha: report.alpha, beta: report.beta, family });
  const byIndex = new Map(open.map(({ index }, place) => [index, judged[place]]));
  return found.map((one, index) => (one && 'judged' in one ? one.judged : byIndex.get(index)));
}

const MOST_DAYS = 30;

/** What makes the stored numbers doubtful without ruling them out. */
function doubts(entries: readonly BaselineEntry[], numbers: BaselineNumbers, { report }: BaselineInput, today: string): string[] {
  const age = (entry: BaselineEntry): number => (Date.parse(today) - Date.parse(entry.acceptedAt)) / 86_400_000;
  const old = entries.filter((entry) => age(entry) > MOST_DAYS);
  const suites = [...new Set(entries.map(({ suiteVersion }) => suiteVersion))].filter((version) => version !== report.suite.version);
  const newest = entries.at(-1);
  const changed = (newest?.numbers.cells ?? []).flatMap((then) => {
    const now = numbers.cells.find(
      ({ program, runner, variant }) => program === then.program && runner === then.runner && variant === then.variant,
    );
    return Object.entries(then.versions).flatMap(([name, version]) => {
      const current = now?.versions[name];
      return current === undefined || current === version
        ? []
        : [`${name} was ${version} in the newest accepted run and is ${current} now`];
    });
  });
  return [
    'judged against stored runs, which is second best: what changed on this host since then looks like a change of the program',
    ...(old.length === 0 ? [] : [`${old.length} of ${entries.length} accepted runs are older than ${MOST_DAYS} days: accept newer ones`]),
    ...suites.map((version) => `accepted runs were measured by thirdwave ${version}, this one by ${report.suite.version}`),
    ...otherRounds(report, entries, numbers),
    ...new Set(changed),
  ];
}

/** Medians of few rounds scatter more than those of many, which the prediction interval takes for alike. */
function otherRounds(report: GateReport, entries: readonly BaselineEntry[], numbers: BaselineNumbers): string[] {
  const said = report.gates
    .filter(({ kind }) => kind === 'relative')
    .flatMap((gate) => {
      const { rounds, roundsThen } = earlierRuns(gate, numbers, entries);
      const others = [...new Set(roundsThen)].filter((then) => then !== rounds).toSorted((x, y) => x - y);
      if (rounds === 0 || others.length === 0) return [];
      return [`this run has ${rounds} rounds, accepted ones have ${others.join(', ')}: medians of fewer rounds scatter more`];
    });
  return [...new Set(said)];
}
