import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededNormal } from '../testing/seeded-normal.ts';
import {
  hodgesLehmann,
  signedRankCounts,
  signedRankDepth,
  signedRankInterval,
  signedRankTail,
  standardNormalQuantile,
  walshAverages,
} from './signed-rank.ts';

/** Hamilton depression scale, Hollander & Wolfe 1973, table 3.1, also in R's help page of wilcox.test: second minus first visit. */
const FIRST = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const SECOND = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
const DEPRESSION = SECOND.map((value, index) => value - FIRST[index]!);

const integers = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 6, maxLength: 30 });

describe('Hodges–Lehmann estimate and signed-rank interval', () => {
  it('give the published values for the depression data: −0.46 [−0.786, −0.010]', () => {
    expect(hodgesLehmann(DEPRESSION)).toBeCloseTo(-0.46, 10);
    const interval = signedRankInterval(DEPRESSION);
    expect(interval?.low).toBeCloseTo(-0.786, 10);
    expect(interval?.high).toBeCloseTo(-0.01, 10);
    expect(interval?.achievedLevel).toBe(0.9609375);
  });

  it('use all n(n + 1)/2 Walsh averages', () => {
    expect(walshAverages([1, 3, 8])).toEqual([1, 2, 3, 4.5, 5.5, 8]);
  });

  /** Origin: exact rational sums over the 2^n sign patterns (Python fractions.Fraction); n = 30 also in R: qsignrank(.025, 30) = 138. */
  it.each([
    [6, 0.95, 1, 0.96875],
    [7, 0.95, 3, 0.953125],
    [10, 0.95, 9, 0.951171875],
    [20, 0.95, 53, 0.9515590667724609],
    [30, 0.95, 138, 0.9502898789942265],
    [40, 0.95, 265, 0.9502394321807515],
    [50, 0.95, 435, 0.9505535931993983],
    [10, 0.99, 4, 0.990234375],
    [50, 0.99, 374, 0.9900357182346387],
  ])('take the exact depth for n = %i at level %d', (n, level, depth, achieved) => {
    const found = signedRankDepth(n, level);
    expect(found?.depth).toBe(depth);
    expect(found?.achievedLevel).toBeCloseTo(achieved, 12);
  });

  it('do not exist below six pairs', () => {
    expect([0, 1, 2, 3, 4, 5].map((n) => signedRankDepth(n, 0.95))).toEqual(new Array(6).fill(undefined));
  });

  it('use the normal formula of the method beyond n = 50', () => {
    expect([51, 60, 100].map((n) => signedRankDepth(n, 0.95)?.depth)).toEqual([453, 648, 1954]);
  });

  it('count all 2^n sign patterns, symmetrically', () => {
    for (const n of [1, 5, 30, 50]) {
      const counts = signedRankCounts(n);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2 ** n);
      expect(counts).toEqual(counts.toReversed());
    }
  });

  it('follow shift and scale, and swap their bounds when the sign turns', () => {
    fc.assert(
      fc.property(integers, fc.integer({ min: -100, max: 100 }), fc.constantFrom(0.5, 2, 4), (values, shift, scale) => {
        const plain = signedRankInterval(values)!;
        const moved = values.map((value) => scale * value + shift);
        expect(hodgesLehmann(moved)).toBe(scale * hodgesLehmann(values) + shift);
        expect(signedRankInterval(moved)).toMatchObject({ low: scale * plain.low + shift, high: scale * plain.high + shift });
        const turned = signedRankInterval(values.map((value) => -value))!;
        expect([turned.low + plain.high, turned.high + plain.low]).toEqual([0, 0]);
      }),
    );
  });

  it('have the published one-sided p of the depression data: 0.01953 (R’s help page of wilcox.test)', () => {
    expect(signedRankTail(DEPRESSION.map((value) => -value))).toBeCloseTo(0.01953125, 14);
    expect(signedRankTail(DEPRESSION)).toBeGreaterThan(1 - 0.01953125);
  });

  /** Origin: scipy 1.17.1, wilcoxon(values, alternative='greater', method='approx', correction=True). */
  it('have the normal p of scipy beyond n = 50', () => {
    const values = Array.from({ length: 60 }, (_, index) => (((index * 37) % 101) - 40) / 10 + 0.02);
    expect(signedRankTail(values)).toBeCloseTo(0.010709928103871988, 12);
  });

  it('have a p of at most (1 − level)/2 exactly where the lower bound lies above 0, at any level', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 100 }), { minLength: 6, maxLength: 20 }),
        fc.double({ min: 0.7, max: 0.998, noNaN: true }),
        (values, level) => {
          const low = signedRankInterval(values, level)?.low ?? Number.NEGATIVE_INFINITY;
          expect(signedRankTail(values) <= (1 - level) / 2).toBe(low > 0);
        },
      ),
    );
  });

  it('offer any level beyond n = 50 too: k at 0.999 from z = 3.2905 (scipy norm.ppf(0.9995))', () => {
    expect(standardNormalQuantile(0.999)).toBeCloseTo(3.2905267314919255, 11);
    expect(signedRankDepth(60, 0.999)?.depth).toBe(Math.floor(915 - 3.2905267314919255 * Math.sqrt((60 * 61 * 121) / 24)));
    expect(signedRankTail(new Array<number>(10).fill(1))).toBe(2 ** -10);
    expect([signedRankTail([]), signedRankTail([0, 0, 0])]).toEqual([1, 1]);
  });

  it('do not depend on the order of the values', () => {
    fc.assert(
      fc.property(
        integers.chain((values) => fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length }))),
        ([values, shuffled]) => {
          expect(signedRankInterval(shuffled)).toEqual(signedRankInterval(values));
        },
      ),
    );
  });

  it.each([12, 30, 60])('cover the true centre as often as they say at n = %i', (n) => {
    const normal = seededNormal(100 + n);
    const runs = 2000;
    let covered = 0;
    for (let run = 0; run < runs; run += 1) {
      const interval = signedRankInterval(Array.from({ length: n }, () => 0.3 + 0.1 * normal()))!;
      if (interval.low <= 0.3 && interval.high >= 0.3) covered += 1;
    }
    expect(covered / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs));
    expect(covered / runs).toBeLessThan(0.96 + 3 * Math.sqrt((0.95 * 0.05) / runs));
  });
});
