import { studentQuantile, studentTail } from '../stats/student.ts';

/** Fewer earlier runs say too little about how much runs differ from each other: with one, a test of it has 25 % false alarms (gates notes §2). */
export const FEWEST_ENTRIES = 6;

export interface PredictionRules {
  /** of the one-sided bound from which a pass follows, e.g. 0.05 */
  readonly beta: number;
}

export interface Prediction {
  /** earlier runs */
  readonly n: number;
  /** geometric mean of the earlier runs’ medians, in their unit */
  readonly base: number;
  /** this run ÷ base */
  readonly estimate: number;
  /** one-sided bounds of the ratio, each at level 1 − beta: a new run of the same program lies between 1/high … of base that often */
  readonly low: number;
  readonly high: number;
  /** one-sided p of “no slower than the earlier runs” and of “no faster” */
  readonly pSlower: number;
  readonly pFaster: number;
  /** standard error of ln(estimate), without which nothing can be said about a smallest effect */
  readonly error: number;
}

/**
 * One new run against k earlier ones, as logarithms of run medians: a prediction interval, mean ± t·s·√(1 + 1/k) with k − 1 degrees of freedom
 * (Hahn & Meeker 1991, §4.8). It counts the scatter between runs, which a test within one run cannot see, and assumes that runs scatter alike and
 * independently. All earlier runs equal: every other value is certain to differ.
 * @throws RangeError below two earlier runs or for a value that is not positive
 */
export function predict(earlier: readonly number[], now: number, { beta }: PredictionRules): Prediction {
  const n = earlier.length;
  if (n < 2) throw new RangeError(`a prediction from ${n} runs`);
  if (![...earlier, now].every((value) => value > 0 && Number.isFinite(value))) throw new RangeError('a logarithm of what is not positive');
  const logs = earlier.map((value) => Math.log(value));
  const mean = logs.reduce((sum, value) => sum + value, 0) / n;
  const variance = logs.every((value) => value === logs[0]) ? 0 : logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const centre = variance === 0 ? (logs[0] ?? mean) : mean;
  const error = Math.sqrt(variance * (1 + 1 / n));
  const beyond = Math.log(now) - centre;
  const t = beyond === 0 ? 0 : beyond / error;
  const half = error === 0 ? 0 : studentQuantile(1 - 2 * beta, n - 1) * error;
  return {
    n,
    base: Math.exp(centre),
    estimate: Math.exp(beyond),
    low: Math.exp(beyond - half),
    high: Math.exp(beyond + half),
    pSlower: studentTail(t, n - 1),
    pFaster: studentTail(-t, n - 1),
    error,
  };
}

/**
 * Smallest true ratio that fails with 95 % certainty, from the scatter seen: it must clear the test at `threshold` and the allowed ratio, each with
 * that much to spare.
 */
export function smallestFound({ n, error }: Prediction, threshold: number, limit: number): number {
  if (error === 0) return limit;
  const spare = studentQuantile(0.9, n - 1) * error;
  return Math.exp(spare + Math.max(studentQuantile(1 - 2 * threshold, n - 1) * error, Math.log(limit)));
}
