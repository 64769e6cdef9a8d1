import type { GateResult } from '../../core/model/gate-report.ts';
import { type HolmResult, holm } from './holm.ts';
import { type Prediction, smallestFound } from './prediction.ts';
import { changeText, percentText } from './words.ts';

export interface OpenPrediction {
  readonly prediction: Prediction;
  /** median of the run that is judged, in the metric’s unit */
  readonly now: number;
  /** allowed ratio, e.g. 1.1 */
  readonly limit: number;
  /** in the metric’s unit; 0: none */
  readonly minEffect: number;
}

export interface PredictionBudget {
  /** how often a run of all gates may fail where nothing changed */
  readonly alpha: number;
  /** how often one gate may pass where the regression is larger than allowed */
  readonly beta: number;
  /** gates of the run that share alpha: all but exact ones, those without a prediction included */
  readonly family: number;
}

export type JudgedPrediction = Pick<GateResult, 'verdict' | 'because' | 'n'> & Partial<GateResult>;

/**
 * FAIL: the run lies beyond the one-sided prediction bound at alpha (Holm over all gates) and beyond the allowed ratio and the smallest effect. PASS: the
 * upper bound of the ratio lies below the allowed one. Else inconclusive.
 *
 * Simulated (judge-predictions.test.ts: 12 gates of +10 %, ten accepted runs, 20 rounds with a scatter of 10 % and outliers), runs differing by 0, 3 and
 * 10 % by themselves: a false failure in 0.3, 1.0 and 0.7 % of runs; +20 % is found in 99.8, 65 and 3 % of gates and passes in 0, 0 and 0.5 %; without a
 * change 89, 65 and 20 % of gates pass. What is not decided is inconclusive: that is the price of numbers from another day.
 */
export function judgePredictions(open: readonly OpenPrediction[], { alpha, beta, family }: PredictionBudget): JudgedPrediction[] {
  const slower = holm(
    open.map(({ prediction }) => prediction.pSlower),
    alpha,
    family,
  );
  const faster = holm(
    open.map(({ prediction }) => prediction.pFaster),
    alpha,
    family,
  );
  return open.flatMap((one, index) => {
    const [worse, better] = [slower[index], faster[index]];
    return worse && better ? [verdictOf(one, worse, better, beta)] : [];
  });
}

function verdictOf(
  { prediction, now, limit, minEffect }: OpenPrediction,
  worse: HolmResult,
  better: HolmResult,
  beta: number,
): JudgedPrediction {
  const { n, base, estimate, low, high, pSlower } = prediction;
  const counts = Math.abs(now - base) > minEffect;
  const fails = worse.rejected && estimate > limit && counts;
  const passes = high < limit || (high - 1) * base < minEffect;
  const verdict = fails ? 'fail' : passes ? 'pass' : 'inconclusive';
  const minimumDetectable = smallestFound(prediction, worse.threshold, limit);
  const why = {
    fail: `more than runs differ by themselves and more than the allowed ${percentText(limit)}`,
    pass:
      high < limit ? `the regression is smaller than the allowed ${percentText(limit)}` : 'smaller than the smallest effect that counts',
    inconclusive: `runs differ too much by themselves to tell; ${percentText(minimumDetectable)} would be found`,
  }[verdict];
  const change = { estimate, low, high, level: 1 - 2 * beta };
  return {
    verdict,
    because: `${changeText(change)} against ${n} accepted runs: ${why}`,
    n,
    base,
    head: now,
    change,
    p: pSlower,
    threshold: worse.threshold,
    minimumDetectable,
    ...(better.rejected && estimate < 1 / limit && counts ? { improved: true as const } : {}),
  };
}
