import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededNormal } from '../testing/seeded-normal.ts';
import { fitLine, SMALLEST_ROUNDS_FOR_INTERVAL, type LineEstimate, type RoundPoint } from './fit-line.ts';
import { studentInterval } from './student.ts';
import { theilSen } from './theil-sen.ts';

const LEVELS = [0, 1, 2, 4, 8, 16, 32];
const SLOPE = 10;
const INTERCEPT = 50;

interface Noise {
  readonly offset: (round: number) => number;
  readonly tilt?: (round: number) => number;
  readonly point: (x: number) => number;
}

function sampled(rounds: number, { offset, tilt = () => 0, point }: Noise): RoundPoint[] {
  return Array.from({ length: rounds }, (_, round) => {
    const [shift, lean] = [offset(round), tilt(round)];
    return LEVELS.map((x) => ({ round, x, y: INTERCEPT + shift + (SLOPE + lean) * x + point(x) }));
  }).flat();
}

function exact(rounds: number): RoundPoint[] {
  return sampled(rounds, { offset: () => 0, point: () => 0 });
}

function covers({ interval }: LineEstimate, truth: number): boolean {
  return interval !== undefined && interval.low <= truth && truth <= interval.high;
}

describe('line with its uncertainty', () => {
  it('recovers an exact line, without width and straight', () => {
    const none = { method: 'student-t', level: 0.95 };
    expect(fitLine(exact(5))).toEqual({
      slope: { estimate: 10, interval: { ...none, low: 10, high: 10 } },
      intercept: { estimate: 50, interval: { ...none, low: 50, high: 50 } },
      curvature: { status: 'straight', relative: 0, interval: { ...none, low: 0, high: 0 }, rounds: 5 },
      points: 35,
      rounds: 5,
      note: undefined,
    });
  });

  it('estimates from all points and takes its interval from the rounds’ own lines', () => {
    const normal = seededNormal(5);
    const points = sampled(6, { offset: () => 2 * normal(), point: normal });
    const lines = [0, 1, 2, 3, 4, 5].map((round) => theilSen(points.filter((point) => point.round === round))!);
    const fit = fitLine(points)!;
    expect({ slope: fit.slope.estimate, intercept: fit.intercept.estimate }).toEqual(theilSen(points));
    expect(fit.slope.interval).toEqual(studentInterval(lines.map(({ slope }) => slope)));
    expect(fit.intercept.interval).toEqual(studentInterval(lines.map(({ intercept }) => intercept)));
  });

  it('does not exist where all x are equal', () => {
    expect(fitLine([])).toBeUndefined();
    expect(fitLine(exact(5).filter(({ x }) => x === 8))).toBeUndefined();
  });

  it('has an interval from three rounds on and says why there is none below', () => {
    const fit = fitLine(exact(SMALLEST_ROUNDS_FOR_INTERVAL - 1))!;
    expect(fit.slope).toEqual({ estimate: 10, interval: undefined });
    expect(fit.curvature.status).toBe('unknown');
    expect(fit.note).toBe('2 rounds span half of the range of x, an interval needs 3');
    expect(fitLine(exact(SMALLEST_ROUNDS_FOR_INTERVAL))!.slope.interval).toBeDefined();
  });

  it('uses the points of a round that lost its large x, but not its line', () => {
    const cut = exact(5).filter(({ round, x }) => round < 4 || x <= 4);
    expect(fitLine(cut)).toMatchObject({ points: 32, rounds: 4 });
    const wrong = cut.map((point) => (point.round === 4 ? { ...point, y: point.y + 100 * point.x } : point));
    expect(fitLine(wrong)!.slope).toMatchObject({ estimate: 10, interval: { low: 10, high: 10 } });
  });

  it.each([5, 20])(
    'stretches an interval to an estimate outside of it: a round without a line of its own has slope %i, the others 10',
    (slope) => {
      const spanning = exact(3).filter(({ x }) => x === 0 || x === 32);
      const short = Array.from({ length: 15 }, (_, x) => ({ round: 3, x, y: INTERCEPT + slope * x }));
      const { estimate, interval } = fitLine([...spanning, ...short])!.slope;
      expect(Math.abs(estimate - slope)).toBeLessThan(1);
      expect(interval).toMatchObject({ low: Math.min(10, estimate), high: Math.max(10, estimate) });
    },
  );

  it('says of a slope that may be 0 that no share of it is a bend', () => {
    const normal = seededNormal(9);
    const flat = sampled(5, { offset: () => 0, tilt: () => -SLOPE, point: normal });
    expect(fitLine(flat)).toMatchObject({
      curvature: { status: 'unknown', relative: undefined },
      note: expect.stringContaining('may be 0'),
    });
  });

  it('has no verdict on curvature with two levels', () => {
    const two = exact(5).filter(({ x }) => x === 0 || x === 32);
    expect(fitLine(two)).toMatchObject({
      slope: { estimate: 10 },
      curvature: { status: 'unknown' },
      note: expect.stringContaining('both halves'),
    });
  });

  it('holds its estimates within their intervals, follows the unit, and does not depend on the order or names of rounds', () => {
    const scales = fc.constantFrom(0.5, 4, 2 ** 20);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 3, max: 7 }), scales, (seed, count, scale) => {
        const normal = seededNormal(seed);
        const points = sampled(count, { offset: () => 5 * normal(), point: () => Math.round(normal()) });
        const plain = fitLine(points)!;
        for (const each of [plain.slope, plain.intercept]) expect(covers(each, each.estimate)).toBe(true);
        const other = fitLine(points.toReversed().map(({ round, x, y }) => ({ round: 100 - round, x, y: scale * y })))!;
        expect(other.slope.estimate / scale).toBeCloseTo(plain.slope.estimate, 9);
        expect(other.intercept.interval!.high / scale).toBeCloseTo(plain.intercept.interval!.high, 6);
        expect(other.curvature.status).toBe(plain.curvature.status);
      }),
      { numRuns: 40 },
    );
  });

  /** Larger simulations, against the bootstrap over rounds and others: docs/decisions/0008. */
  it.each([
    ['offsets of rounds and noise of points', 5, (normal: () => number) => ({ offset: () => 2 * normal(), point: normal })],
    ['the same', 12, (normal: () => number) => ({ offset: () => 2 * normal(), point: normal })],
    [
      'noise that grows with x',
      5,
      (normal: () => number) => ({ offset: () => 2 * normal(), point: (x: number) => normal() * (1 + x / 8) }),
    ],
    [
      'slopes that differ by round',
      5,
      (normal: () => number) => ({ offset: () => 2 * normal(), tilt: () => 0.2 * normal(), point: normal }),
    ],
    ['a drift of the host (slope only)', 5, (normal: () => number) => ({ offset: (round: number) => 3 * round, point: normal })],
  ])('covers the true line as often as its level says, with %s, %i rounds', (name, rounds, noise) => {
    const normal = seededNormal(rounds);
    const runs = 600;
    let [slopes, intercepts] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const { slope, intercept } = fitLine(sampled(rounds, noise(normal)))!;
      if (covers(slope, SLOPE)) slopes += 1;
      if (covers(intercept, INTERCEPT)) intercepts += 1;
    }
    const least = 0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs);
    expect(slopes / runs).toBeGreaterThan(least);
    if (!name.includes('slope only')) expect(intercepts / runs).toBeGreaterThan(least);
  });
});
