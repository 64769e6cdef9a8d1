import { BenchError, EXIT_CODES } from '../model/error.ts';
import {
  PLAN_SCHEMA,
  type Cell,
  type Plan,
  type PlannedDifference,
  type Population,
  type RoundRules,
  type SkippedCell,
  type Trial,
} from '../model/plan.ts';
import { parseDurationNs, parseShare } from '../model/quantity.ts';
import type { Scenario } from '../model/scenario.ts';
import { blankCell, energyRules, unitsOf } from './energy-windows.ts';
import { populationsOf, rampRules, settleRule } from './fleets.ts';
import type { Activity, CacheState, CellRole, FunctionalUnit, Rung } from '../model/vocabulary.ts';
import { suggestion } from './did-you-mean.ts';
import { seededRandom, shuffled } from './random.ts';

/** What the planner knows of a runner: data only, so that planning stays pure. */
export interface RunnerFacts {
  readonly id: string;
  readonly activities: readonly Activity[];
  readonly consumes: readonly ('binary' | 'wasm' | 'image')[];
  readonly variants: readonly VariantFacts[];
}
export interface VariantFacts {
  readonly id: string;
  readonly default: boolean;
  readonly rung: Rung;
  readonly factors: Readonly<Record<string, string>>;
  readonly cacheState?: CacheState;
  /** runs in emulation here: gets no ratio */
  readonly emulated?: boolean;
  /** overrides the runner's, for variants that cannot do all of it */
  readonly activities?: readonly Activity[];
  /** overrides the runner's, for variants that take one form only */
  readonly consumes?: readonly ('binary' | 'wasm' | 'image')[];
  readonly unavailable?: { readonly reason: string; readonly remedy: string };
}

/** What the planner knows of a workload. */
export interface WorkloadFacts {
  readonly id: string;
  readonly forms: readonly ('binary' | 'wasm' | 'image')[];
  readonly holdable: boolean;
  readonly loopable: boolean;
}

export interface PlanInput {
  readonly scenarios: readonly Scenario[];
  readonly runners: readonly RunnerFacts[];
  /** every workload the scenarios name, by scenario id and workload id */
  readonly workloads: readonly WorkloadFacts[];
  readonly seed: number;
}

/**
 * Freezes what will be measured: cells, rounds in seeded random order, and what is skipped and why.
 * @throws BenchError `plan-invalid` (exit 2) for an unknown runner, variant or workload, or a cell named twice
 */
export function makePlan(input: PlanInput): Plan {
  const random = seededRandom(input.seed);
  const cells: Cell[] = [];
  const skipped: SkippedCell[] = [];
  const trials: Trial[] = [];
  for (const scenario of input.scenarios) {
    const mine = scenarioCells(scenario, input);
    cells.push(...mine.cells);
    skipped.push(...mine.skipped);
    trials.push(...scenarioTrials(scenario, mine.cells, random));
  }
  const twice = cells.find((cell, index) => cells.findIndex((other) => other.id === cell.id) !== index);
  if (twice) throw planError(`cell ${twice.id} is planned twice`, 'give each scenario its own id and name each runner once');
  return {
    schema: PLAN_SCHEMA,
    seed: input.seed,
    scenarios: input.scenarios.map(roundRules),
    sources: [...input.scenarios],
    cells,
    trials,
    skipped,
    differences: input.scenarios.flatMap((scenario) => plannedDifferences(scenario, input.runners)),
  };
}

function roundRules(scenario: Scenario): RoundRules {
  const { rounds, timeouts } = scenario;
  const budget = rounds.timeBudget === undefined ? undefined : parseDurationNs(rounds.timeBudget);
  return {
    scenario: scenario.id,
    question: scenario.question,
    functionalUnit: scenario.functionalUnit,
    minRounds: rounds.min,
    maxRounds: rounds.max,
    ...(rounds.targetHalfWidth === undefined ? {} : { targetHalfWidth: parseShare(rounds.targetHalfWidth) }),
    ...(budget === undefined ? {} : { timeBudgetNs: budget }),
    readyTimeoutNs: parseDurationNs(timeouts.ready) ?? 0,
    exitTimeoutNs: parseDurationNs(timeouts.exit) ?? 0,
    ...settleRule(scenario),
    ...rampRules(scenario),
    ...energyRules(scenario),
  };
}

