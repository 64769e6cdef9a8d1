import { describe, expect, it } from 'vitest';
import { normalQuantile, normalTail } from './normal.ts';

describe('normal distribution', () => {
  /** Abramowitz & Stegun, table 26.1 (1 − P) and, beyond its end, the expansion of table 26.2. */
  it.each([
    [0, 0.5],
    [1, 0.15865525393145707],
    [1.959963984540054, 0.025],
    [2.5758293035489004, 0.005],
    [3, 0.0013498980316300957],
    [5, 2.866515718791939e-7],
    [8, 6.220960574271785e-16],
  ])('has P(Z > %d) = %d', (z, tail) => {
    expect(Math.abs(normalTail(z) / tail - 1)).toBeLessThan(1e-9);
    expect(normalTail(-z)).toBeCloseTo(1 - tail, 14);
  });

  it('is continuous where one expansion takes over from the other', () => {
    expect(Math.abs(normalTail(3 - 1e-12) / normalTail(3) - 1)).toBeLessThan(1e-10);
  });

  it('has quantiles that undo it', () => {
    for (const p of [0.6, 0.95, 0.99, 1 - 1e-6, 0.1]) expect(normalTail(normalQuantile(p))).toBeCloseTo(1 - p, 13);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
    expect(() => normalQuantile(0)).toThrow(RangeError);
  });
});
