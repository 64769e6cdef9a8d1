/** Ascending copy; every statistic here takes values in any order. */
export function ascending(values: readonly number[]): number[] {
  return values.toSorted((x, y) => x - y);
}

/**
 * Sample quantile of type 7 (Hyndman & Fan 1996; the default of R, NumPy and Excel's PERCENTILE.INC): linear between the two
 * order statistics around rank 1 + (n − 1)·share.
 * @throws RangeError for no values or a share outside [0, 1]
 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('a quantile of no values');
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a quantile at ${share}`);
  const sorted = ascending(values);
  const rank = (sorted.length - 1) * share;
  const below = Math.floor(rank);
  const low = at(sorted, below);
  const part = rank - below;
  return part === 0 ? low : low + part * (at(sorted, below + 1) - low);
}

/** The middle value, or the mean of the two middle values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Median absolute deviation from the median, unscaled: multiply by 1.4826 to compare with a σ of normal data. */
export function medianAbsoluteDeviation(values: readonly number[]): number {
  const centre = median(values);
  return median(values.map((value) => Math.abs(value - centre)));
}

/**
 * Smallest n at which a one-sided 95 % bound on a tail quantile exists at all: the largest of n values lies above the
 * quantile `share` with probability 1 − share^n, so n ≥ ln 0.05 / ln share (59 for p95, 299 for p99; by symmetry 59 for p5).
 * Below it the figure is the maximum in disguise and is not printed (reference notes, method §4.2).
 */
export function smallestCountForTail(share: number): number {
  const tail = Math.max(share, 1 - share);
  return Math.ceil(Math.log(0.05) / Math.log(tail));
}

/** Element of an array whose index is known to be in range. */
export function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`index ${index} of ${values.length} values`);
  return value;
}
