import type { LevelledInterval } from './median-interval.ts';
import { normalQuantile, normalTail } from './normal.ts';
import { ascending, at, median } from './quantile.ts';

/** Up to here the null distribution is counted exactly: its 2^n sign patterns and every partial sum fit a double's 53 bits. */
export const EXACT_UP_TO = 50;

/** All (x_i + x_j)/2 with i ≤ j, ascending: n(n + 1)/2 values. */
export function walshAverages(values: readonly number[]): number[] {
  const averages: number[] = [];
  for (const [index, left] of values.entries()) {
    for (let other = index; other < values.length; other += 1) averages.push((left + at(values, other)) / 2);
  }
  return ascending(averages);
}

/** Hodges–Lehmann estimate of a symmetric distribution's centre: the median of the Walsh averages (Hollander & Wolfe §3.2). */
export function hodgesLehmann(values: readonly number[]): number {
  return median(walshAverages(values));
}

/**
 * Interval of the centre that belongs to the Wilcoxon signed-rank test (Hollander & Wolfe §3.3; Tukey): the k-th smallest and
 * k-th largest Walsh average. Exact null distribution up to n = 50; beyond it k = ⌊n(n+1)/4 − z·√(n(n+1)(2n+1)/24)⌋, which is
 * slightly conservative. Undefined where no k reaches the level (n < 6 at 95 %).
 */
export function signedRankInterval(values: readonly number[], level = 0.95): LevelledInterval | undefined {
  const rank = signedRankDepth(values.length, level);
  if (!rank) return undefined;
  const averages = walshAverages(values);
  return {
    low: at(averages, rank.depth - 1),
    high: at(averages, averages.length - rank.depth),
    level,
    achievedLevel: rank.achievedLevel,
  };
}

/** How many Walsh averages from each end the bounds lie, from 1. Beyond n = 50 the achieved level is stated as the nominal one. */
export function signedRankDepth(n: number, level: number): { readonly depth: number; readonly achievedLevel: number } | undefined {
  const allowedTail = (1 - level) / 2;
  if (n > EXACT_UP_TO) {
    const spread = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
    return { depth: Math.floor((n * (n + 1)) / 4 - standardNormalQuantile(level) * spread), achievedLevel: level };
  }
  const patterns = 2 ** n;
  let depth = 0;
  let tail = 0;
  for (const count of signedRankCounts(n)) {
    const next = tail + count / patterns;
    if (next > allowedTail) break;
    tail = next;
    depth += 1;
  }
  return depth === 0 ? undefined : { depth, achievedLevel: 1 - 2 * tail };
}

/** Number of subsets of {1 … n} with each sum: the null distribution of the signed-rank statistic, times 2^n. */
export function signedRankCounts(n: number): readonly number[] {
  const known = knownCounts.get(n);
  if (known) return known;
  const counts = new Array<number>((n * (n + 1)) / 2 + 1).fill(0);
  counts[0] = 1;
  for (let rank = 1; rank <= n; rank += 1) {
    for (let sum = counts.length - 1; sum >= rank; sum -= 1) counts[sum] = at(counts, sum) + at(counts, sum - rank);
  }
  knownCounts.set(n, counts);
  return counts;
}

const knownCounts = new Map<number, readonly number[]>();

/**
 * One-sided p of “the centre is not above 0” (Wilcoxon 1945): P(W ≥ w), w the number of Walsh averages above 0, so that, counted
 * exactly, it agrees with
 * the interval: it is at most (1 − level)/2 exactly where the lower bound lies above 0. Zeros count against a difference. 1 for no values.
 */
export function signedRankTail(values: readonly number[]): number {
  const n = values.length;
  let above = 0;
  for (const [index, left] of values.entries()) {
    for (let other = index; other < n; other += 1) if (left + at(values, other) > 0) above += 1;
  }
  const all = (n * (n + 1)) / 2;
  if (n > EXACT_UP_TO) {
    const spread = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24);
    return normalTail((above - all / 2 - 0.5) / spread);
  }
  const counts = signedRankCounts(n);
  let tail = 0;
  for (let sum = 0; sum <= all - above; sum += 1) tail += at(counts, sum);
  return tail / 2 ** n;
}

/** z with P(|Z| ≤ z) = level; the levels this suite prints are from tables, so that every platform has the same digits. */
export function standardNormalQuantile(level: number): number {
  const known = new Map([
    [0.9, 1.6448536269514722],
    [0.95, 1.959963984540054],
    [0.99, 2.5758293035489004],
  ]).get(level);
  return known ?? normalQuantile((1 + level) / 2);
}