/** A difference of the scenario for each of its workloads; runners and variants must exist, whether they can run here or not. */
function plannedDifferences(scenario: Scenario, runners: readonly RunnerFacts[]): PlannedDifference[] {
  return workloadNames(scenario).flatMap((workload) =>
    scenario.differences.map(({ id, title, metric, of, from }) => {
      const cellId = ({ runner, variant }: { readonly runner: string; readonly variant: string }): string => {
        const known = findRunner(runners, runner, scenario.id);
        return `${scenario.id}:${runner}/${findVariant(known, variant, scenario.id).id}/${workload}`;
      };
      return { id, scenario: scenario.id, workload, title, metric, of: cellId(of), from: cellId(from) };
    }),
  );
}

function workloadNames({ workloads }: Scenario): readonly string[] {
  return workloads.map((workload) => (typeof workload === 'string' ? workload : workload.id));
}

/** A runner's default variants for a workload: those that take a form it has, or all of them where none does (so that the reason is told). */
function defaultVariants(runner: RunnerFacts, workload: WorkloadFacts | undefined): readonly string[] {
  const defaults = runner.variants.filter((variant) => variant.default);
  const fitting = defaults.filter((variant) => workload?.forms.some((form) => (variant.consumes ?? runner.consumes).includes(form)));
  return (fitting.length === 0 ? defaults : fitting).map((variant) => variant.id);
}

interface Wanted {
  readonly runner: string;
  readonly variant: string;
  readonly workload: string;
  readonly role: CellRole;
  readonly population?: Population | undefined;
  readonly unit?: FunctionalUnit | undefined;
  /** what its id ends in, for a fleet or a unit */
  readonly suffix?: string;
}

function wantedCells(scenario: Scenario, { runners, workloads: facts }: PlanInput): Wanted[] {
  const names = workloadNames(scenario);
  const wanted: Wanted[] = [];
  for (const workload of names) {
    if (scenario.reference) wanted.push({ ...scenario.reference, workload, role: 'reference' });
    for (const selection of scenario.cells) {
      const runner = findRunner(runners, selection.runner, scenario.id);
      const variants =
        selection.variants ??
        defaultVariants(
          runner,
          facts.find((candidate) => candidate.id === workload),
        );
      for (const variant of variants) {
        const isReference = scenario.reference?.runner === runner.id && scenario.reference.variant === variant;
        if (isReference) continue;
        for (const kind of scenario.units ? unitsOf(scenario.units) : populationsOf(scenario, selection))
          wanted.push({ runner: runner.id, variant, workload, role: 'subject', ...kind });
      }
    }
  }
  if (scenario.reference && names[0] !== undefined) wanted.push({ ...scenario.reference, workload: names[0], role: 'twin' });
  if (scenario.floor) wanted.push({ ...scenario.floor, role: 'floor' });
  return [...wanted, ...blankCell(scenario, wanted)];
}

