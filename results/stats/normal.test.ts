import { describe, expect, it } from 'vitest';
import { normalQuantile, normalTail } from './normal.ts';

describe('normal distribution', () => {
  /** Origin: scipy 1.17.1, scipy.stats.norm.sf(z); on both sides of 3, where the formula changes. */
  it.each([
    [0, 0.5],
    [0.5, 0.3085375387259869],
    [1, 0.15865525393145707],
    [1.96, 0.024997895148220435],
    [2.9, 0.0018658133003840375],
    [3, 0.0013498980316300933],
    [3.1, 0.0009676032132183563],
    [5, 2.866515718791933e-7],
    [10, 7.61985302416047e-24],
  ])('has the tail of scipy beyond %d', (z, tail) => {
    expect(Math.abs(normalTail(z) / tail - 1)).toBeLessThan(1e-12);
    expect(normalTail(-z)).toBeCloseTo(1 - tail, 14);
  });

  /** Origin: scipy 1.17.1, scipy.stats.norm.ppf(p). */
  it.each([
    [0.75, 0.6744897501960817],
    [0.9, 1.2815515655446004],
    [0.99, 2.3263478740408408],
    [0.999, 3.090232306167813],
    [0.99972, 3.450282601462033],
  ])('has the quantile of scipy at %d', (probability, z) => {
    expect(normalQuantile(probability)).toBeCloseTo(z, 11);
    expect(normalQuantile(1 - probability)).toBeCloseTo(-z, 11);
  });

  it('has no quantile at 0 or 1, and passes NaN on', () => {
    expect(() => normalQuantile(0)).toThrow(RangeError);
    expect(() => normalQuantile(1)).toThrow(RangeError);
    expect(normalTail(Number.NaN)).toBeNaN();
  });
});
