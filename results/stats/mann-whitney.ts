import type { LevelledInterval } from './median-interval.ts';
import { normalQuantile, normalTail } from './normal.ts';
import { ascending, at, median } from './quantile.ts';
import { averageRanks } from './rank-correlation.ts';

/** Up to here, on both sides, the null distribution without ties is computed exactly; R's wilcox.test does so below 50. */
const EXACT_UP_TO = 50;

/** With ties the exact distribution is that of the given ranks; up to here, both sides together, its counts fit a double's 53 bits. */
const EXACT_TIES_UP_TO = 50;

export interface MannWhitney {
  /** number of pairs with x > y, a tie counting one half: R's W */
  readonly u: number;
  /** two-sided: twice the smaller tail, at most 1 */
  readonly pValue: number;
  /** one-sided p of “x is not larger”: small where x tends to be larger than y */
  readonly greater: number;
  /** one-sided p of “x is not smaller”: small where x tends to be smaller than y */
  readonly less: number;
  readonly method: 'exact' | 'normal';
}

/**
 * Wilcoxon's rank sum test in Mann and Whitney's form (Hollander & Wolfe §4.1). Exact up to 50 values a side without ties; exact given the tied
 * ranks up to 50 values in all; else the normal approximation with corrections for ties and continuity.
 * @throws RangeError for an empty side or a value that is not a number
 */
export function mannWhitney(x: readonly number[], y: readonly number[]): MannWhitney {
  if (x.length === 0 || y.length === 0) throw new RangeError('a rank test of no values');
  const together = [...x, ...y];
  if (together.some((value) => Number.isNaN(value))) throw new RangeError('a rank test of a value that is not a number');
  const ranks = averageRanks(together);
  const u = ranks.slice(0, x.length).reduce((sum, rank) => sum + rank, 0) - (x.length * (x.length + 1)) / 2;
  const tied = new Set(together).size < together.length;
  if (!tied && Math.max(x.length, y.length) <= EXACT_UP_TO) return exact(u, rankSumShares(x.length, y.length), 1);
  if (tied && together.length <= EXACT_TIES_UP_TO) return exact(u, tiedShares(ranks, x.length), 2);
  return normal(u, x.length, y.length, ranks);
}

/** Median of all differences y − x: the Hodges–Lehmann estimate of the shift (Hollander & Wolfe §4.2). */
export function shiftEstimate(x: readonly number[], y: readonly number[]): number {
  return median(differences(x, y));
}

/**
 * Interval of the shift that belongs to the rank sum test (Hollander & Wolfe §4.3; Moses): the k-th smallest and k-th largest difference y − x.
 * Exact up to 50 values a side, beyond by the normal approximation; ties only make it more conservative. Undefined where no k reaches the level
 * (n = m = 3 at 95 %). Its one-sided bounds have the level (1 + level)/2.
 */
export function shiftInterval(x: readonly number[], y: readonly number[], level = 0.95): LevelledInterval | undefined {
  const rank = shiftDepth(x.length, y.length, level);
  if (!rank) return undefined;
  const sorted = ascending(differences(x, y));
  return { low: at(sorted, rank.depth - 1), high: at(sorted, sorted.length - rank.depth), level, achievedLevel: rank.achievedLevel };
}

/** Smallest one-sided p that n and m values can reach at all: 1 ÷ (n + m choose n), where every y is larger than every x. */
export function smallestRankSumP(n: number, m: number): number {
  return at(rankSumShares(Math.min(n, EXACT_UP_TO), Math.min(m, EXACT_UP_TO)), 0);
}

/** How many differences from each end the bounds lie, from 1. */
function shiftDepth(n: number, m: number, level: number): { readonly depth: number; readonly achievedLevel: number } | undefined {
  if (n === 0 || m === 0) return undefined;
  const allowedTail = (1 - level) / 2;
  if (Math.max(n, m) > EXACT_UP_TO) {
    const depth = Math.floor((n * m) / 2 - normalQuantile(1 - allowedTail) * Math.sqrt((n * m * (n + m + 1)) / 12));
    return depth < 1 ? undefined : { depth, achievedLevel: level };
  }
  let depth = 0;
  let tail = 0;
  for (const share of rankSumShares(n, m)) {
    if (tail + share > allowedTail) break;
    tail += share;
    depth += 1;
  }
  return depth === 0 ? undefined : { depth, achievedLevel: 1 - 2 * tail };
}

