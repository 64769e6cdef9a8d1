import { studentQuantile } from '../stats/student.ts';

/** How sure to find it. */
const POWER = 0.95;

/**
 * Smallest true ratio that a gate finds with 95 % certainty in `rounds` rounds whose log ratios scatter by `deviation`. It fails where
 * the mean exceeds
 * both the limit and t(1 − tail)·s/√n, so the truth must lie t(0.95)·s/√n above the larger of the two (the usual approximation of the
 * non-central t, slightly large).
 * @param limit ratio above which a regression counts
 * @param tail one-sided level of the test
 */
export function minimumDetectable(deviation: number, rounds: number, limit: number, tail: number): number {
  const error = deviation / Math.sqrt(rounds);
  const needed = Math.max(Math.log(limit), error * studentQuantile(1 - 2 * tail, rounds - 1));
  return Math.exp(needed + error * studentQuantile(2 * POWER - 1, rounds - 1));
}
