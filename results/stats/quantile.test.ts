import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOGNORMAL_17 } from '../testing/reference-sample.ts';
import { median, medianAbsoluteDeviation, quantile, smallestCountForTail } from './quantile.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 });

/** Origin: numpy 2.4.6 and scipy 1.17.1: numpy.quantile(v, p), scipy.stats.median_abs_deviation(v). */
describe('quantile', () => {
  it.each([
    [0.05, 0.65266],
    [0.1, 0.70984],
    [0.25, 0.7742],
    [0.5, 1.0391],
    [0.75, 1.2525],
    [0.95, 1.34128],
    [0.99, 1.390176],
  ])('agrees with numpy at %d', (share, expected) => {
    expect(quantile(LOGNORMAL_17, share)).toBeCloseTo(expected, 12);
  });

  it('agrees with the type 7 definition on 1, 2, 3, 4', () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 1.75, 2.5, 3.25, 4]);
  });

  it('refuses no values and shares outside 0 to 1', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
    expect(() => quantile([1], 1.1)).toThrow(RangeError);
    expect(() => quantile([1], Number.NaN)).toThrow(RangeError);
  });

  it('does not depend on the order of the values and leaves them untouched', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (sample, share) => {
        const before = [...sample];
        expect(quantile(sample.toReversed(), share)).toBe(quantile(sample, share));
        expect(sample).toEqual(before);
      }),
    );
  });

  it('lies between the smallest and the largest value and grows with its share', () => {
    fc.assert(
      fc.property(values, (sample) => {
        const found = [0, 0.1, 0.5, 0.9, 1].map((share) => quantile(sample, share));
        expect(found[0]).toBe(Math.min(...sample));
        expect(found[4]).toBe(Math.max(...sample));
        expect(found.every((value, index) => index === 0 || value >= found[index - 1]! - 1e-9)).toBe(true);
      }),
    );
  });
});

describe('median absolute deviation', () => {
  it('agrees with scipy', () => {
    expect(medianAbsoluteDeviation(LOGNORMAL_17)).toBeCloseTo(0.2237, 12);
  });

  it('follows a change of scale and ignores a shift', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 }), (sample) => {
        const changed = sample.map((value) => 4 * value + 7);
        expect(medianAbsoluteDeviation(changed)).toBe(4 * medianAbsoluteDeviation(sample));
        expect(median(changed)).toBe(4 * median(sample) + 7);
      }),
    );
  });
});

describe('tail quantiles', () => {
  it('need 59 values for p95 and p5, and 299 for p99', () => {
    expect([0.95, 0.05, 0.99].map(smallestCountForTail)).toEqual([59, 59, 299]);
    expect(1 - 0.95 ** 59).toBeGreaterThanOrEqual(0.95);
    expect(1 - 0.95 ** 58).toBeLessThan(0.95);
    expect(1 - 0.99 ** 299).toBeGreaterThanOrEqual(0.95);
    expect(1 - 0.99 ** 298).toBeLessThan(0.95);
  });
});
