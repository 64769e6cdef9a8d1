import { curvature, type Curvature } from './curvature.ts';
import { studentInterval, type MeanInterval } from './student.ts';
import { theilSen, type Line, type PlanePoint } from './theil-sen.ts';

/** One reading: of which round, at how many instances, and its value. */
export interface RoundPoint extends PlanePoint {
  readonly round: number;
}

export interface LineEstimate {
  readonly estimate: number;
  /** absent where fewer than `SMALLEST_ROUNDS_FOR_INTERVAL` rounds have a line of their own */
  readonly interval: MeanInterval | undefined;
}

export interface LineFit {
  /** y per x: of memory over instances, what one more instance costs */
  readonly slope: LineEstimate;
  /** y at x = 0: of memory over instances, what is paid once */
  readonly intercept: LineEstimate;
  readonly curvature: Curvature;
  readonly points: number;
  /** rounds with a line of their own: what the intervals rest on */
  readonly rounds: number;
  /** why something above is missing */
  readonly note: string | undefined;
}

export const SMALLEST_ROUNDS_FOR_INTERVAL = 3;

/** A round has a line of its own if it spans at least this share of the range of all x: a lost large N makes its slope a guess. */
const SMALLEST_SPAN = 0.5;

/**
 * The line through all points (Theil–Sen), with intervals from the spread between rounds: Student's t over the slopes and intercepts of the rounds'
 * own Theil–Sen lines. Not a bootstrap over rounds: with five of them its 95 % interval covers 89 % (docs/decisions/0008). An interval
 * is stretched to its estimate where that lies outside, which only raises the coverage.
 * Undefined where all x are equal.
 */
export function fitLine(points: readonly RoundPoint[]): LineFit | undefined {
  const whole = theilSen(points);
  if (!whole) return undefined;
  const rounds = roundsThatSpan(points);
  const lines = rounds.flatMap((round) => theilSen(round) ?? []);
  const slope = estimated(whole, lines, 'slope');
  const intercept = estimated(whole, lines, 'intercept');
  const bend = curvatureOf(rounds, slope);
  return {
    slope,
    intercept,
    curvature: bend.curvature,
    points: points.length,
    rounds: lines.length,
    note: noteOf(lines.length, bend.note),
  };
}

function estimated(whole: Line, lines: readonly Line[], which: keyof Line): LineEstimate {
  const estimate = whole[which];
  if (lines.length < SMALLEST_ROUNDS_FOR_INTERVAL) return { estimate, interval: undefined };
  const interval = studentInterval(lines.map((line) => line[which]));
  return {
    estimate,
    interval: interval && { ...interval, low: Math.min(interval.low, estimate), high: Math.max(interval.high, estimate) },
  };
}

function roundsThatSpan(points: readonly RoundPoint[]): PlanePoint[][] {
  const smallest = SMALLEST_SPAN * span(points);
  const rounds = new Map<number, RoundPoint[]>();
  for (const point of points) rounds.set(point.round, [...(rounds.get(point.round) ?? []), point]);
  return [...rounds.values()].filter((round) => span(round) >= smallest);
}

function span(points: readonly PlanePoint[]): number {
  const xs = points.map(({ x }) => x);
  return Math.max(...xs) - Math.min(...xs);
}

function curvatureOf(rounds: readonly PlanePoint[][], slope: LineEstimate): { readonly curvature: Curvature; readonly note?: string } {
  const unknown = { status: 'unknown', relative: undefined, interval: undefined, rounds: 0 } as const;
  if (!slope.interval) return { curvature: unknown };
  if (slope.interval.low <= 0 && slope.interval.high >= 0) {
    return { curvature: unknown, note: 'the slope may be 0, so that no share of it is a bend' };
  }
  const found = curvature(rounds, slope.estimate);
  if (found.rounds >= SMALLEST_ROUNDS_FOR_INTERVAL) return { curvature: found };
  return {
    curvature: { ...found, status: 'unknown', interval: undefined },
    note: `${found.rounds} rounds have two different x in both halves of the range, a curvature test needs ${SMALLEST_ROUNDS_FOR_INTERVAL}`,
  };
}

function noteOf(lines: number, bend: string | undefined): string | undefined {
  if (lines >= SMALLEST_ROUNDS_FOR_INTERVAL) return bend;
  return `${lines} rounds span half of the range of x, an interval needs ${SMALLEST_ROUNDS_FOR_INTERVAL}`;
}
