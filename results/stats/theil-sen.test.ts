import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededNormal } from '../testing/seeded-normal.ts';
import { theilSen, type PlanePoint } from './theil-sen.ts';

function points(xs: readonly number[], ys: readonly number[]): PlanePoint[] {
  return xs.map((x, index) => ({ x, y: ys[index]! }));
}

const cloud = fc
  .array(fc.record({ x: fc.integer({ min: 0, max: 40 }), y: fc.integer({ min: -1000, max: 1000 }) }), { minLength: 2, maxLength: 30 })
  .filter((all) => new Set(all.map(({ x }) => x)).size > 1);

/** Stopping distances, `cars` of R's package datasets (Ezekiel 1930): speed in miles per hour, distance in feet. */
const SPEED = [
  4, 4, 7, 7, 8, 9, 10, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 16, 16, 17, 17, 17, 18, 18, 18, 18, 19,
  19, 19, 20, 20, 20, 20, 20, 22, 23, 24, 24, 24, 24, 25,
];
const DISTANCE = [
  2, 10, 4, 22, 16, 10, 18, 26, 34, 17, 28, 14, 20, 24, 28, 26, 34, 34, 46, 26, 36, 60, 80, 20, 26, 54, 32, 40, 32, 40, 50, 42, 56, 76, 84,
  36, 46, 68, 32, 48, 52, 56, 64, 66, 54, 70, 92, 93, 120, 85,
];

describe('Theil–Sen line', () => {
  it('has the slope 0.5 that the help page of R’s statpsych::ci.theil prints, and the intercept of scipy', () => {
    const x = [67, 28, 30, 28, 52, 40, 25, 37, 44, 10, 14, 20, 28, 40, 51];
    const y = [21, 4, 9, 12, 35, 18, 10, 22, 24, 1, 6, 8, 13, 16, 19];
    expect(theilSen(points(x, y))).toEqual({ slope: 0.5, intercept: -2 });
  });

  /** Origin: scipy 1.17.1, scipy.stats.theilslopes(y, x, method='joint'). */
  it.each([
    { data: 'cars of R', x: SPEED, y: DISTANCE, slope: 3.6666666666666665, intercept: -15.666666666666664 },
    { data: 'example of zyp::zyp.sen', x: [0, 1, 2, 4, 5], y: [6, 4, 1, 8, 7], slope: 0.35, intercept: 5.25 },
    { data: 'example of Sen 1968', x: [1, 2, 3, 4, 10, 12, 18], y: [9, 15, 19, 20, 45, 55, 78], slope: 4, intercept: 6 },
    { data: 'example of litteR::theil_sen', x: [1, 2, 3, 4, 5], y: [1, 2, 3, 5, 9], slope: 1.75, intercept: -1.5 },
  ])('agrees with scipy on $data', ({ x, y, slope, intercept }) => {
    const line = theilSen(points(x, y))!;
    expect(line.slope).toBeCloseTo(slope, 12);
    expect(line.intercept).toBeCloseTo(intercept, 12);
  });

  it('leaves out pairs of equal x: slopes 1, 2, 2.5, 3, 4, then residuals 1, −0.5, 0, 1', () => {
    expect(theilSen(points([0, 1, 2, 2], [1, 2, 5, 6]))).toEqual({ slope: 2.5, intercept: 0.5 });
  });

  it('does not exist where all x are equal', () => {
    expect([[], points([3], [1]), points([3, 3, 3], [1, 2, 3])].map(theilSen)).toEqual([undefined, undefined, undefined]);
  });

  it('recovers an exact line, three quarters of whose points are on it, whatever the others are', () => {
    const anything = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), anything, (slope, intercept, wrong) => {
        const all = Array.from({ length: 20 }, (_, x) => ({ x, y: x % 4 === 1 ? wrong[(x - 1) / 4]! : intercept + slope * x }));
        expect(theilSen(all)!.slope - slope).toBe(0);
        expect(theilSen(all)!.intercept - intercept).toBe(0);
      }),
    );
  });

  it('stays near the line with 28 % of noisy points far off, and leaves it with 30 %', () => {
    const normal = seededNormal(29);
    const noisy = Array.from({ length: 50 }, (_, x) => ({ x, y: 3 * x + normal() }));
    const spoilt = (count: number) => noisy.map((point) => (point.x >= 50 - count ? { ...point, y: 1e6 * point.x } : point));
    expect(Math.abs(theilSen(spoilt(14))!.slope - 3)).toBeLessThan(1);
    expect(theilSen(spoilt(15))!.slope).toBeGreaterThan(1000);
  });

  it('follows every change of unit and every straight addition', () => {
    const power = fc.constantFrom(0.25, 0.5, 2, 8);
    const whole = fc.integer({ min: -100, max: 100 });
    fc.assert(
      fc.property(cloud, power, power, whole, whole, (all, xScale, yScale, tilt, shift) => {
        const plain = theilSen(all)!;
        const changed = theilSen(all.map(({ x, y }) => ({ x: xScale * x, y: yScale * y + tilt * x + shift })))!;
        expect(changed.slope).toBeCloseTo((yScale * plain.slope + tilt) / xScale, 8);
        expect(changed.intercept).toBeCloseTo(yScale * plain.intercept + shift, 6);
      }),
    );
  });

  it('does not depend on the order of the points', () => {
    fc.assert(
      fc.property(
        cloud.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, mixed]) => {
          expect(theilSen(mixed)!.slope - theilSen(all)!.slope).toBe(0);
          expect(theilSen(mixed)!.intercept).toBeCloseTo(theilSen(all)!.intercept, 9);
        },
      ),
    );
  });

  it('has as many points above as below', () => {
    fc.assert(
      fc.property(cloud, (all) => {
        const { slope, intercept } = theilSen(all)!;
        const above = all.filter(({ x, y }) => y - slope * x > intercept + 1e-9).length;
        const below = all.filter(({ x, y }) => y - slope * x < intercept - 1e-9).length;
        expect(Math.max(above, below)).toBeLessThanOrEqual(all.length / 2);
      }),
    );
  });
});
