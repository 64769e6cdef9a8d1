import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/plan/random.ts';
import { median } from '../stats/quantile.ts';
import { judgePredictions } from './judge-predictions.ts';
import { predict } from './prediction.ts';

const RULES = { alpha: 0.01, beta: 0.05 };
const GATES = 12;
const ROUNDS = 20;

/**
 * Median of one simulated run, as in the gates notes (§2): 20 rounds with a log-normal scatter of 10 %, 5 % outliers of half as much again, and an offset
 * of the whole run that differs from run to run with `between`.
 */
function runMedian(random: () => number, between: number, truth: number): number {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const offset = between * normal();
  const rounds = Array.from({ length: ROUNDS }, () => Math.exp(0.1 * normal() + offset) * (random() < 0.05 ? 1.5 : 1));
  return truth * median(rounds);
}

/** Shares of runs with any false failure, and of gates by verdict, over `runs` runs of 12 gates. */
function simulate(seed: number, between: number, truth: number, entries: number, runs: number) {
  const random = seededRandom(seed);
  const counts = { anyFailure: 0, fail: 0, pass: 0, inconclusive: 0 };
  for (let run = 0; run < runs; run += 1) {
    const open = Array.from({ length: GATES }, () => {
      const earlier = Array.from({ length: entries }, () => runMedian(random, between, 1));
      const now = runMedian(random, between, truth);
      return { prediction: predict(earlier, now, RULES), now, limit: 1.1, minEffect: 0 };
    });
    const verdicts = judgePredictions(open, { ...RULES, family: GATES }).map(({ verdict }) => verdict);
    if (verdicts.includes('fail')) counts.anyFailure += 1;
    for (const verdict of verdicts) {
      if (verdict === 'fail' || verdict === 'pass' || verdict === 'inconclusive') counts[verdict] += 1;
    }
  }
  const gates = runs * GATES;
  return {
    anyFailure: counts.anyFailure / runs,
    fail: counts.fail / gates,
    pass: counts.pass / gates,
    inconclusive: counts.inconclusive / gates,
  };
}

describe('a run against accepted runs, simulated', () => {
  it.each([
    [0, 6],
    [0.03, 6],
    [0.1, 6],
    [0, 10],
    [0.03, 10],
    [0.1, 10],
  ])('fails falsely in at most one run of 12 gates in a hundred: a scatter of %d between runs, %i accepted ones', (between, entries) => {
    const { anyFailure } = simulate(101 + entries, between, 1, entries, 600);
    // 600 runs at exactly 1 % give more than 13 failures once in 100 simulations.
    expect(anyFailure * 600).toBeLessThanOrEqual(13);
  });

  it.each([0, 0.03, 0.1])(
    'passes at most one gate in twenty whose regression is just larger than allowed: a scatter of %d between runs',
    (between) => {
      const found = simulate(7, between, 1.101, 10, 150);
      expect(found.pass).toBeLessThan(0.07);
    },
  );

  it('finds twice the allowed regression where runs hardly differ, and says inconclusive, not pass, where they differ by 10 %', () => {
    const [none, some, much] = [0, 0.03, 0.1].map((between) => simulate(13, between, 1.2, 10, 150));
    expect(none?.fail).toBeGreaterThan(0.98);
    expect(some?.fail).toBeGreaterThan(0.55);
    expect(much?.inconclusive).toBeGreaterThan(0.9);
    for (const found of [none, some, much]) expect(found?.pass).toBeLessThan(0.02);
  });
});
