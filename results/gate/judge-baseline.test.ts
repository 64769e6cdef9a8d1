import { describe, expect, it } from 'vitest';
import { BASELINE_SCHEMA, Baseline } from '../../core/model/baseline.ts';
import { GateReport, type GateResult } from '../../core/model/gate-report.ts';
import { type SmallGateOptions, smallGate, smallGateReport } from '../testing/small-gate.ts';
import { baselineNumbers, baselineText, withEntry } from './baseline.ts';
import { type BaselineInput, judgeAgainstBaseline } from './judge-baseline.ts';
import { overall } from './judge-gates.ts';

/** Medians of six accepted runs, s: they differ by about 2 %. */
const MEDIANS = [0.1, 0.102, 0.099, 0.101, 0.098, 0.103];

const steady =
  (seconds: number): SmallGateOptions['cold'] =>
  (round, pass) =>
    seconds * (1 + 0.01 * ((round + pass) % 3) - 0.01);

function accepted(medians: readonly number[] = MEDIANS, options: Partial<SmallGateOptions> = {}, entry: object = {}): Baseline {
  let baseline: Baseline | undefined;
  for (const [index, seconds] of medians.entries()) {
    const run = smallGate({ cold: steady(seconds), runId: `run-${index}`, ...options });
    const numbers = baselineNumbers(run.model, smallGateReport(run));
    baseline = withEntry(baseline, smallGateReport(run), {
      runId: `run-${index}`,
      acceptedAt: `2026-11-${10 + index}T00:00:00.000Z`,
      reason: 'merged',
      label: 'target/app',
      suiteVersion: '0.1.0',
      numbers,
      ...(index === medians.length - 1 ? entry : {}),
    });
  }
  if (!baseline) throw new Error('no entry');
  return baseline;
}

function judged(
  run: Partial<SmallGateOptions>,
  stored: Baseline | undefined,
  more: Partial<BaselineInput> = {},
  gates: readonly Partial<GateResult>[] = [{}],
) {
  const made = smallGate({ cold: steady(0.1), runId: 'now', ...run });
  return judgeAgainstBaseline({
    report: smallGateReport(made, gates),
    model: made.model,
    stored: stored ? [{ hostFolder: stored.host.key.slice(0, 12), baseline: stored }] : [],
    today: '2026-11-20',
    allowHostMismatch: false,
    overall: (results) => overall(results, 'fail', []),
    ...more,
  });
}

const first = (report: GateReport): GateResult => report.gates[0]!;

