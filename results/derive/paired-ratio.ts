import type { PairedRatio } from '../../core/model/summary.ts';
import { pairedLogRatio } from '../stats/paired-log-ratio.ts';
import { okValues, pairsOf, type Series } from './round-values.ts';

/**
 * Ratio of two series, paired by round, as it is printed; undefined where there is no pair or a value that is not positive.
 * A metric declared exact, the same every time on both sides, gives an exact ratio.
 */
export function pairedRatio(series: Series, reference: Series, noise: 'exact' | 'noisy'): PairedRatio | undefined {
  const ratio = pairedLogRatio(pairsOf(series, reference));
  if (!ratio) return undefined;
  const head = { reference: reference.cell, pairs: ratio.pairs };
  const [value, referenceValue] = [constantOf(series), constantOf(reference)];
  if (noise === 'exact' && value !== undefined && referenceValue !== undefined) {
    const estimate = value / referenceValue;
    return { ...head, estimate, interval: { method: 'exact', level: 1, low: estimate, high: estimate } };
  }
  const { interval } = ratio;
  return { ...head, estimate: ratio.estimate, ...(interval ? { interval: { method: 'signed-rank-hl', ...interval } } : {}) };
}

/** The one value of a series that never varied. */
export function constantOf(series: Series): number | undefined {
  const values = okValues(series);
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}
