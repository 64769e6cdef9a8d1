import { describe, expect, it } from 'vitest';
import { ReportModel } from '../../core/model/report.ts';
import type { Summary } from '../../core/model/summary.ts';
import { goldenEvents, goldenReport, goldenText } from '../testing/golden-run.ts';

/** Written by results/golden/recompute.py, which shares no code with the suite. */
interface Expected {
  readonly cell: string;
  readonly metric: string;
  readonly role: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly median?: number;
  readonly interval?: readonly [number, number, number | null] | null;
  readonly quartiles?: readonly [number, number];
  readonly mad?: number | null;
  readonly pairs?: number;
  readonly ratio?: number;
  readonly ratioInterval?: readonly [number, number, number | null] | null;
}
const expected = JSON.parse(goldenText('expected.json')) as Expected[];
interface ExpectedDifference {
  readonly scenario: string;
  readonly id: string;
  readonly pairs: number;
  readonly estimate?: number;
  readonly interval?: readonly [number, number, number] | null;
}
const expectedDifferences = JSON.parse(goldenText('expected-differences.json')) as ExpectedDifference[];
const model = goldenReport();

function summary(cell: string, metric: string, role = 'instance'): Summary {
  const found = model.summaries.find((one) => one.cell === cell && one.metric === metric && one.role === role);
  if (!found) throw new Error(`no summary of ${cell} ${metric} ${role}`);
  return found;
}

/** Relative to 1e-12: both sides compute in doubles, in a different order. */
function same(actual: number | undefined, wanted: number | null | undefined): void {
  if (wanted === undefined || wanted === null) expect(actual).toBeUndefined();
  else expect(Math.abs((actual ?? Number.NaN) - wanted)).toBeLessThanOrEqual(1e-12 * Math.abs(wanted));
}

