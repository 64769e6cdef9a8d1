import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialAtLeast, binomialAtMost, clopperPearsonLower, clopperPearsonUpper } from './binomial.ts';

describe('binomial tails', () => {
  /** Origin: scipy 1.17.1, scipy.stats.binom.sf and cdf. */
  it('are those of scipy', () => {
    expect(binomialAtLeast(30, 40, 0.5)).toBeCloseTo(0.0011107168866146822, 14);
    expect(binomialAtMost(12, 40, 0.5)).toBeCloseTo(0.008294501687487355, 14);
    expect(binomialAtMost(3, 500, 0.01)).toBeCloseTo(0.26361558813659336, 12);
    expect(binomialAtLeast(15, 500, 0.01)).toBeCloseTo(0.00020567786482003454, 12);
  });

  it('are exact at the ends: none, all, and shares of 0 and 1', () => {
    expect([binomialAtMost(-1, 5, 0.3), binomialAtMost(5, 5, 0.3), binomialAtLeast(0, 5, 0.3)]).toEqual([0, 1, 1]);
    expect([binomialAtMost(0, 5, 0), binomialAtMost(4, 5, 1), binomialAtLeast(1, 5, 0), binomialAtLeast(5, 5, 1)]).toEqual([1, 0, 0, 1]);
  });

  it('add up to one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(300), fc.double({ min: 0.001, max: 0.999, noNaN: true }), (n, k, p) => {
        expect(binomialAtMost(k, n, p) + binomialAtLeast(k + 1, n, p)).toBeCloseTo(1, 10);
      }),
    );
  });
});

describe('Clopper–Pearson bounds', () => {
  /** Origin: scipy 1.17.1, binomtest(k, n, alternative).proportion_ci(0.95, method='exact'). */
  it.each([
    [0, 300, 0.009936081944523167, 0],
    [1, 100, 0.04655981145304509, 0.0005128014162696927],
    [5, 20, 0.45558240400175, 0.1040808359101361],
    [10, 10, 1, 0.7411344491066529],
    [3, 2000, 0.0038722231501592988, 0.00040896664014445684],
  ])('are those of scipy for %i of %i', (count, trials, upper, lower) => {
    expect(clopperPearsonUpper(count, trials, 0.95)).toBeCloseTo(upper, 12);
    expect(clopperPearsonLower(count, trials, 0.95)).toBeCloseTo(lower, 12);
  });

  it('say under 1 % of none in 300, and no more than that: the notes’ rule of thumb', () => {
    expect(clopperPearsonUpper(0, 300, 0.95)).toBeLessThan(0.01);
    expect(clopperPearsonUpper(0, 298, 0.95)).toBeGreaterThan(0.01);
    expect(clopperPearsonUpper(0, 300, 0.95)).toBeCloseTo(1 - 0.05 ** (1 / 300), 14);
  });

  it('refuse counts that are no share', () => {
    expect(() => clopperPearsonUpper(2, 1, 0.95)).toThrow(RangeError);
    expect(() => clopperPearsonUpper(0, 0, 0.95)).toThrow(RangeError);
  });
});