const known = new Map<string, readonly number[]>();

/** P(U = 0 … nm) without ties, by Mann and Whitney's recurrence: the largest of all values is an x (it beats every y) or a y. */
function rankSumShares(n: number, m: number): readonly number[] {
  const key = `${n} ${m}`;
  const found = known.get(key);
  if (found) return found;
  // Row i holds the distributions for i values of x and 0 … m of y.
  let row: (readonly number[])[] = Array.from({ length: m + 1 }, () => [1]);
  for (let i = 1; i <= n; i += 1) {
    const next: (readonly number[])[] = [[1]];
    for (let j = 1; j <= m; j += 1) {
      const shares = new Array<number>(i * j + 1).fill(0);
      for (const [u, share] of (row[j] ?? []).entries()) shares[u + j] = (share * i) / (i + j);
      for (const [u, share] of (next[j - 1] ?? []).entries()) shares[u] = at(shares, u) + (share * j) / (i + j);
      next.push(shares);
    }
    row = next;
  }
  const shares = row[m] ?? [];
  known.set(key, shares);
  return shares;
}

/** The distribution of 2U given tied ranks, by value from 0: every choice of n of the ranks is as likely as any other. */
function tiedShares(ranks: readonly number[], n: number): readonly number[] {
  const doubled = ranks.map((rank) => Math.round(rank * 2));
  const largest = doubled.reduce((sum, rank) => sum + rank, 0);
  const counts = Array.from({ length: n + 1 }, () => new Array<number>(largest + 1).fill(0));
  (counts[0] ?? [])[0] = 1;
  for (const rank of doubled) {
    for (let chosen = n; chosen >= 1; chosen -= 1) {
      const [to = [], from = []] = [counts[chosen], counts[chosen - 1]];
      for (let sum = largest; sum >= rank; sum -= 1) to[sum] = at(to, sum) + at(from, sum - rank);
    }
  }
  const ofAll = (counts[n] ?? []).slice(n * (n + 1));
  const total = ofAll.reduce((sum, count) => sum + count, 0);
  return ofAll.map((count) => count / total);
}

/** `perPair`: index of the distribution per unit of U. */
function exact(u: number, shares: readonly number[], perPair: 1 | 2): MannWhitney {
  const index = Math.round(u * perPair);
  const sum = (part: readonly number[]): number =>
    Math.min(
      1,
      part.reduce((total, share) => total + share, 0),
    );
  return tails(u, sum(shares.slice(0, index + 1)), sum(shares.slice(index)), 'exact');
}

/** Hollander & Wolfe (4.10) and (4.13): variance less for ties; half a pair nearer to the mean for continuity. */
function normal(u: number, n: number, m: number, ranks: readonly number[]): MannWhitney {
  const all = n + m;
  const sizes = new Map<number, number>();
  for (const rank of ranks) sizes.set(rank, (sizes.get(rank) ?? 0) + 1);
  const ties = [...sizes.values()].reduce((sum, size) => sum + size ** 3 - size, 0);
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  if (variance <= 0) return tails(u, 1, 1, 'normal');
  const spread = Math.sqrt(variance);
  const beyond = u - (n * m) / 2;
  return tails(u, normalTail(-(beyond + 0.5) / spread), normalTail((beyond - 0.5) / spread), 'normal');
}

/** `below`: P(U ≤ u), `above`: P(U ≥ u). A small U says that y is larger. */
function tails(u: number, below: number, above: number, method: MannWhitney['method']): MannWhitney {
  return { u, pValue: Math.min(1, 2 * Math.min(below, above)), greater: above, less: below, method };
}

function differences(x: readonly number[], y: readonly number[]): number[] {
  return y.flatMap((value) => x.map((other) => value - other));
}
