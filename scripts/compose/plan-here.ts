import type { DetectContext, Detection, Runner } from '../../runners/runner.ts';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import type { Toolbox } from '../../core/model/context.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Scenario } from '../../core/model/scenario.ts';
import { makePlan, type RunnerFacts } from '../../core/plan/make-plan.ts';
import { workloadFacts } from './workloads.ts';

export interface PlanOptions {
  readonly seed: number | undefined;
  readonly rounds: number | undefined;
}

/** A plan of these scenarios for this host: what it cannot run is in `skipped` with reason and remedy. */
export async function planHere(
  scenarios: readonly Scenario[],
  runners: readonly Runner[],
  context: DetectContext,
  toolbox: Toolbox,
  options: PlanOptions,
): Promise<Plan> {
  const exact = options.rounds;
  const wanted = exact === undefined ? scenarios : scenarios.map((scenario) => ({ ...scenario, rounds: { min: exact, max: exact } }));
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const named = new Set(wanted.flatMap(({ cells, reference, floor }) => [...cells, reference, floor].map((cell) => cell?.runner)));
  const facts = await Promise.all(runners.map(async (runner) => runnerFacts(runner, named.has(runner.id) ? context : undefined)));
  return makePlan({ scenarios: wanted, runners: facts, workloads: await workloadFacts(wanted, toolbox), seed });
}

/** A runner and what detection says of its variants, as data for the planner. No context: no scenario names it, so nothing is looked for (a VM is booted). */
async function runnerFacts(runner: Runner, context: DetectContext | undefined): Promise<RunnerFacts> {
  const detected: Detection = context === undefined ? {} : await runner.detect(context);
  return {
    id: runner.id,
    ...runner.capabilities,
    variants: runner.variants.map(({ id, default: isDefault, rung, factors, cacheState, activities, consumes }) => {
      const found = detected[id] ?? { available: false, reason: 'not looked for', remedy: 'report this: it is a defect of the runner' };
      return {
        id,
        rung,
        factors: found.available ? { ...factors, ...found.factors } : factors,
        default: isDefault,
        ...(found.available && found.emulated === true ? { emulated: true } : {}),
        ...(cacheState === undefined ? {} : { cacheState }),
        ...(activities === undefined ? {} : { activities }),
        ...(consumes === undefined ? {} : { consumes }),
        ...(found.available ? {} : { unavailable: { reason: found.reason, remedy: found.remedy } }),
      };
    }),
  };
}

/** Whole-number option of the command line. @throws BenchError exit 2 */
export function wholeNumber(text: string | boolean | undefined, option: string, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (typeof text === 'string' && Number.isSafeInteger(value) && value >= least) return value;
  throw new BenchError({
    code: 'usage',
    message: `${option} takes a whole number from ${least}, not “${String(text)}”`,
    remedy: `write it like ${option} ${Math.max(least, 30)}`,
    exitCode: EXIT_CODES.usage,
  });
}
