import { ascending, at } from './quantile.ts';
import { studentInterval, type MeanInterval } from './student.ts';
import { theilSen, type PlanePoint } from './theil-sen.ts';

/** A bend within this share of the slope is not worth a warning: the line's slope is then off by about half of it. */
export const STRAIGHT_WITHIN = 0.05;

export interface Curvature {
  /** `straight`: the interval lies within ±5 % · `curved`: it excludes 0 and leaves ±5 % · `unknown`: neither, or no interval */
  readonly status: 'straight' | 'curved' | 'unknown';
  /** (slope above the split − slope below it) ÷ |slope of the whole|: mean over rounds; positive bends up */
  readonly relative: number | undefined;
  readonly interval: MeanInterval | undefined;
  /** rounds that have two different x on both sides of the split */
  readonly rounds: number;
}

/**
 * Is the line straight? Per round the Theil–Sen slope of the upper half of the range of x minus that of the lower half (the level between shared),
 * over rounds Student's interval of their mean. For y = s·x·(1 + c·x/x_max) split at x_max/2 it estimates c. `curved` is said of a
 * straight line in at most 5 % of cases, `straight` of a bend beyond ±5 % likewise (docs/decisions/0008).
 * @param slope of the whole, not 0
 */
export function curvature(rounds: readonly (readonly PlanePoint[])[], slope: number): Curvature {
  const split = splitLevel(rounds.flat().map(({ x }) => x));
  const bends = split === undefined ? [] : rounds.flatMap((points) => bend(points, split) ?? []).map((value) => value / Math.abs(slope));
  if (bends.length === 0) return { status: 'unknown', relative: undefined, interval: undefined, rounds: 0 };
  const interval = studentInterval(bends);
  const relative = bends.reduce((sum, value) => sum + value, 0) / bends.length;
  return { status: statusOf(interval), relative, interval, rounds: bends.length };
}

function statusOf(interval: MeanInterval | undefined): Curvature['status'] {
  if (!interval) return 'unknown';
  if (interval.low >= -STRAIGHT_WITHIN && interval.high <= STRAIGHT_WITHIN) return 'straight';
  return interval.low > 0 || interval.high < 0 ? 'curved' : 'unknown';
}

/** The level nearest to the middle of the range that is neither its first nor its last; the lower one of two equally near. */
export function splitLevel(xs: readonly number[]): number | undefined {
  const levels = ascending([...new Set(xs)]);
  if (levels.length < 3) return undefined;
  const middle = (at(levels, 0) + at(levels, levels.length - 1)) / 2;
  return levels.slice(1, -1).reduce((best, level) => (Math.abs(level - middle) < Math.abs(best - middle) ? level : best));
}

function bend(points: readonly PlanePoint[], split: number): number | undefined {
  const lower = theilSen(points.filter(({ x }) => x <= split));
  const upper = theilSen(points.filter(({ x }) => x >= split));
  return lower && upper && upper.slope - lower.slope;
}
