import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededNormal } from '../testing/seeded-normal.ts';
import { mannWhitney, shiftEstimate, shiftInterval, smallestRankSumP } from './mann-whitney.ts';

/** Permeability of the human chorioamnion, Hollander & Wolfe 1973, p. 69, also in R's help page of wilcox.test: at term and at 12 to 26 weeks. */
const AT_TERM = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const EARLIER = [1.15, 0.88, 0.9, 0.74, 1.21];

/** Every choice of n of the given values as x: the definition of the exact distribution, counted without any recurrence. */
function byEnumeration(x: readonly number[], y: readonly number[]): { readonly greater: number; readonly less: number } {
  const all = [...x, ...y];
  const u = (chosen: readonly number[], rest: readonly number[]): number =>
    chosen.reduce((sum, a) => sum + rest.reduce((pairs, b) => pairs + (a > b ? 1 : a === b ? 0.5 : 0), 0), 0);
  const observed = u(x, y);
  let total = 0;
  let below = 0;
  let above = 0;
  for (let mask = 0; mask < 2 ** all.length; mask += 1) {
    const chosen = all.filter((_, index) => (mask >> index) & 1);
    if (chosen.length !== x.length) continue;
    const value = u(
      chosen,
      all.filter((_, index) => !((mask >> index) & 1)),
    );
    total += 1;
    if (value <= observed) below += 1;
    if (value >= observed) above += 1;
  }
  return { greater: above / total, less: below / total };
}

const small = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 });

describe('rank sum test', () => {
  it('gives the published values for the permeability data: W = 35, one-sided p = 0.1272', () => {
    const found = mannWhitney(AT_TERM, EARLIER);
    expect(found).toMatchObject({ u: 35, method: 'exact' });
    expect(found.greater).toBeCloseTo(0.1272, 4);
    expect(found.pValue).toBeCloseTo(0.2544, 4);
  });

  it('gives the published shift −0.305 with its 96 % interval [−0.76, 0.15]', () => {
    expect(shiftEstimate(AT_TERM, EARLIER)).toBeCloseTo(-0.305, 10);
    const interval = shiftInterval(AT_TERM, EARLIER);
    expect(interval?.low).toBeCloseTo(-0.76, 10);
    expect(interval?.high).toBeCloseTo(0.15, 10);
    expect(interval?.achievedLevel).toBeCloseTo(0.96, 2);
  });

  /** Two-sided 5 % critical values in the tables of the statistic: reject at U ≤ 2, 8, 23, 64 and 127. */
  it.each([
    [5, 2],
    [7, 8],
    [10, 23],
    [15, 64],
    [20, 127],
  ])('rejects n = m = %i at U = %i and not at one more', (n, critical) => {
    const x = Array.from({ length: n }, (_, index) => index * n);
    // y lies above every x except that `beaten` pairs are turned round.
    const withU = (beaten: number): number[] => {
      const rows = Math.floor(beaten / n);
      const y = Array.from({ length: n }, (_, index) => n * n + index);
      for (let index = 0; index < rows; index += 1) y[index] = -1 - index;
      const rest = beaten - rows * n;
      if (rest > 0) y[rows] = (n - rest) * n - 0.5;
      return y;
    };
    expect(mannWhitney(x, withU(critical)).u).toBe(critical);
    expect(mannWhitney(x, withU(critical)).pValue).toBeLessThanOrEqual(0.05);
    expect(mannWhitney(x, withU(critical + 1)).pValue).toBeGreaterThan(0.05);
  });

  it('equals counting every assignment, with ties and without', () => {
    fc.assert(
      fc.property(small, small, (x, y) => {
        const expected = byEnumeration(x, y);
        const found = mannWhitney(x, y);
        expect(found.less).toBeCloseTo(expected.less, 12);
        expect(found.greater).toBeCloseTo(expected.greater, 12);
      }),
    );
  });

  it('bottoms at p = 0.10 with three values a side, and at 1 in 924 one-sided with six', () => {
    expect(mannWhitney([1, 2, 3], [4, 5, 6]).pValue).toBeCloseTo(0.1, 12);
    expect(smallestRankSumP(6, 6)).toBeCloseTo(1 / 924, 15);
    expect(mannWhitney([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]).less).toBeCloseTo(1 / 924, 15);
  });

  it('agrees between the exact and the normal way where one takes over from the other', () => {
    const normal = seededNormal(7);
    const x = Array.from({ length: 50 }, () => normal());
    const y = Array.from({ length: 50 }, () => normal() + 0.4);
    const exact = mannWhitney(x, y);
    const approximate = mannWhitney([...x, 1e9], [...y, 1e9 + 1]);
    expect(exact.method).toBe('exact');
    expect(approximate.method).toBe('normal');
    expect(Math.abs(exact.less - approximate.less)).toBeLessThan(0.01);
  });

  it('keeps one-sided error at its level: at most 5 % of 4,000 seeded comparisons without a difference', () => {
    const normal = seededNormal(11);
    let rejected = 0;
    for (let run = 0; run < 4000; run += 1) {
      const draw = (): number[] => Array.from({ length: 10 }, () => normal());
      if (mannWhitney(draw(), draw()).less <= 0.05) rejected += 1;
    }
    expect(rejected / 4000).toBeGreaterThan(0.03);
    expect(rejected / 4000).toBeLessThan(0.06);
  });

  it('is certain of nothing where every value is the same', () => {
    expect(mannWhitney([2, 2, 2, 2, 2, 2], [2, 2, 2, 2, 2, 2]).pValue).toBe(1);
    const many = new Array<number>(60).fill(2);
    expect(mannWhitney(many, many)).toMatchObject({ pValue: 1, method: 'normal' });
  });

  it('refuses no values and what is not a number', () => {
    expect(() => mannWhitney([], [1])).toThrow('no values');
    expect(() => mannWhitney([1, Number.NaN], [1])).toThrow('not a number');
  });
});

describe('interval of a shift', () => {
  it('does not exist with three values a side at 95 %', () => {
    expect(shiftInterval([1, 2, 3], [4, 5, 6])).toBeUndefined();
    expect(shiftInterval([1, 2, 3, 4], [4, 5, 6, 7])).toBeDefined();
  });

  it('excludes a shift exactly where the test of that shift rejects', () => {
    const sides = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 12, maxLength: 24 });
    fc.assert(
      fc.property(sides, fc.integer({ min: -500, max: 500 }), (values, shift) => {
        const half = Math.floor(values.length / 2);
        const [x, y] = [values.slice(0, half), values.slice(half)];
        const moved = y.map((value) => value - (shift + 0.5));
        const interval = shiftInterval(x, y);
        if (!interval) return;
        const inside = interval.low <= shift + 0.5 && shift + 0.5 <= interval.high;
        expect(mannWhitney(x, moved).pValue > 0.05).toBe(inside);
      }),
    );
  });

  it('covers the true shift at least as often as it says: 95 % of 2,000 seeded pairs of samples, on both sides of n = 50', () => {
    for (const n of [12, 60]) {
      const normal = seededNormal(3 + n);
      let covered = 0;
      const runs = n === 12 ? 2000 : 400;
      for (let run = 0; run < runs; run += 1) {
        const x = Array.from({ length: n }, () => normal());
        const y = Array.from({ length: n }, () => normal() + 1);
        const interval = shiftInterval(x, y);
        if (interval && interval.low <= 1 && interval.high >= 1) covered += 1;
      }
      expect(covered / runs).toBeGreaterThan(0.935);
      expect(covered / runs).toBeLessThan(0.975);
    }
  });
});
