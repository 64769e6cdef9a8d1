import type { GateConfig } from '../../core/model/gate-config.ts';
import type { GateRun } from '../../core/model/gate-run.ts';
import { isFound } from '../../core/model/context.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Expectation, UserWorkload } from '../../core/model/scenario.ts';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import { isNoisy, type SelectedGate, type SelectionInput, selectGates } from '../../core/plan/gate-selection.ts';
import { armId, gatePlan, gateScenario, type GateWorkloads } from '../../core/plan/gate-plan.ts';
import { cannotDecide } from '../../results/gate/decide.ts';
import { shareOf } from '../../results/gate/evidence.ts';
import { rulesOf } from '../../results/gate/judge-gates.ts';
import type { Host } from '../compose/host.ts';
import { allMetricsByActivity } from '../compose/metrics.ts';
import { planHere } from '../compose/plan-here.ts';
import type { ResolvedArm, ResolvedProgram } from './arms.ts';

export interface PlannedGate {
  readonly plan: Plan;
  readonly run: GateRun;
  readonly gates: readonly SelectedGate[];
}

export interface GateAsked {
  readonly config: GateConfig;
  /** each with its expected output */
  readonly programs: readonly ExpectedProgram[];
  readonly against: GateRun['against'];
  readonly baseline?: GateRun['baseline'];
  readonly seed: number | undefined;
  readonly reproduce: string;
  readonly warnings: readonly string[];
  /** where in gates.yaml a problem is said to be */
  readonly placeOf?: SelectionInput['placeOf'];
}

export interface ExpectedProgram extends ResolvedProgram {
  readonly expect: Expectation;
}

/** Freezes a gate run for this host. @throws BenchError `gates-invalid`, `plan-invalid` (exit 2) */
export async function planGate(asked: GateAsked, host: Host): Promise<PlannedGate> {
  const { config, programs, against, baseline, seed, reproduce } = asked;
  const today = new Date().toISOString().slice(0, 10);
  const workloads = programs.map(workloadsOf);
  const scenario = gateScenario(config, workloads, isFound(host.toolbox.guests));
  const planned = await planHere([scenario], host.runners, host.context, host.toolbox, { seed, rounds: undefined });
  const plan = gatePlan(planned, config, workloads);
  const cells = headCells(config, plan);
  const { gates, warnings } = selectGates({
    config,
    cells,
    metrics: await allMetricsByActivity(),
    today,
    ...(asked.placeOf === undefined ? {} : { placeOf: asked.placeOf }),
  });
  const artifacts = programs.flatMap(({ id, base, head }) => [
    ...(base ? [{ program: id, arm: 'base' as const, label: base.label }] : []),
    { program: id, arm: 'head' as const, label: head.label },
  ]);
  const run: GateRun = {
    schema: 'thirdwave/gate-run/1',
    config,
    artifacts,
    against,
    reproduce,
    today,
    warnings: [...asked.warnings, ...warnings],
    ...(baseline === undefined ? {} : { baseline }),
  };
  refuseUndecidable(run, gates);
  return { plan, run, gates };
}

/** A gate that cannot fail, or cannot pass, is none: refused before anything is measured. @throws BenchError `gates-invalid`, exit 2 */
function refuseUndecidable(run: GateRun, gates: readonly SelectedGate[]): void {
  const rules = rulesOf(run);
  const { perRound } = run.config.rounds;
  const noisy = gates.filter(isNoisy);
  const problems = noisy.flatMap(({ id, kind, stat, limit }) => {
    const why =
      kind === 'budget'
        ? cannotDecide('budget', rules, noisy.length, perRound, shareOf(stat))
        : cannotDecide('relative', rules, noisy.length, perRound, undefined, limit - 1);
    return why === undefined ? [] : [`gate ${id}: ${why}`];
  });
  if (problems.length === 0) return;
  throw new BenchError({
    code: 'gates-invalid',
    message: problems.join('\n'),
    remedy: 'give “rounds” more looks or trials per round, or have fewer gates share alpha',
    exitCode: EXIT_CODES.usage,
  });
}

function workloadsOf({ id, base, head, env, stdin, expect, holdArgs }: ExpectedProgram): GateWorkloads {
  const workload = (arm: 'base' | 'head', { artifacts, args }: ResolvedArm): UserWorkload => ({
    id: armId(id, arm),
    ...artifacts,
    args: [...args],
    env: { ...env },
    expect,
    ...(stdin === undefined ? {} : { stdin }),
    ...(holdArgs === undefined ? {} : { holdArgs: [...holdArgs] }),
  });
  return { program: id, base: base && workload('base', base), head: workload('head', head) };
}

/** Where head was planned, or skipped: a gate on a cell that cannot run here is incomplete, not absent. */
export function headCells(config: GateConfig, plan: Plan) {
  const ids = [...plan.cells.map(({ id }) => id), ...plan.skipped.map(({ cell }) => cell)];
  return ids.flatMap((id) => {
    const [runner = '', variant = '', workload = ''] = id.slice(config.id.length + 1).split('/');
    const program = config.programs.find((candidate) => armId(candidate.id, 'head') === workload);
    return program === undefined ? [] : [{ runner, variant, program: program.id }];
  });
}
