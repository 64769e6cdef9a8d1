import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Summary } from '../../core/model/summary.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import type { MetricDeclaration } from '../../core/model/vocabulary.ts';
import type { FleetMemory } from '../derive/derive-memory.ts';
import { judgeTwins } from './aa-twin.ts';
import { judgeClaims } from './claims.ts';
import { judgeFloor } from './floor.ts';
import { judgeInjections } from './injected-truth.ts';
import { judgeInputs } from './judge-input.ts';
import { judgeLeaks } from './leaks.ts';
import { judgeHostDrift, judgePosition } from './steadiness.ts';

const JUDGES = [judgeClaims, judgeTwins, judgeFloor, judgePosition, judgeHostDrift, judgeInjections, judgeLeaks] as const;

/** The answers to a run's claims and the suite's own checks, scenario by scenario, each with the sentence why. */
export function judge(
  plan: Plan,
  samples: readonly Sample[],
  summaries: readonly Summary[],
  metrics: readonly MetricDeclaration[],
  memory: FleetMemory = { fits: [], leaks: [] },
): Verdict[] {
  return judgeInputs(plan, samples, summaries, metrics, memory).flatMap((input) => JUDGES.flatMap((one) => one(input)));
}
