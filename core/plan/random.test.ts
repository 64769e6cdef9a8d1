import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom, shuffled } from './random.ts';

describe('the seeded generator', () => {
  it('gives the same numbers for the same seed, in [0, 1)', () => {
    const first = seededRandom(42);
    const second = seededRandom(42);
    for (let index = 0; index < 1000; index += 1) {
      const value = first();
      expect(value).toBe(second());
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
    }
  });

  it('is uniform: chi-square over 100 bins of 100,000 draws stays under its 99.9 % bound', () => {
    const next = seededRandom(1);
    const bins = Array.from({ length: 100 }, () => 0);
    for (let draw = 0; draw < 100_000; draw += 1) bins[Math.floor(next() * 100)]! += 1;
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(148.2); // χ²(99) at 0.999
  });

  it('distinguishes seeds beyond 32 bits', () => {
    expect(seededRandom(2 ** 32 + 5)()).not.toBe(seededRandom(5)());
  });
});

describe('shuffling', () => {
  it('keeps every item exactly once and leaves its input alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const before = [...items];
        const result = shuffled(items, seededRandom(seed));
        expect(result.toSorted((x, y) => x - y)).toEqual(before.toSorted((x, y) => x - y));
        expect(items).toEqual(before);
      }),
    );
  });

  it('puts each of three items first about equally often', () => {
    const random = seededRandom(3);
    const firsts = { a: 0, b: 0, c: 0 };
    for (let draw = 0; draw < 30_000; draw += 1) firsts[shuffled(['a', 'b', 'c'] as const, random)[0] ?? 'a'] += 1;
    for (const count of Object.values(firsts)) expect(Math.abs(count - 10_000)).toBeLessThan(350); // > 4 σ
  });
});
