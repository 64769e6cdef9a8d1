import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Band } from '../../core/model/energy.ts';
import { exact, larger, product, scaled, spanning, sum } from './band.ts';

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const anyBand = fc.tuple(value, value, value).map(([central, ...ends]) => spanning(central, ...ends));
const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
const positiveBand = fc.tuple(positive, positive, positive).map(([central, ...ends]) => spanning(central, ...ends));
const inside = fc.double({ min: 0, max: 1, noNaN: true });

const isOrdered = ({ low, central, high }: Band): boolean => low <= central && central <= high;
/** a point of a band, from its low to its high end */
const pointOf = ({ low, high }: Band, at: number): number => low + (high - low) * at;
/** rounding of a few operations on numbers of this size */
const slack = (...sizes: readonly number[]): number => 1e-9 * Math.max(1, ...sizes.map(Math.abs));

describe('bands', () => {
  it('stay ordered: low ≤ central ≤ high after every operation', () => {
    fc.assert(
      fc.property(anyBand, anyBand, value, (x, y, factor) => {
        const results = [scaled(x, factor), sum(x, y), product(x, y), larger(x, y)];
        expect(results.every(isOrdered)).toBe(true);
      }),
    );
  });

  it('enclose every product and sum of points within them', () => {
    fc.assert(
      fc.property(anyBand, positiveBand, inside, inside, (x, y, left, right) => {
        const [a, b] = [pointOf(x, left), pointOf(y, right)];
        const checks: readonly (readonly [Band | undefined, number])[] = [
          [product(x, y), a * b],
          [sum(x, y), a + b],
        ];
        for (const [band, point] of checks) {
          const room = slack(band?.low ?? 0, band?.high ?? 0);
          expect(band && band.low - room <= point && point <= band.high + room).toBe(true);
        }
      }),
    );
  });

  it('without a range stay numbers', () => {
    expect(product(exact(3), exact(-2))).toEqual(exact(-6));
    expect(scaled(exact(3), -2)).toEqual(exact(-6));
  });
});
