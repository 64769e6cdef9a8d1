import { EXIT_CODES } from '../../core/model/error.ts';
import type { GateReport, GateResult } from '../../core/model/gate-report.ts';
import { grouped } from '../view.ts';
import { armsText, certaintyText, counts, gateLine, MEANING, subjectText, waiverText } from './words.ts';
import { xmlAttributes, xmlText } from './xml.ts';

/**
 * JUnit XML as Jenkins, GitLab and others read it: a suite per runner, a case per gate. A regression is a failure, what could not be compared
 * or measured an error; waived gates are skipped, what only warns too, and inconclusive ones unless they set the exit code. Numbers stand as properties of the suite.
 */
export function junitXml(report: GateReport): string {
  const suites = [...grouped(report.gates, ({ runner }) => runner)];
  const { tests, failures, errors } = countsOf(report, report.gates);
  const whole = { name: `bench.gate ${report.config}`, time: seconds(report.timeToVerdictNs), tests, failures, errors };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${xmlAttributes(whole)}>`,
    ...suites.flatMap(([runner, gates]) => suiteLines(report, runner, gates)),
    '</testsuites>',
    '',
  ].join('\n');
}

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

function outcomeOf({ exitCodes }: GateReport, gate: GateResult): Outcome {
  if (gate.verdict === 'pass') return 'passed';
  if (!counts(gate)) return 'skipped';
  if (gate.verdict === 'inconclusive') return exitCodes.includes(EXIT_CODES.inconclusive) ? 'failure' : 'skipped';
  return gate.verdict === 'fail' ? 'failure' : 'error';
}

function countsOf(report: GateReport, gates: readonly GateResult[]): Readonly<Record<'tests' | 'failures' | 'errors' | 'skipped', number>> {
  const number = (outcome: Outcome): number => gates.filter((gate) => outcomeOf(report, gate) === outcome).length;
  return { tests: gates.length, failures: number('failure'), errors: number('error'), skipped: number('skipped') };
}

function suiteLines(report: GateReport, runner: string, gates: readonly GateResult[]): string[] {
  const timestamp = report.startedAt.replace(/(\.\d+)?Z$/, '');
  const suite = { name: `bench.gate.${runner}`, ...countsOf(report, gates), timestamp };
  const properties = [
    ...Object.entries({
      run_id: report.runId,
      verdict: report.verdict,
      exit_code: String(report.exitCode),
      host_key: report.host.key,
      reproduce: report.reproduce,
    }),
    ...gates.flatMap((gate) => numbersOf(gate).map(([name, value]): [string, string] => [`${gate.id}.${name}`, value])),
  ];
  return [
    `  <testsuite${xmlAttributes(suite)}>`,
    '    <properties>',
    ...properties.map(([name, value]) => `      <property${xmlAttributes({ name, value })}/>`),
    '    </properties>',
    ...gates.flatMap((gate) => caseLines(report, gate)),
    '  </testsuite>',
  ];
}

/** Every number the gate has, with its unit in the name; one that was not measured is left out and `because` says why. */
function numbersOf(gate: GateResult): [string, string][] {
  const unit = gate.unit === '1' ? '' : `_${gate.unit}`;
  const { change, twin } = gate;
  const numbers: readonly [string, number | undefined][] = [
    [`base${unit}`, gate.base],
    [`head${unit}`, gate.head],
    ['change_ratio', change?.estimate],
    ['change_ratio_low', change?.low],
    ['change_ratio_high', change?.high],
    ['change_level', change?.level],
    [gate.kind === 'budget' ? `limit${unit}` : 'limit_ratio', gate.limit],
    [`min_effect${unit}`, gate.minEffect],
    ['n', gate.n],
    ['per_round', gate.perRound],
    ['p', gate.p],
    ['p_threshold', gate.threshold],
    ['minimum_detectable_ratio', gate.minimumDetectable],
    ['twin_ratio', twin?.estimate],
    ['twin_ratio_low', twin?.low],
    ['twin_ratio_high', twin?.high],
  ];
  return [
    ['verdict', gate.verdict],
    ...numbers.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]])),
    ['because', gate.because],
  ];
}

function caseLines(report: GateReport, gate: GateResult): string[] {
  const open = `    <testcase${xmlAttributes({ classname: `bench.gate.${gate.runner}`, name: gate.id })}`;
  const outcome = outcomeOf(report, gate);
  if (outcome === 'passed') return [`${open}/>`];
  const text = xmlText(bodyOf(report, gate));
  // Of “skipped”, Jenkins’ schema knows no attribute.
  const attributes = outcome === 'skipped' ? '' : xmlAttributes({ type: gate.verdict, message: gateLine(gate) });
  return [`${open}>`, `      <${outcome}${attributes}>${text}</${outcome}>`, '    </testcase>'];
}

function bodyOf(report: GateReport, gate: GateResult): string {
  const { level, verdict } = gate;
  return [
    waiverText(gate) ?? '',
    level === 'warn' ? 'level warn: not part of the exit code' : '',
    gateLine(gate),
    `${subjectText(gate)}: ${gate.because}`,
    certaintyText(gate) ?? '',
    armsText(report, gate) ?? '',
    verdict === 'pass' ? '' : MEANING[verdict],
    `again: ${report.reproduce}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function seconds(ns: number): string {
  return (ns / 1e9).toFixed(3);
}
