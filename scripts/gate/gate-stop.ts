import { deriveSamples } from '../../results/derive/derive-samples.ts';
import { EVERY_GATE_DECIDED, judgeGates } from '../../results/gate/judge-gates.ts';
import type { StopRule } from '../compose/measure.ts';
import type { PlannedGate } from './plan-gate.ts';

/** Ends a gate run once every gate is decided: asked at the looks, and after the first round, which shows what can never be decided. */
export function gateStop({ run, gates }: Pick<PlannedGate, 'run' | 'gates'>): StopRule {
  return (plan, events) => (_rules, round) => {
    if (round !== 1 && !run.config.rounds.looks.includes(round)) return undefined;
    const judged = judgeGates({ run, gates, plan, samples: deriveSamples(plan, events), roundsDone: round, final: false });
    return judged.some(({ open }) => open) ? undefined : EVERY_GATE_DECIDED;
  };
}