describe('a run against the stored baseline of its host', () => {
  it('passes where it lies among the accepted runs, fails where it lies far beyond, and the report is a valid one', () => {
    const same = judged({}, accepted());
    expect(GateReport.parse(same)).toMatchObject({ against: 'baseline', verdict: 'pass', exitCode: 0 });
    const slower = first(judged({ cold: steady(0.13) }, accepted()));
    expect(slower).toMatchObject({ verdict: 'fail', n: 6 });
    expect(slower.change?.estimate).toBeCloseTo(1.294, 2);
    expect(slower.p).toBeLessThan(0.01);
    expect(slower.base).toBeCloseTo(0.1005, 4);
  });

  it('is inconclusive where it is slower, but no more than the accepted runs allow to tell', () => {
    const scattered = accepted([0.08, 0.1, 0.12, 0.09, 0.11, 0.13]);
    expect(first(judged({ cold: steady(0.13) }, scattered))).toMatchObject({
      verdict: 'inconclusive',
      because: expect.stringContaining('would be found'),
    });
  });

  it('says improved where a failure in the other direction would be as certain', () => {
    expect(first(judged({ cold: steady(0.07) }, accepted()))).toMatchObject({ verdict: 'pass', improved: true });
  });

  it('lets nothing fail below the smallest effect that counts', () => {
    const gate = [{ minEffect: 0.05 }];
    expect(first(judged({ cold: steady(0.13) }, accepted(), {}, gate)).verdict).toBe('pass');
    expect(first(judged({ cold: steady(0.2) }, accepted(), {}, gate)).verdict).toBe('fail');
  });

  it('is inconclusive with the numbers below six accepted runs, and says how to begin with none', () => {
    const few = first(judged({ cold: steady(0.2) }, accepted(MEDIANS.slice(0, 5))));
    expect(few).toMatchObject({ verdict: 'inconclusive', n: 5 });
    expect(few.because).toContain('5 accepted runs, 6 are needed');
    expect(few.change?.estimate).toBeCloseTo(2, 1);
    expect(first(judged({}, undefined))).toMatchObject({ verdict: 'inconclusive', because: expect.stringContaining('gate accept now') });
  });

  it('refuses numbers of another host by the names and values of what differs', () => {
    const report = judged({ host: { cpu_count: 4, kernel: '6.12.0' } }, accepted());
    expect(report).toMatchObject({ verdict: 'incomparable', exitCode: 12 });
    expect(first(report).because).toContain('cpu_count 2 (baseline), 4 (here); kernel 6.1.0 (baseline), 6.12.0 (here)');
    expect(first(report).because).not.toContain('cpu_model');
  });

  it('judges them on demand, as advice only: level warn, exit 0, and a warning', () => {
    const report = judged({ host: { cpu_count: 4 }, cold: steady(0.2) }, accepted(), { allowHostMismatch: true });
    expect(first(report)).toMatchObject({ verdict: 'fail', level: 'warn' });
    expect(report.exitCode).toBe(0);
    expect(report.warnings.join(' ')).toContain('advisory only');
  });

  it('never makes advice of a crash, a missing number or another schema', () => {
    const allowed = { allowHostMismatch: true };
    const host = { cpu_count: 4 };
    const crashed = judged({ host, cold: (round) => (round === 3 ? undefined : 0.1) }, accepted(), allowed);
    expect(first(crashed)).toMatchObject({ verdict: 'incomplete', level: 'error' });
    expect(crashed).toMatchObject({ verdict: 'incomplete', exitCode: 13 });
    const missing = judged({ host }, accepted(), allowed, [{ metric: 'cpu_time' }]);
    expect(first(missing)).toMatchObject({ verdict: 'incomplete', level: 'error' });
    const stored = [{ hostFolder: accepted().host.key.slice(0, 12), schema: 'thirdwave/baseline/2' }];
    const schema = judged({}, undefined, { ...allowed, stored });
    expect(first(schema)).toMatchObject({ verdict: 'incomparable', level: 'error', because: expect.stringContaining('baseline/2') });
    expect(schema.exitCode).toBe(12);
  });

  it('decides nothing of fewer rounds than a first look or ten: not run is open, run without values is missing', () => {
    const of = (rounds: number, looks: number[], ran: number) => {
      const made = smallGate({ cold: steady(0.1), runId: 'now', rounds });
      return first(judged({ rounds }, accepted(), { report: { ...smallGateReport(made), looks, rounds: ran } }));
    };
    expect(of(3, [2], 3)).toMatchObject({ verdict: 'inconclusive', because: '3 rounds were run, at least 10 are needed', n: 3 });
    expect(of(12, [20], 12)).toMatchObject({ verdict: 'inconclusive', because: '12 rounds were run, at least 20 are needed' });
    expect(of(9, [10], 12)).toMatchObject({
      verdict: 'incomplete',
      because: '9 of 12 rounds have a cold_start of head, at least 10 are needed',
    });
    expect(of(20, [20], 20).verdict).toBe('pass');
  });

  it('warns where accepted runs have another number of rounds', () => {
    const words = 'this run has 20 rounds, accepted ones have 10: medians of fewer rounds scatter more';
    expect(judged({ rounds: 20 }, accepted()).warnings).toContain(words);
    expect(judged({}, accepted()).warnings.join(' ')).not.toContain('accepted ones have');
  });

  it('shares alpha with the budgets beside it, which spend of it too', () => {
    const budget = { id: 'budget', kind: 'budget', verdict: 'pass', because: 'median 100 ms', limit: 0.2 } as const;
    const size = { id: 'size', kind: 'exact' } as const;
    const slow = { cold: steady(0.13) };
    expect(judged(slow, accepted(), {}, [{}, budget, size]).gates[0]?.threshold).toBeCloseTo(0.005, 12);
    expect(judged(slow, accepted(), {}, [{}, size]).gates[0]?.threshold).toBeCloseTo(0.01, 12);
  });

  it('prefers the file of its own host to a newer one of another', () => {
    const other = accepted([0.5], { host: { cpu_count: 64 } }, { acceptedAt: '2026-11-19T00:00:00.000Z' });
    const stored = [accepted(), other].map((baseline) => ({ hostFolder: baseline.host.key.slice(0, 12), baseline }));
    expect(first(judged({}, undefined, { stored })).verdict).toBe('pass');
  });

  it('does not read a baseline of another schema, and says so', () => {
    const hostFolder = accepted().host.key.slice(0, 12);
    const report = judged({}, undefined, { stored: [{ hostFolder, schema: 'thirdwave/baseline/2' }] });
    expect(first(report)).toMatchObject({ verdict: 'incomparable', because: expect.stringContaining('thirdwave/baseline/2') });
  });

  it.each([
    ['floor', { floor: 0.00106 }, 'the launch of a do-nothing process +6.0 %'],
    ['host control', { control: 0.0018 }, 'a fixed computation −10.0 %'],
  ])('is incomparable where the %s has moved by more than a twentieth', (_name, run, words) => {
    expect(first(judged(run, accepted()))).toMatchObject({ verdict: 'incomparable', because: expect.stringContaining(words) });
  });

  it('tolerates a control that moved by less', () => {
    expect(first(judged({ floor: 0.00104, control: 0.00192 }, accepted())).verdict).toBe('pass');
  });

  it('is incomplete where a trial of head failed, whatever the others say', () => {
    const report = judged({ cold: (round) => (round === 3 ? undefined : 0.1) }, accepted());
    expect(first(report)).toMatchObject({ verdict: 'incomplete', because: expect.stringContaining('2 of 20 trials (exit-code)') });
    expect(report.exitCode).toBe(13);
  });

  it('is incomplete where head has no such metric, and leaves budgets as they are', () => {
    const budget = { id: 'budget', kind: 'budget', verdict: 'pass', because: 'median 100 ms', limit: 0.2 } as const;
    const { gates } = judged({}, accepted(), {}, [{ metric: 'cpu_time' }, budget]);
    expect(gates[0]).toMatchObject({ verdict: 'incomplete', because: 'head has no cpu_time in this run' });
    expect(gates[1]).toMatchObject({ verdict: 'pass', because: 'median 100 ms' });
  });

  it('is incomparable where the newest accepted run had other factors, and leaves older such runs out', () => {
    const jit = accepted(MEDIANS, { factors: { compile_mode: 'jit' } });
    const report = judged({ factors: { compile_mode: 'aot' } }, jit);
    expect(first(report)).toMatchObject({ verdict: 'incomparable', because: expect.stringContaining('compile_mode jit then, aot now') });
    const aot = accepted(MEDIANS, { factors: { compile_mode: 'aot' } });
    const mixed: Baseline = {
      ...aot,
      entries: [...jit.entries.slice(0, 3), ...aot.entries.map((entry) => ({ ...entry, runId: `aot-${entry.runId}` }))],
    };
    expect(first(judged({ factors: { compile_mode: 'aot' } }, mixed))).toMatchObject({ verdict: 'pass', n: 6 });
  });

  it('begins anew at a restart, and never holds a run against itself', () => {
    const restarted = accepted(MEDIANS, {}, { restart: true });
    expect(first(judged({}, restarted))).toMatchObject({ verdict: 'inconclusive', n: 1 });
    expect(first(judged({ runId: 'run-5' }, accepted()))).toMatchObject({ verdict: 'inconclusive', n: 5 });
  });

  it('warns about accepted runs older than 30 days and about other versions', () => {
    const warnings = (more: Partial<BaselineInput>, run: Partial<SmallGateOptions> = {}): string =>
      judged(run, accepted(), more).warnings.join('\n');
    expect(warnings({})).not.toContain('older');
    expect(warnings({ today: '2026-12-12' })).toContain('2 of 6 accepted runs are older than 30 days');
    expect(warnings({}, { versions: { rustc: '1.86.0' } })).toContain('rustc was 1.85.0 in the newest accepted run and is 1.86.0 now');
  });

  it('takes accepted runs without any scatter as they are: the same value passes, a larger one fails', () => {
    const constant: SmallGateOptions['cold'] = () => 0.1;
    const flat = accepted(MEDIANS, { cold: constant });
    expect(first(judged({ cold: constant }, flat))).toMatchObject({ verdict: 'pass' });
    expect(first(judged({ cold: () => 0.12 }, flat))).toMatchObject({ verdict: 'fail' });
  });

  it('holds exact metrics against the newest accepted run alone', () => {
    const gate = [{ kind: 'exact', limit: 1.01 } as const];
    const flat = accepted([0.1, 0.2]);
    expect(first(judged({ cold: steady(0.201) }, flat, {}, gate))).toMatchObject({ verdict: 'pass', n: 1 });
    expect(first(judged({ cold: steady(0.203) }, flat, {}, gate))).toMatchObject({ verdict: 'fail' });
  });
});

