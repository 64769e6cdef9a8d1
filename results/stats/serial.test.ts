import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOGNORMAL_17 } from '../testing/reference-sample.ts';
import { lag1Autocorrelation, runsProbability, runsTest } from './serial.ts';

describe('lag-1 autocorrelation', () => {
  it('agrees with numpy', () => {
    expect(lag1Autocorrelation(LOGNORMAL_17)).toBeCloseTo(-0.006796246102443205, 12);
  });

  it('has its closed form for 1, 2, 3, 4: 1.25 / 5', () => {
    expect(lag1Autocorrelation([1, 2, 3, 4])).toBeCloseTo(0.25, 12);
  });

  it('does not exist for a constant or a very short series', () => {
    expect(lag1Autocorrelation([2, 2, 2, 2])).toBeUndefined();
    expect(lag1Autocorrelation([1, 2])).toBeUndefined();
  });

  it('stays between −1 and 1', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 3, maxLength: 50 }), (series) => {
        expect(Math.abs(lag1Autocorrelation(series) ?? 0)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('runs test', () => {
  /** Origin: enumeration of every arrangement (Python itertools.combinations): how many have 2, 3, … runs. */
  it.each([
    [5, 6, [2, 9, 40, 70, 120, 100, 80, 30, 10, 1], 462],
    [8, 8, [2, 14, 98, 294, 882, 1470, 2450, 2450, 2450, 1470, 882, 294, 98, 14, 2], 12870],
    [4, 9, [2, 11, 48, 108, 168, 196, 112, 70], 715],
  ])('has the distribution that enumeration gives for %i and %i', (above, below, counts, all) => {
    for (const [index, count] of counts.entries()) {
      expect(runsProbability(index + 2, above, below)).toBeCloseTo(count / all, 12);
      expect(runsProbability(index + 2, below, above)).toBeCloseTo(count / all, 12);
    }
  });

  it('has the critical values of Swed & Eisenhart 1943 for 10 and 10: 6 and 16', () => {
    const atMost = (runs: number): number =>
      Array.from({ length: runs - 1 }, (_, index) => runsProbability(index + 2, 10, 10)).reduce((sum, p) => sum + p, 0);
    expect(atMost(6)).toBeLessThanOrEqual(0.025);
    expect(atMost(7)).toBeGreaterThan(0.025);
    expect(1 - atMost(15)).toBeLessThanOrEqual(0.025);
    expect(1 - atMost(14)).toBeGreaterThan(0.025);
  });

  it('counts nine runs in the sample of 17 and sees nothing unusual', () => {
    expect(runsTest(LOGNORMAL_17)).toMatchObject({ runs: 9, above: 8, below: 8 });
    expect(runsTest(LOGNORMAL_17)?.pValue).toBe(1);
  });

  it('sees a drift and an alternation', () => {
    const rising = Array.from({ length: 20 }, (_, index) => index);
    const alternating = Array.from({ length: 20 }, (_, index) => index % 2);
    expect(runsTest(rising)).toMatchObject({ runs: 2 });
    expect(runsTest(rising)?.pValue).toBeCloseTo((2 * 2) / 184756, 12);
    expect(runsTest(alternating)?.pValue).toBeLessThan(0.001);
  });

  it('does not exist for a constant series, and holds for hundreds of rounds', () => {
    expect(runsTest([1, 1, 1])).toBeUndefined();
    expect(runsTest([])).toBeUndefined();
    const long = Array.from({ length: 2000 }, (_, index) => (Math.sin(index * 12.9898) * 43758.5453) % 1);
    expect(runsTest(long)?.pValue).toBeGreaterThan(0);
  });
});