function scenarioCells(scenario: Scenario, input: PlanInput): { cells: Cell[]; skipped: SkippedCell[] } {
  const cells: Cell[] = [];
  const skipped: SkippedCell[] = [];
  const wanted = wantedCells(scenario, input);
  const referenced = new Map<string, string>();
  for (const want of wanted) {
    const runner = findRunner(input.runners, want.runner, scenario.id);
    const variant = findVariant(runner, want.variant, scenario.id);
    const workload = input.workloads.find((candidate) => candidate.id === want.workload);
    if (!workload) {
      const known = input.workloads.map((candidate) => candidate.id);
      throw planError(`scenario ${scenario.id}: unknown workload “${want.workload}”`, suggestion(want.workload, known));
    }
    const suffix = want.role === 'twin' || want.role === 'floor' || want.role === 'blank' ? `:${want.role}` : '';
    const id = `${scenario.id}:${runner.id}/${variant.id}/${workload.id}${want.suffix ?? ''}${suffix}`;
    const refusal = refusalOf(want.unit === 'cold-start' || want.role === 'blank' ? 'run' : scenario.activity, runner, variant, workload);
    if (refusal) {
      skipped.push({ cell: id, ...refusal });
      continue;
    }
    if (want.role === 'reference') referenced.set(workload.id, id);
    const unpaired = want.role === 'reference' || want.role === 'floor' || variant.emulated === true;
    const reference = unpaired ? undefined : referenced.get(workload.id);
    cells.push({
      id,
      scenario: scenario.id,
      role: want.role,
      runner: runner.id,
      variant: variant.id,
      workload: workload.id,
      activity: scenario.activity,
      rung: variant.rung,
      cacheState: variant.cacheState ?? scenario.cacheState,
      factors: { ...variant.factors },
      ...(want.population === undefined ? {} : { population: want.population }),
      ...(want.unit === undefined ? {} : { unit: want.unit }),
      ...(variant.emulated === true ? { emulated: true } : {}),
      ...(reference === undefined ? {} : { reference }),
    });
  }
  return { cells, skipped };
}

function refusalOf(
  activity: Activity,
  runner: RunnerFacts,
  variant: VariantFacts,
  workload: WorkloadFacts,
): { reason: string; remedy: string } | undefined {
  if (variant.unavailable) return variant.unavailable;
  const consumes = variant.consumes ?? runner.consumes;
  if (!workload.forms.some((form) => consumes.includes(form))) {
    return {
      reason: `workload ${workload.id} has no ${consumes.join(' and no ')}`,
      remedy: `add “${consumes.join('” or “')}” to the workload in the scenario`,
    };
  }
  const wanted = activity === 'ramp' || activity === 'window' ? 'hold' : activity;
  if (!runner.activities.includes(wanted)) {
    return { reason: `${runner.id} does not do “${activity}”`, remedy: 'leave this runner out of the scenario' };
  }
  if (variant.activities?.includes(wanted) === false) {
    return { reason: `${runner.id}/${variant.id} does not do “${activity}”`, remedy: 'leave this variant out of the scenario' };
  }
  if (wanted === 'hold' && !workload.holdable) {
    return { reason: `workload ${workload.id} exits by itself and cannot be held`, remedy: 'use a workload that waits' };
  }
  if ((activity === 'loop' || activity === 'place') && !workload.loopable) {
    return { reason: `workload ${workload.id} exports no function to call`, remedy: 'use a workload with a loop function' };
  }
  return undefined;
}

function scenarioTrials(scenario: Scenario, cells: readonly Cell[], random: () => number): Trial[] {
  const trials: Trial[] = [];
  for (let round = 1; round <= scenario.rounds.max; round += 1) {
    for (const [position, cell] of shuffled(cells, random).entries()) {
      const id = `${scenario.id}.r${String(round).padStart(4, '0')}.p${String(position).padStart(3, '0')}`;
      trials.push({ id, scenario: scenario.id, round, position, cell: cell.id });
    }
  }
  return trials;
}

function findRunner(runners: readonly RunnerFacts[], id: string, scenario: string): RunnerFacts {
  const found = runners.find((runner) => runner.id === id);
  if (found) return found;
  throw planError(
    `scenario ${scenario}: unknown runner “${id}”`,
    suggestion(
      id,
      runners.map((runner) => runner.id),
    ),
  );
}

function findVariant(runner: RunnerFacts, id: string, scenario: string): VariantFacts {
  const found = runner.variants.find((variant) => variant.id === id);
  if (found) return found;
  const known = runner.variants.map((variant) => variant.id);
  throw planError(`scenario ${scenario}: runner ${runner.id} has no variant “${id}”`, suggestion(id, known));
}

function planError(message: string, remedy: string): BenchError {
  return new BenchError({ code: 'plan-invalid', message, remedy, exitCode: EXIT_CODES.usage });
}