describe('the stored document', () => {
  it('reads back as it was written, with one line per array of numbers', () => {
    const baseline = accepted();
    const text = baselineText(baseline);
    expect(Baseline.parse(JSON.parse(text))).toEqual(baseline);
    expect(text.split('\n').filter((line) => line.includes('"rounds": ['))).toHaveLength(MEDIANS.length * 4);
    expect(baseline.schema).toBe(BASELINE_SCHEMA);
  });

  it('grows by lines at its end: what stood there stays but for one comma', () => {
    const [before, after] = [accepted(MEDIANS.slice(0, 2)), accepted(MEDIANS.slice(0, 3))].map((one) => baselineText(one).split('\n'));
    const kept = before!.slice(0, -4);
    expect(after!.slice(0, kept.length)).toEqual(kept);
    expect(after![kept.length]).toBe(`${before![kept.length]},`);
  });

  it('holds what head measured and the controls, each round as the median of its trials', () => {
    const run = smallGate({ cold: (round, pass) => round + pass, rounds: 3 });
    const { cells, series, controls } = baselineNumbers(run.model, smallGateReport(run));
    expect(cells).toHaveLength(1);
    expect(series.map(({ metric }) => metric)).toEqual(['cold_start', 'run_time']);
    expect(series[0]?.rounds).toEqual([1.5, 2.5, 3.5]);
    expect(series[0]?.trials).toEqual([1, 2, 2, 3, 3, 4]);
    expect(controls.map(({ control, rounds }) => [control, rounds])).toEqual([
      ['floor', [0.001, 0.001, 0.001]],
      ['host', [0.002, 0.002, 0.002]],
    ]);
  });
});
