import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededNormal } from '../testing/seeded-normal.ts';
import { curvature, splitLevel } from './curvature.ts';

const LEVELS = [0, 1, 2, 4, 8, 16, 32];

/** Rounds of y = 50 + offset of the round + 10·x·(1 + bend·x/32) + noise of the point; offset and noise in the unit of y. */
function rounds(count: number, bend: number, normal: () => number, pointNoise: number) {
  return Array.from({ length: count }, () => {
    const offset = 2 * normal();
    return LEVELS.map((x) => ({ x, y: 50 + offset + 10 * x * (1 + (bend * x) / 32) + pointNoise * normal() }));
  });
}

function shareOf(status: string, runs: number, make: () => ReturnType<typeof rounds>): number {
  const found = Array.from({ length: runs }, () => curvature(make(), 10).status);
  return found.filter((each) => each === status).length / runs;
}

describe('curvature', () => {
  it('compares the slopes on both sides of the level nearest to the middle of the range', () => {
    expect(splitLevel(LEVELS)).toBe(16);
    expect(splitLevel([1000, 0, 1, 10, 100, 100])).toBe(100);
    expect(splitLevel([0, 4, 6, 10])).toBe(4);
    expect(splitLevel([0, 32, 32])).toBeUndefined();
  });

  it('is the difference of the slopes as a share of the whole: 1 below and 3 above, of a slope of 2, by hand', () => {
    const round = [
      { x: 0, y: 5 },
      { x: 1, y: 6 },
      { x: 2, y: 7 },
      { x: 4, y: 13 },
    ];
    expect(curvature([round, round, round], 2)).toEqual({
      status: 'curved',
      relative: 1,
      interval: { method: 'student-t', level: 0.95, low: 1, high: 1 },
      rounds: 3,
    });
  });

  it('turns its sign when the line is turned upside down, and is the same share in another unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(-1, -8, 0.5, 4), (seed, scale) => {
        const sample = rounds(5, 0.1, seededNormal(seed), 3);
        const changed = sample.map((points) => points.map(({ x, y }) => ({ x, y: scale * y + 3 })));
        const plain = curvature(sample, 10);
        expect(curvature(changed, 10 * scale).relative).toBeCloseTo(Math.sign(scale) * plain.relative!, 9);
        expect(curvature(changed, 10 * scale).status).toBe(plain.status);
      }),
      { numRuns: 25 },
    );
  });

  it('has no verdict without rounds on both sides of the split, or with one', () => {
    const line = LEVELS.map((x) => ({ x, y: 10 * x }));
    expect(curvature([line.filter(({ x }) => x < 32)].concat([[line[6]!]]), 10)).toMatchObject({ status: 'unknown', rounds: 0 });
    expect(curvature([line], 10)).toMatchObject({ status: 'unknown', rounds: 1, relative: 0, interval: undefined });
  });

  it('calls a bend real but within 5 % straight: it changes no prediction', () => {
    const found = curvature(rounds(8, 0.02, seededNormal(3), 0.1), 10);
    expect(found.interval!.low).toBeGreaterThan(0);
    expect(found.status).toBe('straight');
  });

  it.each([5, 12])('calls a straight line curved in at most one case of twenty, with %i rounds', (count) => {
    const normal = seededNormal(40 + count);
    const runs = 1000;
    expect(shareOf('curved', runs, () => rounds(count, 0, normal, 3))).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
  });

  it('calls a bend of 5 % straight in at most 2.5 % of cases', () => {
    const normal = seededNormal(60);
    const runs = 1000;
    expect(shareOf('straight', runs, () => rounds(5, 0.05, normal, 1))).toBeLessThan(0.025 + 3 * Math.sqrt((0.025 * 0.975) / runs));
  });

  it('sees a quadratic term that adds 10 % at the largest x through noise of 1 % of the largest y', () => {
    const normal = seededNormal(80);
    expect(shareOf('curved', 200, () => rounds(5, 0.1, normal, 3.5))).toBeGreaterThan(0.8);
  });
});
