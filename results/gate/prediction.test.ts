import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { predict, smallestFound } from './prediction.ts';

const medians = fc.array(fc.double({ min: 0.01, max: 10, noNaN: true }), { minLength: 6, maxLength: 30 });

describe('prediction interval of one new run', () => {
  /** Two-sided 95 % factors for one future value, Hahn & Meeker 1991, table of c'(0.95; 1, n): half width ÷ standard deviation. */
  it.each([
    [6, 2.78],
    [10, 2.37],
    [20, 2.14],
    [30, 2.08],
  ])('has the published width for %i earlier runs: %d standard deviations', (n, factor) => {
    const earlier = Array.from({ length: n }, (_, index) => Math.exp(index % 2 === 0 ? 1 : -1));
    const spread = Math.sqrt(n / (n - 1));
    const { high, estimate } = predict(earlier, 1, { beta: 0.025 });
    expect(Math.log(high / estimate) / spread).toBeCloseTo(factor, 2);
  });

  it('rejects at beta exactly where its bound excludes 1', () => {
    fc.assert(
      fc.property(medians, fc.double({ min: 0.01, max: 10, noNaN: true }), (earlier, now) => {
        const { low, high, pSlower, pFaster, error } = predict(earlier, now, { beta: 0.05 });
        fc.pre(error > 1e-6 && Math.abs(Math.log(low)) > 1e-9 && Math.abs(Math.log(high)) > 1e-9);
        expect(pSlower < 0.05).toBe(low > 1);
        expect(pFaster < 0.05).toBe(high < 1);
      }),
    );
  });

  it('does not depend on the unit', () => {
    fc.assert(
      fc.property(medians, (earlier) => {
        const [seconds, milliseconds] = [1, 1000].map((scale) =>
          predict(
            earlier.map((value) => value * scale),
            0.5 * scale,
            { beta: 0.05 },
          ),
        );
        expect(milliseconds!.estimate / seconds!.estimate).toBeCloseTo(1, 9);
        expect(milliseconds!.pSlower).toBeCloseTo(seconds!.pSlower, 6);
      }),
    );
  });

  it('takes equal runs at their word', () => {
    const same = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
    expect(predict(same, 0.1, { beta: 0.05 })).toMatchObject({ estimate: 1, low: 1, high: 1, pSlower: 0.5 });
    expect(predict(same, 0.11, { beta: 0.05 }).pSlower).toBe(0);
    expect(predict(same, 0.09, { beta: 0.05 }).pSlower).toBe(1);
  });

  it('refuses what has no logarithm and one run alone', () => {
    expect(() => predict([1, 0, 1], 1, { beta: 0.05 })).toThrow('not positive');
    expect(() => predict([1, 1], Number.NaN, { beta: 0.05 })).toThrow('not positive');
    expect(() => predict([1], 1, { beta: 0.05 })).toThrow('a prediction from 1 runs');
  });

  it('says a smallest effect that grows with the scatter and is never below the allowed one', () => {
    const scatter = (size: number) => predict([1, 1 + size, 1, 1 + size, 1, 1 + size], 1, { beta: 0.05 });
    const [little, much] = [0.001, 0.1].map((size) => smallestFound(scatter(size), 0.01, 1.1));
    expect(little).toBeGreaterThan(1.1);
    expect(much).toBeGreaterThan(little!);
  });
});
