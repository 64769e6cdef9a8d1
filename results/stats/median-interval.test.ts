import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededNormal } from '../testing/seeded-normal.ts';
import { medianInterval, medianRanks } from './median-interval.ts';

describe('interval of a median', () => {
  /** Origin: exact rational sums of binomial coefficients (Python fractions.Fraction, math.comb). */
  it.each([
    [6, 1, 6, 0.96875],
    [9, 2, 8, 0.9609375],
    [10, 2, 9, 0.978515625],
    [20, 6, 15, 0.9586105346679688],
    [30, 10, 21, 0.9572260547429323],
    [50, 18, 33, 0.9671608624357315],
    [60, 22, 39, 0.972659866131922],
    [100, 40, 61, 0.9647997997822951],
    [1000, 469, 532, 0.9537088026395019],
  ])('has the exact binomial ranks for n = %i', (n, lower, upper, achieved) => {
    const ranks = medianRanks(n, 0.95);
    expect(ranks).toMatchObject({ lower, upper });
    expect(ranks?.achievedLevel).toBeCloseTo(achieved, 10);
  });

  it('does not exist below six values', () => {
    expect([0, 1, 2, 3, 4, 5].map((n) => medianRanks(n, 0.95))).toEqual(new Array(6).fill(undefined));
    expect(medianInterval([1, 2, 3, 4, 5])).toBeUndefined();
  });

  it('takes the 10th and the 21st of 30 values, in whatever order they come', () => {
    const values = Array.from({ length: 30 }, (_, index) => ((index * 7) % 30) + 1);
    expect(medianInterval(values)).toMatchObject({ low: 10, high: 21, level: 0.95 });
  });

  it('follows every increasing transformation: the interval of logarithms is the logarithm of the interval', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 1e3, noNaN: true }), { minLength: 6, maxLength: 50 }), (values) => {
        const plain = medianInterval(values);
        const logs = medianInterval(values.map(Math.log));
        expect(logs?.low).toBe(Math.log(plain!.low));
        expect(logs?.high).toBe(Math.log(plain!.high));
      }),
    );
  });

  it('covers the true median as often as it says, for normal and for log-normal values', () => {
    const runs = 4000;
    for (const [seed, transform] of [
      [11, (z: number) => z],
      [12, Math.exp],
    ] as const) {
      const normal = seededNormal(seed);
      const truth = transform(0);
      let covered = 0;
      for (let run = 0; run < runs; run += 1) {
        const interval = medianInterval(Array.from({ length: 30 }, () => transform(normal())))!;
        if (interval.low <= truth && truth <= interval.high) covered += 1;
      }
      const { achievedLevel } = medianRanks(30, 0.95)!;
      const threeSigma = 3 * Math.sqrt((achievedLevel * (1 - achievedLevel)) / runs);
      expect(Math.abs(covered / runs - achievedLevel)).toBeLessThan(threeSigma);
    }
  });
});
