import { SMALLEST_N_FOR_VERDICT } from '../stats/paired-log-ratio.ts';
import { median } from '../stats/quantile.ts';

/** Change of the fixed computation's time between the first and last third of a run (gates notes §3). */
const LARGEST_HOST_CHANGE = 0.05;

/** How the host’s speed changed, from what the control took in each round: median of the last third ÷ that of the first. Undefined below ten rounds. */
export function hostChange(values: readonly number[]): number | undefined {
  if (values.length < SMALLEST_N_FOR_VERDICT) return undefined;
  const third = Math.floor(values.length / 3);
  return median(values.slice(-third)) / median(values.slice(0, third));
}

export function isSteady(change: number): boolean {
  return change < 1 + LARGEST_HOST_CHANGE && change > 1 / (1 + LARGEST_HOST_CHANGE);
}
