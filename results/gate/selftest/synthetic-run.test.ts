import { describe, expect, it } from 'vitest';
import { NoiseFamily } from '../../../core/model/gate-selftest.ts';
import { seededRandom } from '../../../core/plan/random.ts';
import { lag1Autocorrelation } from '../../stats/serial.ts';
import { median, quantile } from '../../stats/quantile.ts';
import { trialNoise } from './noise.ts';
import { syntheticRun, withEffect } from './synthetic-run.ts';

const SHAPE = { gates: 3, perRound: 4, allowed: 0.1 };

function logs(family: NoiseFamily, seed: number, count: number, time: (index: number) => number = () => 0): number[] {
  const noise = trialNoise(family, seededRandom(seed));
  return Array.from({ length: count }, (_, index) => noise(time(index)));
}

describe('noise of synthetic runs', () => {
  it('scatters by 10 % about 1 where it is log-normal', () => {
    const values = logs('log-normal', 1, 20_000);
    expect(median(values)).toBeCloseTo(0, 2);
    expect((quantile(values, 0.841345) - quantile(values, 0.158655)) / 2).toBeCloseTo(0.1, 2);
  });

  it('has one outlier of half as much again in twenty, and three slow trials in ten', () => {
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(logs('outliers', 2, 40_000))).toBeCloseTo(0.05 * Math.log(1.5), 2);
    expect(mean(logs('bimodal', 3, 40_000))).toBeCloseTo(0.3 * Math.log(1.3), 2);
  });

  it('drifts by 1 % a round, slowly, either way', () => {
    const ends = Array.from({ length: 200 }, (_, seed) => logs('drift', seed, 41, (index) => index).at(-1)!);
    expect(ends.filter((end) => end > 0).length).toBeGreaterThan(70);
    expect(ends.filter((end) => end < 0).length).toBeGreaterThan(70);
    const sizes = ends.map(Math.abs);
    expect(median(sizes)).toBeGreaterThan(0.3);
    expect(median(sizes)).toBeLessThan(0.5);
    expect(lag1Autocorrelation(logs('drift', 4, 400, (index) => index / 10))!).toBeGreaterThan(0.5);
  });

  it('steps once, to 30 % more or less, within the first twenty rounds', () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const values = logs('step', seed, 4000, (index) => index / 100);
      const change = median(values.slice(2000)) - median(values.slice(0, 10));
      expect(Math.abs(Math.abs(change) - Math.log(1.3)) < 0.1 || Math.abs(change) < 0.1).toBe(true);
      expect(Math.abs(median(values.slice(2000, 3000)) - median(values.slice(3000)))).toBeLessThan(0.02);
    }
  });
});

describe('synthetic run', () => {
  it.each(NoiseFamily.options)('is the same however its rounds are asked for, under %s', (family) => {
    const [atOnce, piecemeal] = [syntheticRun(family, 9, 4, SHAPE), syntheticRun(family, 9, 4, SHAPE)];
    atOnce.extendTo(12);
    for (const rounds of [1, 5, 5, 12]) piecemeal.extendTo(rounds);
    expect(piecemeal.gates).toEqual(atOnce.gates);
  });

  it('has the medians of its trials as rounds, four trials a round, and a twin that shares base', () => {
    const run = syntheticRun('log-normal', 1, 0, SHAPE);
    run.extendTo(3);
    const [gate] = run.gates;
    expect([gate!.base.length, gate!.head.length]).toEqual([12, 12]);
    expect(gate!.series.head[1]).toEqual({ round: 2, base: median(gate!.base.slice(4, 8)), value: median(gate!.head.slice(4, 8)) });
    expect(gate!.series.twin.map(({ base }) => base)).toEqual(gate!.series.head.map(({ base }) => base));
  });

  it('differs between runs, gates and seeds, and between families', () => {
    const first = (family: NoiseFamily, seed: number, run: number): number[] => {
      const made = syntheticRun(family, seed, run, SHAPE);
      made.extendTo(1);
      return made.gates.map(({ base }) => base[0]!);
    };
    const all = [first('log-normal', 1, 0), first('log-normal', 1, 1), first('log-normal', 2, 0), first('outliers', 1, 0)].flat();
    expect(new Set(all).size).toBe(all.length);
  });

  it('scales head alone by an effect', () => {
    const run = syntheticRun('bimodal', 1, 0, SHAPE);
    run.extendTo(5);
    const [gate] = run.gates;
    const changed = withEffect(gate!, 0.5);
    expect(changed.base).toEqual(gate!.base);
    expect(changed.series.twin).toEqual(gate!.series.twin);
    expect(changed.head).toEqual(gate!.head.map((value) => 1.5 * value));
    for (const [index, { value, base }] of changed.series.head.entries()) {
      expect(value).toBeCloseTo(1.5 * gate!.series.head[index]!.value, 12);
      expect(base).toBe(gate!.series.head[index]!.base);
    }
  });

  it('meets a host that grows steadily with all arms alike: neither comes earlier in a round on average', () => {
    const ratios = Array.from({ length: 300 }, (_, index) => {
      const run = syntheticRun('drift', 5, index, { ...SHAPE, gates: 1 });
      run.extendTo(20);
      return run.gates[0]!.series.head.reduce((sum, { value, base }) => sum + Math.log(value / base), 0) / 20;
    });
    const mean = ratios.reduce((sum, value) => sum + value, 0) / ratios.length;
    // standard error: 0.08 ÷ √(300·20) = 0.001
    expect(Math.abs(mean)).toBeLessThan(0.004);
  });
});
