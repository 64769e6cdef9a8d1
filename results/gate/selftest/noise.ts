import { seededRandom } from '../../../core/plan/random.ts';
import type { NoiseFamily } from '../../../core/model/gate-selftest.ts';

/** What a trial’s logarithm is made of; every family has the scatter. */
const SCATTER = 0.1;
const OUTLIER = { share: 0.05, factor: 1.5 } as const;
const SLOW_MODE = { share: 0.3, factor: 1.3 } as const;
const DRIFT = { trendPerRound: 0.01, memory: 0.9, innovation: 0.04 } as const;
const STEP = { factor: 1.3, withinRounds: 20 } as const;

/** In words, with every parameter: printed with each table. */
export const NOISE_WORDS: Readonly<Record<NoiseFamily, string>> = {
  'log-normal': 'every trial × exp(0.1·z): 10 % scatter',
  outliers: 'log-normal, and 5 % of trials × 1.5',
  drift:
    'log-normal, and a host that all gates share: ±1 % per round as a trend, plus AR(1) with φ = 0.9 and innovations of 4 % per round, linear within a round',
  bimodal: 'log-normal, and 30 % of trials × 1.3',
  step: 'log-normal, and a host that becomes 30 % slower or faster at once, at a time within the first 20 rounds',
};

/** Logarithm of a trial’s cost, given when it happens: 3.5 is the middle of the fourth round. */
export type TrialNoise = (time: number) => number;

/** One run’s noise, the same for the same family and generator. The host’s state is drawn once per run and shared by all gates. */
export function trialNoise(family: NoiseFamily, random: () => number): TrialNoise {
  const normal = normalFrom(random);
  const scatter = (): number => SCATTER * normal();
  const rarely = ({ share, factor }: { readonly share: number; readonly factor: number }): number =>
    random() < share ? Math.log(factor) : 0;
  if (family === 'outliers') return () => scatter() + rarely(OUTLIER);
  if (family === 'bimodal') return () => scatter() + rarely(SLOW_MODE);
  if (family === 'drift') {
    const host = driftingHost(random, normal);
    return (time) => scatter() + host(time);
  }
  if (family === 'step') {
    const at = random() * STEP.withinRounds;
    const height = (random() < 0.5 ? 1 : -1) * Math.log(STEP.factor);
    return (time) => scatter() + (time >= at ? height : 0);
  }
  return scatter;
}

/** Level of the host at a time, linear between the ends of rounds, which are drawn as they are asked for. */
function driftingHost(random: () => number, normal: () => number): TrialNoise {
  const trend = (random() < 0.5 ? 1 : -1) * DRIFT.trendPerRound;
  const ends = [0];
  let state = 0;
  return (time) => {
    const round = Math.floor(time);
    while (ends.length < round + 2) {
      state = DRIFT.memory * state + DRIFT.innovation * normal();
      ends.push(trend * ends.length + state);
    }
    const [from, to] = [ends[round] ?? 0, ends[round + 1] ?? 0];
    return from + (time - round) * (to - from);
  };
}

/** Standard normal numbers (Box & Muller 1958), both of each pair. */
function normalFrom(random: () => number): () => number {
  let kept: number | undefined;
  return () => {
    if (kept !== undefined) {
      const value = kept;
      kept = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    kept = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** The generator of one run: its own stream for every number, the same for every effect, so that effects differ in nothing else. */
export function runRandom(seed: number, family: NoiseFamily, run: number): () => number {
  const families: Readonly<Record<NoiseFamily, number>> = { 'log-normal': 0, outliers: 1, drift: 2, bimodal: 3, step: 4 };
  return seededRandom((seed >>> 0) + 2 ** 32 * (run * 8 + families[family]));
}
