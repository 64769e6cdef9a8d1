import { logChoose } from './log-choose.ts';
import { at, median } from './quantile.ts';

/**
 * Lag-1 autocorrelation r₁ = Σ(x_t − x̄)(x_{t+1} − x̄) ÷ Σ(x_t − x̄)² (Box, Jenkins & Reinsel §2.1). Independent values give about
 * −1/n ± 2/√n. Undefined for fewer than three values or a constant series.
 */
export function lag1Autocorrelation(series: readonly number[]): number | undefined {
  if (series.length < 3) return undefined;
  const mean = series.reduce((sum, value) => sum + value, 0) / series.length;
  const deviations = series.map((value) => value - mean);
  const total = deviations.reduce((sum, value) => sum + value * value, 0);
  if (total === 0) return undefined;
  let lagged = 0;
  for (let index = 1; index < deviations.length; index += 1) lagged += at(deviations, index - 1) * at(deviations, index);
  return lagged / total;
}

export interface RunsTest {
  readonly runs: number;
  readonly above: number;
  readonly below: number;
  /** two-sided, twice the smaller tail, from the exact distribution */
  readonly pValue: number;
}

/**
 * Wald–Wolfowitz runs test about the median (Wald & Wolfowitz 1940): too few runs mean drift or states, too many mean
 * alternation. Values equal to the median are left out, as is usual. Undefined where one side is empty.
 */
export function runsTest(series: readonly number[]): RunsTest | undefined {
  if (series.length === 0) return undefined;
  const centre = median(series);
  const signs = series.filter((value) => value !== centre).map((value) => value > centre);
  const above = signs.filter(Boolean).length;
  const below = signs.length - above;
  if (above === 0 || below === 0) return undefined;
  const runs = signs.filter((sign, index) => index === 0 || sign !== signs[index - 1]).length;
  let lower = 0;
  let upper = 0;
  for (let count = 2; count <= 2 * Math.min(above, below) + 1; count += 1) {
    const probability = runsProbability(count, above, below);
    if (count <= runs) lower += probability;
    if (count >= runs) upper += probability;
  }
  return { runs, above, below, pValue: Math.min(1, 2 * Math.min(lower, upper)) };
}

/** P(R = runs) for random arrangements of two kinds (Gibbons & Chakraborti, theorem 3.2.2). */
export function runsProbability(runs: number, above: number, below: number): number {
  const half = Math.floor(runs / 2);
  const all = logChoose(above + below, above);
  const term = (ofAbove: number, ofBelow: number): number =>
    Math.exp(logChoose(above - 1, ofAbove - 1) + logChoose(below - 1, ofBelow - 1) - all);
  return runs % 2 === 0 ? 2 * term(half, half) : term(half + 1, half) + term(half, half + 1);
}
