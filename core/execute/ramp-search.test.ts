import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RampSearch } from './ramp-search.ts';

/** Levels looked at when exactly `density` instances are acceptable. `exact`: the start that is one too many fails. */
function levels(density: number, most: number, exact: boolean): { readonly looked: number[]; readonly search: RampSearch } {
  const search = new RampSearch(most);
  const looked: number[] = [];
  for (let level = search.next(); level !== undefined; level = search.next()) {
    looked.push(level);
    if (level <= density) search.accept(level);
    else if (exact) search.refuse(density + 1, density);
    else search.refuse(level);
  }
  return { looked, search };
}

describe('the search for the largest acceptable fleet', () => {
  it('doubles, then takes the middle', () => {
    expect(levels(11, 1000, false).looked).toEqual([1, 2, 4, 8, 16, 12, 10, 11]);
  });

  it('needs no bisection when a start failed: what lived then is looked at, and is the answer', () => {
    expect(levels(11, 1000, true).looked).toEqual([1, 2, 4, 8, 16, 11]);
  });

  it('looks on below when what lived at the failed start was not acceptable either', () => {
    const search = new RampSearch(1000);
    for (const level of [1, 2, 4, 8]) search.accept(level);
    search.refuse(14, 13);
    expect(search.next()).toBe(13);
    search.refuse(13);
    expect(search.next()).toBe(10);
  });

  it('ends at what it may reach, and says that nothing was bad', () => {
    const { looked, search } = levels(Number.POSITIVE_INFINITY, 10, false);
    expect(looked).toEqual([1, 2, 4, 8, 10]);
    expect(search.atMost).toBe(true);
  });

  it('finds every density, with two looks per doubling at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.boolean(), (density, exact) => {
        const { looked, search } = levels(density, 10_000, exact);
        expect(search.good).toBe(density);
        expect(looked.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(density + 2)) + 1);
      }),
    );
  });
});
