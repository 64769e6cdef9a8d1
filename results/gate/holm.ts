import { at } from '../stats/quantile.ts';

export interface HolmResult {
  readonly rejected: boolean;
  /** the level this p was held against */
  readonly threshold: number;
}

/**
 * Holm's step-down procedure (Holm 1979) over a family of `family` hypotheses, of which only these have a p; the others count as not
 * rejected. The
 * smallest p is held against alpha/family, the next against alpha/(family − 1), and so on to the first that is larger. The chance of
 * any false
 * rejection is at most alpha, whatever the p depend on.
 */
export function holm(pValues: readonly number[], alpha: number, family: number): HolmResult[] {
  const order = pValues.map((_, index) => index).toSorted((i, j) => at(pValues, i) - at(pValues, j));
  const results = new Array<HolmResult>(pValues.length);
  let rejectedSoFar = 0;
  let stopped = false;
  for (const index of order) {
    const threshold = alpha / Math.max(1, family - rejectedSoFar);
    const rejected = !stopped && at(pValues, index) <= threshold;
    results[index] = { rejected, threshold };
    if (rejected) rejectedSoFar += 1;
    else stopped = true;
  }
  return results;
}
