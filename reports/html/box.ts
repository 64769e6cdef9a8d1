import type { Summary } from '../../core/model/summary.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Box } from './chart-spec.ts';

/**
 * The box of one cell: quartiles are the summary's (type 7), whiskers end at the last value within 1.5
 * interquartile ranges
 * (Tukey), every ok value stays visible as a point. Null where the summary has no quartiles or a value cannot
 * stand on a
 * logarithmic axis.
 */
export function boxOf(summary: Summary | undefined, samples: readonly Sample[]): Box | null {
  const items = okValues(samples);
  const { p25, median, p75 } = summary ?? {};
  const min = items[0];
  const max = items.at(-1);
  if (median === undefined || min === undefined || max === undefined || min <= 0) return null;
  const q1 = p25 ?? median;
  const q3 = p75 ?? median;
  const reach = 1.5 * (q3 - q1);
  const whiskerMin = items.find((value) => value >= q1 - reach) ?? q1;
  const whiskerMax = items.findLast((value) => value <= q3 + reach) ?? q3;
  return { min, whiskerMin, q1, median, q3, whiskerMax, max, items };
}

/** Ascending. */
export function okValues(samples: readonly Sample[]): number[] {
  return samples.flatMap(({ outcome }) => (outcome.status === 'ok' ? [outcome.value] : [])).toSorted((a, b) => a - b);
}

/** Whole decades around all positive values: an axis that starts and ends at a labelled tick. */
export function decades(values: readonly number[]): { min: number; max: number } {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return { min: 1, max: 10 };
  const low = Math.floor(Math.log10(positive.reduce((a, b) => Math.min(a, b))));
  const high = Math.ceil(Math.log10(positive.reduce((a, b) => Math.max(a, b))));
  return { min: 10 ** low, max: 10 ** Math.max(high, low + 1) };
}
