import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../core/model/event.ts';
import { MARK_METRICS } from '../../core/model/metrics.ts';
import { life, smallCell, smallEvents, smallPlan } from '../testing/small-run.ts';
import { deriveSamples } from './derive-samples.ts';
import { summarise } from './summarise.ts';

const loop = (value: number): EventBody => ({
  kind: 'reading',
  atNs: 0,
  probe: 'loop',
  metric: 'warm_call',
  role: 'instance',
  unit: 's',
  value,
  origin: 'test',
});

function summariesOf(rounds: number, seconds: (runner: string, round: number) => number) {
  const plan = smallPlan([smallCell('a'), smallCell('b')], rounds);
  const events = smallEvents(plan, (cell, round) => life(seconds(cell.runner, round)));
  return summarise(plan, deriveSamples(plan, events), MARK_METRICS);
}

describe('summarising', () => {
  it('gives no interval below six rounds and says so, and no tail quantile below 59', () => {
    const few = summariesOf(5, (_, round) => round).find((one) => one.cell.startsWith('s:b'));
    expect(few).toMatchObject({ median: 3, min: 1, max: 5, p25: 2, p75: 4, mad: 1 });
    expect(few?.interval).toBeUndefined();
    expect(few?.note).toBe('no interval: 5 of at least 6 values; no interval of the ratio: 5 of at least 6 pairs');
    const [n58] = summariesOf(58, (_, round) => round);
    expect([n58?.p5, n58?.p95]).toEqual([undefined, undefined]);
    const [n59] = summariesOf(59, (_, round) => round);
    expect(n59?.p5).toBeCloseTo(3.9, 9);
    expect(n59?.p95).toBeCloseTo(56.1, 9);
    expect(n59?.p99).toBeUndefined();
  });

  it('keeps a single value single: no quartiles, no spread of zero', () => {
    const [one] = summariesOf(1, () => 2);
    expect(one).toMatchObject({ median: 2, min: 2, max: 2 });
    expect([one?.p25, one?.mad, one?.interval]).toEqual([undefined, undefined, undefined]);
  });

  it('pairs only rounds in which both cells have a value that counts', () => {
    const plan = smallPlan([smallCell('a'), smallCell('b')], 12);
    const events = smallEvents(plan, (cell, round) => {
      if (cell.runner === 'a' && round === 1) return [{ kind: 'failure', atNs: 0, code: 'exit-code', message: 'x' }];
      if (cell.runner === 'b' && round === 12) return undefined;
      return life(cell.runner === 'a' ? round : 3 * round);
    });
    const found = summarise(plan, deriveSamples(plan, events), MARK_METRICS).find((one) => one.cell.startsWith('s:b'));
    expect(found?.counts.ok).toBe(11);
    expect(found?.ratio?.pairs).toBe(10);
    expect(found?.ratio?.estimate).toBeCloseTo(3, 9);
    expect(found?.ratio?.reference).toBe('s:a/native/noop');
  });

  it('reduces the batches of one round to one value before anything else', () => {
    const plan = smallPlan([smallCell('a', 'loop')], 7);
    const events = smallEvents(plan, (_, round) => [loop(round), loop(round + 100), loop(round + 1), ...life(1)]);
    const [warm] = summarise(plan, deriveSamples(plan, events), []);
    expect(warm).toMatchObject({ metric: 'warm_call', counts: { ok: 7 }, min: 2, median: 5, max: 8 });
  });

  it('warns where a metric declared exact varies, and then treats it as noisy', () => {
    const plan = smallPlan([smallCell('a', 'loop')], 8);
    const events = smallEvents(plan, (_, round) => [loop(round === 8 ? 2 : 1), ...life(1)]);
    const exact = [{ id: 'warm_call', title: '', unit: 's', better: 'lower', noise: 'exact', definition: '' }] as const;
    const [varied] = summarise(plan, deriveSamples(plan, events), exact);
    expect(varied?.note).toBe('declared exact, but it varied between rounds');
    expect(varied?.interval?.method).toBe('order-statistic');
  });

  it('says why a ratio is missing', () => {
    const plan = smallPlan([smallCell('a'), smallCell('b')], 3);
    const zero = smallEvents(plan, () => life(0));
    const found = summarise(plan, deriveSamples(plan, zero), MARK_METRICS).find((one) => one.cell.startsWith('s:b'));
    expect(found?.ratio).toBeUndefined();
    expect(found?.note).toContain('no ratio: a value is not positive');
  });
});
