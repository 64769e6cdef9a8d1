import { logChoose } from './log-choose.ts';

/** P(X ≤ count) of X binomial with `trials` and `probability`: the terms summed on the shorter side. */
export function binomialAtMost(count: number, trials: number, probability: number): number {
  if (count < 0) return 0;
  if (count >= trials) return 1;
  const below = count + 1 <= trials - count;
  return below ? sum(0, count, trials, probability) : Math.max(0, 1 - sum(count + 1, trials, trials, probability));
}

/** P(X ≥ count). */
export function binomialAtLeast(count: number, trials: number, probability: number): number {
  return binomialAtMost(trials - count, trials, 1 - probability);
}

function sum(from: number, to: number, trials: number, probability: number): number {
  if (probability <= 0) return from === 0 ? 1 : 0;
  if (probability >= 1) return to === trials ? 1 : 0;
  const [yes, no] = [Math.log(probability), Math.log1p(-probability)];
  let total = 0;
  for (let count = from; count <= to; count += 1) total += Math.exp(logChoose(trials, count) + count * yes + (trials - count) * no);
  return Math.min(1, total);
}

/**
 * One-sided upper bound of a share (Clopper & Pearson 1934): the largest share under which `count` or fewer of `trials` still has the
 * probability
 * 1 − level. None in 300: 0.993 % at 95 %. By halving until the double no longer changes.
 * @throws RangeError where count is not within 0 … trials, or trials is 0
 */
export function clopperPearsonUpper(count: number, trials: number, level: number): number {
  if (!(count >= 0 && count <= trials && trials > 0)) throw new RangeError(`a share of ${count} in ${trials}`);
  if (count === trials) return 1;
  let low = 0;
  let high = 1;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (binomialAtMost(count, trials, middle) > 1 - level) low = middle;
    else high = middle;
  }
}

/** One-sided lower bound of a share: the mirror of the upper one. */
export function clopperPearsonLower(count: number, trials: number, level: number): number {
  return 1 - clopperPearsonUpper(trials - count, trials, level);
}
