import { hodgesLehmann, signedRankInterval, signedRankTail } from '../stats/signed-rank.ts';
import { studentQuantile, studentTail } from '../stats/student.ts';

/** What a test finds in the log ratios of rounds. */
export interface Centre {
  /** of the log ratios */
  readonly estimate: number;
  /** one-sided p of “not above 0”, and of “not below 0” */
  readonly above: number;
  readonly below: number;
  /** both one-sided bounds at the level 1 − tail; infinite where this test has none at so few rounds */
  readonly bounds: (tail: number) => { readonly low: number; readonly high: number };
}

export type PairedTest = (logRatios: readonly number[]) => Centre;

/** Student's t over rounds: the rule of the gate (docs/decisions/0011). Needs two values; equal ones have no scatter and leave no doubt. */
export const studentTest: PairedTest = (values) => {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const error = standardDeviation(values) / Math.sqrt(n);
  const t = mean === 0 ? 0 : mean / error;
  return {
    estimate: mean,
    above: studentTail(t, n - 1),
    below: studentTail(-t, n - 1),
    bounds: (tail) => {
      const half = error * studentQuantile(1 - 2 * tail, n - 1);
      return { low: mean - half, high: mean + half };
    },
  };
};

/** Wilcoxon's signed ranks with the Hodges–Lehmann estimate: the gate's selftest shows what it would find instead. */
export const signedRankTest: PairedTest = (values) => ({
  estimate: hodgesLehmann(values),
  above: signedRankTail(values),
  below: signedRankTail(values.map((value) => -value)),
  bounds: (tail) => signedRankInterval(values, 1 - 2 * tail) ?? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
});

/** Of a sample, with n − 1. */
export function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
