import { normalTail } from './normal.ts';
import { at } from './quantile.ts';

export interface MannWhitney {
  /** pairs in which x is larger, ties half */
  readonly u: number;
  /** one-sided: x tends to be larger than y */
  readonly greater: number;
  /** two-sided */
  readonly pValue: number;
}

/** Up to here, and without ties, the null distribution is counted; beyond it the normal approximation is used, as R and SciPy do for large n. */
const EXACT_UP_TO = 20;

/**
 * Mann–Whitney U test of x against y (Mann & Whitney 1947). With ties, or more than 20 values on a side: normal approximation with correction for
 * ties and continuity (Hollander & Wolfe §4.1). Undefined where a side is empty. All values equal: p = 1.
 */
export function mannWhitney(xs: readonly number[], ys: readonly number[]): MannWhitney | undefined {
  const [m, n] = [xs.length, ys.length];
  if (m === 0 || n === 0) return undefined;
  const { rankSum, tieTerm } = rankSumOfFirst(xs, ys);
  const u = rankSum - (m * (m + 1)) / 2;
  if (tieTerm === 0 && Math.max(m, n) <= EXACT_UP_TO) {
    const [greater, less] = [exactAtLeast(u, m, n), exactAtLeast(m * n - u, m, n)];
    return { u, greater, pValue: Math.min(1, 2 * Math.min(greater, less)) };
  }
  const total = m + n;
  const spread = Math.sqrt(((m * n) / 12) * (total + 1 - tieTerm / (total * (total - 1))));
  if (spread === 0) return { u, greater: 1, pValue: 1 };
  const above = u - (m * n) / 2;
  return {
    u,
    greater: normalTail((above - 0.5) / spread),
    pValue: Math.min(1, 2 * normalTail((Math.abs(above) - 0.5) / spread)),
  };
}

/** Sum of the mid-ranks of the first sample, and Σ(t³ − t) over groups of equal values. */
function rankSumOfFirst(xs: readonly number[], ys: readonly number[]): { readonly rankSum: number; readonly tieTerm: number } {
  const [first, all] = [Float64Array.from(xs).toSorted(), Float64Array.from([...xs, ...ys]).toSorted()];
  let rankSum = 0;
  let tieTerm = 0;
  let own = 0;
  for (let start = 0; start < all.length;) {
    const value = all[start];
    let end = start;
    while (end < all.length && all[end] === value) end += 1;
    const size = end - start;
    tieTerm += size ** 3 - size;
    for (; own < first.length && first[own] === value; own += 1) rankSum += (start + 1 + end) / 2;
    start = end;
  }
  return { rankSum, tieTerm };
}

/** P(U ≥ u) without ties: arrangements counted by the recursion of Mann & Whitney, f(u; m, n) = f(u − n; m − 1, n) + f(u; m, n − 1). */
function exactAtLeast(u: number, m: number, n: number): number {
  const counts = mannWhitneyCounts(m, n);
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.slice(u).reduce((sum, count) => sum + count, 0) / all;
}

/** Number of arrangements of m and n values with each U = 0 … m·n. */
export function mannWhitneyCounts(m: number, n: number): number[] {
  // rows[j]: counts for i values of the first kind and j of the second, i growing
  let rows = Array.from({ length: n + 1 }, () => [1]);
  for (let i = 1; i <= m; i += 1) {
    const next: number[][] = [[1]];
    for (let j = 1; j <= n; j += 1) {
      const [above, left] = [at2(rows, j), at2(next, j - 1)];
      next.push(Array.from({ length: i * j + 1 }, (_, u) => (above[u - j] ?? 0) + (left[u] ?? 0)));
    }
    rows = next;
  }
  return at2(rows, n).map((_, index, counts) => at(counts, index));
}

function at2(rows: readonly number[][], index: number): number[] {
  const row = rows[index];
  if (row === undefined) throw new RangeError(`row ${index} of ${rows.length}`);
  return row;
}
