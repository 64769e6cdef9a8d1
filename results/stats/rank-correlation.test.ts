import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageRanks, spearman } from './rank-correlation.ts';

/** Origin: scipy 1.17.1 stats.spearmanr and stats.rankdata; the interval from math.tanh(math.atanh(rho) ± 1.96·se). */
const XS = [1, 2, 3, 3, 4, 5, 6, 7, 7, 7, 8, 9];
const YS = [2.1, 1.9, 3.5, 3.5, 3.0, 4.2, 6.1, 5.0, 5.0, 8.0, 7.1, 9.9];

describe('Spearman rank correlation', () => {
  it('agrees with scipy, ties included', () => {
    expect(averageRanks(YS)).toEqual([2, 1, 4.5, 4.5, 3, 6, 9, 7.5, 7.5, 11, 10, 12]);
    const found = spearman(XS, YS);
    expect(found?.rho).toBeCloseTo(0.9239068293837781, 12);
    expect(found?.low).toBeCloseTo(0.682987758520473, 12);
    expect(found?.high).toBeCloseTo(0.9835272396008309, 12);
  });

  it('is 1 for any increasing and −1 for any decreasing relation', () => {
    const xs = Array.from({ length: 12 }, (_, index) => index);
    expect(spearman(xs, xs.map(Math.exp))).toMatchObject({ rho: expect.closeTo(1, 12) as number });
    expect(
      spearman(
        xs,
        xs.map((x) => -(x ** 3)),
      ),
    ).toMatchObject({ rho: expect.closeTo(-1, 12) as number });
  });

  it('does not exist below ten pairs or for a constant side', () => {
    expect(spearman(XS.slice(0, 9), YS.slice(0, 9))).toBeUndefined();
    expect(
      spearman(
        XS,
        XS.map(() => 1),
      ),
    ).toBeUndefined();
  });

  it('lies inside its own interval', () => {
    const side = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(side, side, (xs, ys) => {
        const found = spearman(xs, ys);
        if (found) expect(found.low <= found.rho + 1e-12 && found.rho <= found.high + 1e-12).toBe(true);
      }),
    );
  });
});
