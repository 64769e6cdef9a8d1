import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mannWhitney, mannWhitneyCounts } from './mann-whitney.ts';

/** Permeability of human chorioamnion, Hollander & Wolfe 1973, table 4.1, also in R's help page of wilcox.test. */
const AT_TERM = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const EARLY = [1.15, 0.88, 0.9, 0.74, 1.21];

const samples = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 25 });

describe('Mann–Whitney U test', () => {
  it('gives the published values for the permeability data: U = 35, p = 0.1272 (R’s help page)', () => {
    const found = mannWhitney(AT_TERM, EARLY)!;
    expect(found.u).toBe(35);
    expect(found.greater).toBeCloseTo(0.1272061272061272, 13);
    expect(found.pValue).toBeCloseTo(0.2544122544122544, 13);
  });

  it('gives p = 1/9 for the age of onset of diabetes (documentation of scipy.stats.mannwhitneyu)', () => {
    expect(mannWhitney([19, 22, 16, 29, 24], [20, 11, 17, 12])).toMatchObject({ u: 17, pValue: expect.closeTo(1 / 9, 13) });
  });

  /** Origin: scipy 1.17.1, mannwhitneyu(…, method='asymptotic'). */
  it('corrects for ties and continuity as scipy does', () => {
    const found = mannWhitney([1, 2, 2, 3, 3, 3, 4, 5, 6, 7], [0, 1, 1, 2, 2, 3, 3, 4])!;
    expect(found.u).toBe(59.5);
    expect(found.greater).toBeCloseTo(0.04275855042030682, 13);
    expect(found.pValue).toBeCloseTo(0.08551710084061365, 13);
  });

  it('does not exist without values, and finds nothing in equal ones', () => {
    expect(mannWhitney([], [1])).toBeUndefined();
    expect(mannWhitney([2, 2, 2], [2, 2])).toEqual({ u: 3, greater: 1, pValue: 1 });
  });

  it('counts every arrangement once, symmetrically', () => {
    expect(mannWhitneyCounts(2, 2)).toEqual([1, 1, 2, 1, 1]);
    const counts = mannWhitneyCounts(7, 5);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(792);
    expect(counts).toEqual(counts.toReversed());
  });

  it('has U of both directions add up to the number of pairs, and the same two-sided p', () => {
    fc.assert(
      fc.property(samples, samples, (xs, ys) => {
        const [one, other] = [mannWhitney(xs, ys)!, mannWhitney(ys, xs)!];
        expect(one.u + other.u).toBe(xs.length * ys.length);
        expect(one.pValue).toBeCloseTo(other.pValue, 12);
      }),
    );
  });
});
