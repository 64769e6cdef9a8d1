import type { ExecuteDependencies } from '../../core/execute/ports.ts';
import type { Event } from '../../core/model/event.ts';
import type { Plan } from '../../core/model/plan.ts';
import { deriveSamples } from '../../results/derive/derive-samples.ts';
import { precisionReached } from '../../results/stats/precision.ts';

/** Stops a scenario once its paired ratios are known well enough; looks every five rounds, never at significance (method notes §4.3). */
export function precisionRule(plan: Plan, events: readonly Event[]): ExecuteDependencies['enough'] {
  return (rules, round) => {
    if (rules.targetHalfWidth === undefined || round % 5 !== 0) return undefined;
    return precisionReached(plan, deriveSamples(plan, events), rules);
  };
}
