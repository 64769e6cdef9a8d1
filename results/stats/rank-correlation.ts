import { at } from './quantile.ts';
import { standardNormalQuantile } from './signed-rank.ts';

export interface RankCorrelation {
  readonly n: number;
  readonly rho: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Spearman's rank correlation (average ranks for ties) with the Fisher-z interval of Bonett & Wright 2000,
 * se² = (1 + ρ²/2)/(n − 3). Undefined below ten pairs or where one side is constant.
 */
export function spearman(xs: readonly number[], ys: readonly number[], level = 0.95): RankCorrelation | undefined {
  const n = Math.min(xs.length, ys.length);
  if (n < 10) return undefined;
  const rho = pearson(averageRanks(xs.slice(0, n)), averageRanks(ys.slice(0, n)));
  if (rho === undefined) return undefined;
  if (Math.abs(rho) > 1 - 1e-12) return { n, rho, low: rho, high: rho };
  const error = standardNormalQuantile(level) * Math.sqrt((1 + (rho * rho) / 2) / (n - 3));
  return { n, rho, low: Math.tanh(Math.atanh(rho) - error), high: Math.tanh(Math.atanh(rho) + error) };
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function averageRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).toSorted((i, j) => at(values, i) - at(values, j));
  const ranks = new Array<number>(values.length).fill(0);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && at(values, at(order, end)) === at(values, at(order, first))) end += 1;
    for (let place = first; place < end; place += 1) ranks[at(order, place)] = (first + 1 + end) / 2;
    first = end;
  }
  return ranks;
}

function pearson(xs: readonly number[], ys: readonly number[]): number | undefined {
  const meanX = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const meanY = ys.reduce((sum, y) => sum + y, 0) / ys.length;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (const [index, x] of xs.entries()) {
    const dx = x - meanX;
    const dy = at(ys, index) - meanY;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? undefined : xy / Math.sqrt(xx * yy);
}
