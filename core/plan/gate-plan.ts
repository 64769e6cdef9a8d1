import type { GateConfig } from '../model/gate-config.ts';
import type { Cell, Plan, Trial } from '../model/plan.ts';
import { Scenario, type UserWorkload } from '../model/scenario.ts';
import { seededRandom, shuffled } from './random.ts';

/** One program as it is measured: each arm a workload of its own. `base` absent: head is judged against a stored baseline. */
export interface GateWorkloads {
  readonly program: string;
  readonly base: UserWorkload | undefined;
  readonly head: UserWorkload;
}

/** Workload ids of the arms of a program. */
export function armId(program: string, arm: 'base' | 'head'): string {
  return `${program}.${arm}`;
}

/** Cell ids of one runner/variant/program of a gate run. */
export function gateCellIds(config: string, place: { readonly runner: string; readonly variant: string; readonly program: string }) {
  const { runner, variant, program } = place;
  const id = (arm: 'base' | 'head'): string => `${config}:${runner}/${variant}/${armId(program, arm)}`;
  return { base: id('base'), head: id('head'), twin: `${id('base')}:twin` };
}

/**
 * The scenario behind a gate run: base and head as two workloads of the same cells. `floor`: the do-nothing process can be run here, and stands
 * in every round as the control.
 */
export function gateScenario(config: GateConfig, programs: readonly GateWorkloads[], floor: boolean): Scenario {
  const { id, activity, rounds, timeouts, cells } = config;
  return Scenario.parse({
    id,
    question: 'Does head start slower than base?',
    activity,
    workloads: programs.flatMap(({ base, head }) => [...(base ? [base] : []), head]),
    cells,
    ...(floor && activity === 'run' ? { floor: { runner: 'process', variant: 'native', workload: 'nop' } } : {}),
    // A round that nothing can come of any more ends the run before the first look.
    rounds: { min: 1, max: Math.max(...rounds.looks), ...(rounds.timeBudget === undefined ? {} : { timeBudget: rounds.timeBudget }) },
    timeouts,
  });
}

/**
 * Makes a gate's plan of the plan of its scenario: base becomes the reference of head, each base gets a twin (the A/A control), and every round runs
 * each cell `perRound` times in a balanced order: a drawn order, then the same backwards, so that a drift within the round meets all arms alike.
 */
export function gatePlan(plan: Plan, config: GateConfig, programs: readonly GateWorkloads[]): Plan {
  const paired = programs.filter(({ base }) => base !== undefined);
  const arms = new Map(paired.map(({ program }) => [armId(program, 'head'), armId(program, 'base')]));
  const bases = new Set(arms.values());
  const cells = plan.cells.flatMap((cell): Cell[] => {
    const baseArm = arms.get(cell.workload);
    if (baseArm !== undefined) return [{ ...cell, reference: cell.id.slice(0, -cell.workload.length) + baseArm }];
    if (!bases.has(cell.workload)) return [cell];
    return [
      { ...cell, role: 'reference' },
      { ...cell, id: `${cell.id}:twin`, role: 'twin', reference: cell.id },
    ];
  });
  return { ...plan, cells, trials: balancedTrials(cells, config, plan.seed) };
}

function balancedTrials(cells: readonly Cell[], config: GateConfig, seed: number): Trial[] {
  const random = seededRandom(seed);
  const { looks, perRound } = config.rounds;
  const trials: Trial[] = [];
  for (let round = 1; round <= Math.max(...looks); round += 1) {
    let position = 0;
    let order: readonly Cell[] = [];
    for (let pass = 0; pass < perRound; pass += 1) {
      order = pass % 2 === 0 ? shuffled(cells, random) : order.toReversed();
      for (const cell of order) {
        const id = `${config.id}.r${String(round).padStart(4, '0')}.p${String(position).padStart(3, '0')}`;
        trials.push({ id, scenario: config.id, round, position, cell: cell.id });
        position += 1;
      }
    }
  }
  return trials;
}
