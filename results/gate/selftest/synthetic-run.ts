import type { NoiseFamily } from '../../../core/model/gate-selftest.ts';
import { shuffled } from '../../../core/plan/random.ts';
import { median } from '../../stats/quantile.ts';
import type { RelativeSeries, RoundPair } from '../gate-series.ts';
import { runRandom, type TrialNoise, trialNoise } from './noise.ts';

export interface RunShape {
  readonly gates: number;
  readonly perRound: number;
  /** allowed regression of every gate, as a share */
  readonly allowed: number;
}

/** One gate of a run: every trial in the order of rounds, and the rounds’ medians. */
export interface SyntheticGate {
  readonly base: number[];
  readonly head: number[];
  readonly series: RelativeSeries & { readonly head: RoundPair[]; readonly twin: RoundPair[] };
}

const ARMS = ['base', 'head', 'twin'] as const;
type Arm = (typeof ARMS)[number];

/** A run of gates of which none changed, whose rounds are made when a look asks for them. */
export interface SyntheticRun {
  readonly gates: readonly SyntheticGate[];
  readonly extendTo: (rounds: number) => void;
}

/**
 * Base, head and base’s twin in every round, in an order and its reverse, each order drawn anew: as the plan of a gate does it. A
 * gate’s trials are
 * spread over the whole of the round, so that within it a host that drifts is met by all arms alike, but not equally.
 */
export function syntheticRun(family: NoiseFamily, seed: number, run: number, shape: RunShape): SyntheticRun {
  const random = runRandom(seed, family, run);
  const noise = trialNoise(family, random);
  const gates = Array.from({ length: shape.gates }, (_, index): SyntheticGate => {
    return {
      base: [],
      head: [],
      series: { kind: 'relative', id: `gate-${index + 1}`, head: [], twin: [], allowed: shape.allowed, minEffect: 0 },
    };
  });
  let done = 0;
  return {
    gates,
    extendTo: (rounds) => {
      for (; done < rounds; done += 1) {
        for (const gate of gates) addRound(gate, done, shape.perRound, noise, random);
      }
    },
  };
}

/** The gate as it is if head costs 1 + effect times as much. */
export function withEffect(gate: SyntheticGate, effect: number): SyntheticGate {
  const ratio = 1 + effect;
  const head = gate.series.head.map(({ round, base, value }) => ({ round, base, value: ratio * value }));
  return { base: gate.base, head: gate.head.map((value) => ratio * value), series: { ...gate.series, head } };
}

function addRound(gate: SyntheticGate, done: number, perRound: number, noise: TrialNoise, random: () => number): void {
  const values: Record<Arm, number[]> = { base: [], head: [], twin: [] };
  const order = balancedOrder(perRound, random);
  for (const [slot, arm] of order.entries()) {
    values[arm].push(Math.exp(noise(done + (slot + 0.5) / order.length)));
  }
  const [round, base] = [done + 1, median(values.base)];
  gate.base.push(...values.base);
  gate.head.push(...values.head);
  gate.series.head.push({ round, base, value: median(values.head) });
  gate.series.twin.push({ round, base, value: median(values.twin) });
}

/** `perRound` trials of each arm: an order, its reverse, another order, its reverse … */
function balancedOrder(perRound: number, random: () => number): Arm[] {
  const slots: Arm[] = [];
  for (let times = 0; times < perRound; times += 2) {
    const order = shuffled(ARMS, random);
    slots.push(...order, ...(times + 1 < perRound ? order.toReversed() : []));
  }
  return slots;
}
