import { describe, expect, it } from 'vitest';
import { Plan } from '../../core/model/plan.ts';
import { ReportModel } from '../../core/model/report.ts';
import type { Sample } from '../../core/model/sample.ts';
import { blankNetW, detectionLimitJ } from '../energy/detection-limit.ts';
import { meterStates } from '../energy/meter-states.ts';
import { voidBlocks } from '../energy/void-blocks.ts';
import { goldenEnergy, goldenEnergyText } from '../testing/golden-run.ts';
import { parseEvents } from './parse-events.ts';
import { groupByTrial } from './trial-record.ts';

/** Written by results/golden/recompute-energy.py, which shares no code with the suite. */
interface Expected {
  readonly samples: readonly {
    readonly cell: string;
    readonly round: number;
    readonly metric: string;
    readonly role: string;
    readonly status: Sample['outcome']['status'];
    readonly value?: number;
    readonly rule?: string;
    /** the beginning of the reason, or the code of the failure */
    readonly reason?: string;
  }[];
  readonly limits: readonly { readonly cell: string; readonly n: number; readonly limitJ: number }[];
  readonly voidBlocks: Readonly<Record<string, number>>;
}
const expected = JSON.parse(goldenEnergyText('expected-samples.json')) as Expected;
const model = goldenEnergy();
const plan = Plan.parse(JSON.parse(goldenEnergyText('plan.json')));
const { records } = groupByTrial(parseEvents(goldenEnergyText('events.jsonl')).events);

const keyOf = ({ cell, round, metric, role }: Pick<Sample, 'cell' | 'round' | 'metric'> & { readonly role: string }): string =>
  `${cell} ${round} ${metric} ${role}`;
const samples = new Map(model.samples.map((sample) => [keyOf(sample), sample.outcome]));

/** Relative to 1e-9: the second computation is exact, energy of idle is the difference of two larger numbers. */
function same(actual: number | undefined, wanted: number | undefined): void {
  expect(Math.abs((actual ?? Number.NaN) - (wanted ?? Number.NaN))).toBeLessThanOrEqual(1e-9 * Math.abs(wanted ?? 0));
}

describe('the golden run with energy windows', () => {
  it('fits the schema of the report and has exactly the samples that the second computation finds', () => {
    expect(ReportModel.parse(model)).toEqual(model);
    expect(model.samples.map(keyOf).toSorted()).toEqual(expected.samples.map(keyOf).toSorted());
  });

  it.each(expected.samples)('agrees with the second computation: $cell $round $metric $role is $status', (wanted) => {
    const outcome = samples.get(keyOf(wanted));
    expect(outcome?.status).toBe(wanted.status);
    if (outcome?.status === 'ok' || outcome?.status === 'invalid') same(outcome.value, wanted.value);
    if (outcome?.status === 'invalid') expect(outcome.rule).toBe(wanted.rule);
    if (outcome?.status === 'failed') expect(outcome.code).toBe(wanted.reason);
    if (outcome?.status === 'unavailable') expect(outcome.reason.startsWith(wanted.reason ?? '–')).toBe(true);
  });

  it('holds every way in which a block does not count', () => {
    expect(Object.fromEntries(voidBlocks(records).map(({ rule, count }) => [rule, count]))).toEqual(expected.voidBlocks);
    expect(Object.keys(expected.voidBlocks)).toHaveLength(6);
  });

  it.each(expected.limits)('has the detection limit that the second computation finds: $cell, n = $n', ({ cell, n, limitJ }) => {
    const watts = blankNetW(plan, model.samples, cell);
    expect(watts).toHaveLength(n);
    const secondsPerUnit = model.summaries.find((one) => one.cell === cell && one.metric === 'time_per_unit')?.median;
    same(detectionLimitJ({ blankNetW: watts, secondsPerUnit }), limitJ);
  });

  it('summarises what counts, and names what does not', () => {
    const net = model.summaries.find(
      ({ cell, metric }) => cell === 'energy:container/runc-scratch/noop:cold-start' && metric === 'energy_net',
    );
    expect(net).toMatchObject({ counts: { ok: 5, unavailable: 2, invalid: 1, failed: 0 } });
    expect(net?.reasons.map(({ text }) => text)).toEqual([
      'Only root may read energy_uj; looked for powercap (denied), perf (no-tool)',
      'counter-implausible',
      'counter-unreadable: dram (intel-rapl:0:0) could not be read (EIO)',
    ]);
    const power = (instances: number): number =>
      model.summaries.find(({ cell, metric }) => cell.endsWith(`:n${instances}:idle`) && metric === 'power_held')?.median ?? Number.NaN;
    // eight instances of 0.12 W
    expect(power(8) - power(0)).toBeCloseTo(0.96, 1);
  });

  it('says what was read, and what was not', () => {
    const [powercap, perf] = meterStates(records);
    expect(powercap?.zones.map(({ zone, counted }) => [zone, counted])).toEqual([
      ['intel-rapl:0', true],
      ['intel-rapl:0:0', true],
      ['intel-rapl:1', false],
      ['intel-rapl-mmio:0', false],
    ]);
    // the trial in which only root might have read it
    expect(powercap?.warnings).toEqual(['could not be read in 1 of 30 trials: Only root may read energy_uj.']);
    expect(perf).toMatchObject({ method: 'unavailable', unavailable: { code: 'no-tool' }, reads: 0 });
  });
});