describe('the golden run', () => {
  it('fits the schema of the report and has exactly the summaries that the second computation finds', () => {
    expect(ReportModel.parse(model)).toEqual(model);
    const keys = (rows: readonly Pick<Expected, 'cell' | 'metric' | 'role'>[]): string[] =>
      rows.map(({ cell, metric, role }) => `${cell} ${metric} ${role}`).toSorted();
    expect(keys(model.summaries)).toEqual(keys(expected));
  });

  it.each(expected)('agrees with the second computation: $cell $metric $role', (wanted) => {
    const found = summary(wanted.cell, wanted.metric, wanted.role);
    const none = { ok: 0, unavailable: 0, failed: 0, censored: 0, invalid: 0 };
    expect(found.counts).toEqual({ ...none, ...wanted.counts });
    same(found.median, wanted.median);
    same(found.p25, wanted.quartiles?.[0]);
    same(found.p75, wanted.quartiles?.[1]);
    same(found.mad, wanted.mad);
    same(found.interval?.low, wanted.interval?.[0]);
    same(found.interval?.high, wanted.interval?.[1]);
    same(found.interval?.achievedLevel, wanted.interval?.[2]);
    expect(found.ratio?.pairs).toBe(wanted.pairs);
    same(found.ratio?.estimate, wanted.ratio);
    same(found.ratio?.interval?.low, wanted.ratioInterval?.[0]);
    same(found.ratio?.interval?.high, wanted.ratioInterval?.[1]);
    same(found.ratio?.interval?.achievedLevel, wanted.ratioInterval?.[2]);
  });

  it.each(expectedDifferences)('agrees with the second computation: difference $scenario $id', (wanted) => {
    const found = model.differences.find(({ scenario, id }) => scenario === wanted.scenario && id === wanted.id);
    expect(found?.pairs).toBe(wanted.pairs);
    same(found?.estimate, wanted.estimate);
    same(found?.interval?.low, wanted.interval?.[0]);
    same(found?.interval?.high, wanted.interval?.[1]);
    same(found?.interval?.achievedLevel, wanted.interval?.[2]);
  });

  it('says of every difference without a number or interval why, and of every other in what its cells differ', () => {
    const found = (wanted: string) => model.differences.find(({ id }) => id === wanted);
    expect(model.differences).toHaveLength(expectedDifferences.length);
    expect(found('held')).toMatchObject({ unit: 'B', note: 'no interval: 2 of at least 6 pairs' });
    expect(found('base-image')?.note).toBe('container/runc-debian/noop was skipped: the Debian base image is not made');
    expect(found('node')?.note).toBe('no round in which both cells have a value');
    expect(found('engine')?.differs).toEqual([
      { what: 'rung', of: 'docker-engine', from: 'host-process' },
      { what: 'image', of: 'scratch' },
      { what: 'runtime', of: 'runc' },
    ]);
  });

  it('is derived to the same bytes every time', () => {
    expect(JSON.stringify(goldenReport())).toBe(JSON.stringify(model));
  });

  it('keeps a time-out as failed and censored, a wrong output as failed, a stolen trial as invalid with its value', () => {
    const container = model.samples.filter((one) => one.cell === 'start:container/runc-scratch/noop' && one.metric === 'cold_start');
    const outcome = (round: number): unknown => container.find((one) => one.round === round)?.outcome;
    expect(outcome(3)).toEqual({ status: 'failed', code: 'timeout', censoredAfter: 60 });
    expect(outcome(5)).toEqual({ status: 'failed', code: 'wrong-output' });
    expect(outcome(7)).toMatchObject({ status: 'invalid', rule: 'host-steal' });
    expect(summary('start:container/runc-scratch/noop', 'cold_start').reasons).toEqual([
      { text: 'host-steal', count: 1 },
      { text: 'timeout', count: 1 },
      { text: 'wrong-output', count: 1 },
    ]);
  });

  it('gives a cell that always fails its missing values, and a silent program a reason', () => {
    expect(summary('start:v8/node/noop', 'cold_start')).toMatchObject({
      counts: { ok: 0, failed: 12 },
      reasons: [{ text: 'exit-code', count: 12 }],
    });
    expect(summary('start:process/native/null:floor', 'cold_start').reasons).toEqual([
      { text: 'the program ended without a byte of output', count: 12 },
    ]);
  });

  it('derives no times from held instances and keeps each role apart', () => {
    const held = model.samples.filter((one) => one.cell.startsWith('memory:') && one.round > 0 && one.role !== 'host');
    expect([...new Set(held.map(({ metric, role }) => `${metric} ${role}`))].toSorted()).toEqual([
      'memory_pss instance',
      'memory_unreclaimable instance',
      'memory_unreclaimable shim',
    ]);
  });

  it('says where the record is cut off, what was interrupted and what never began', () => {
    expect(goldenEvents().problem).toEqual({ line: 938, reason: 'it is cut off after 51 characters', ignoredLines: 1 });
    const record = model.notes.filter((note) => note.kind === 'record').map(({ code, count }) => [code, count]);
    expect(record).toEqual([
      ['damaged-record', 1],
      ['interrupted-trial', 1],
      ['trial-not-begun', 3],
    ]);
    expect(summary('start:process/native/noop:twin', 'cold_start')).toMatchObject({
      counts: { failed: 1 },
      reasons: [{ text: 'interrupted' }],
    });
  });

  it('prints exact sizes without noise and takes their ratio as exact', () => {
    const size = summary('start:container/runc-scratch/noop', 'image_bytes_compressed');
    expect(size.interval).toEqual({ method: 'exact', level: 1, low: 403777, high: 403777 });
    expect(size.ratio?.interval?.method).toBe('exact');
  });

  it('answers every claim and check with a status and a sentence', () => {
    expect(model.verdicts.map(({ scenario, id, status }) => [scenario, id, status])).toEqual([
      ['memory', 'container-holds-more', 'incomplete'],
      ['memory', 'position-effect', 'incomplete'],
      ['memory', 'host-drift', 'incomplete'],
      ['start', 'container-ten-times', 'incomplete'],
      ['start', 'wasm-under-a-tenth', 'fail'],
      ['start', 'v8-slower', 'incomplete'],
      ['start', 'debian-equal', 'incomplete'],
      ['start', 'aa-twin', 'pass'],
      ['start', 'floor', 'inconclusive'],
      ['start', 'position-effect', 'inconclusive'],
      ['start', 'host-drift', 'pass'],
    ]);
    const because = (id: string): string | undefined => model.verdicts.find((verdict) => verdict.id === id)?.because;
    expect(because('debian-equal')).toBe('container/runc-debian/noop was skipped: the Debian base image is not made');
    expect(because('container-ten-times')).toMatch(/\(n = 9\): fewer than 10 paired rounds decide nothing$/);
  });
});
