import { messageOf, codeOf } from '../model/error.ts';
import type { EventBody } from '../model/event.ts';
import type { Cell, Plan, RoundRules, Trial } from '../model/plan.ts';
import type { Prepared, Runner, RunnerSession } from '../../runners/runner.ts';
import type { ExecuteDependencies, ExecuteResult } from './ports.ts';
import { runTrial } from './trial.ts';
import { readingEvent } from './trial-life.ts';

/**
 * Executes a plan: prepares every cell (untimed), then the rounds of each scenario in the planned order. A failing runner costs its
 * trials, a failing store the run. Stops at a round boundary by the precision rule, the time budget or an interrupt.
 */
export async function runPlan(plan: Plan, deps: ExecuteDependencies): Promise<ExecuteResult> {
  await using stage = new Stage(plan, deps);
  await stage.prepare();
  const stops = [];
  for (const rules of plan.scenarios) stops.push(await stage.runScenario(rules));
  return {
    stops,
    prepared: [...stage.prepared].map(([cell, prepared]) => ({ cell, prepared })),
    insideTrialsNs: stage.insideTrialsNs,
    failedTrials: stage.failedTrials,
    interrupted: deps.context.signal.aborted,
  };
}

class Stage implements AsyncDisposable {
  readonly prepared = new Map<string, Prepared>();
  insideTrialsNs = 0;
  failedTrials = 0;
  readonly #plan: Plan;
  readonly #deps: ExecuteDependencies;
  readonly #sessions = new Map<string, RunnerSession>();
  readonly #unpreparable = new Map<string, EventBody>();
  readonly #cells: ReadonlyMap<string, Cell>;

  constructor(plan: Plan, deps: ExecuteDependencies) {
    this.#plan = plan;
    this.#deps = deps;
    this.#cells = new Map(plan.cells.map((cell) => [cell.id, cell]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.values()) await session[Symbol.asyncDispose]();
  }

  /** Artifacts of all cells; what cannot be made fails that cell's trials, with the reason, and nothing else. */
  async prepare(): Promise<void> {
    const { context, progress } = this.#deps;
    for (const [index, cell] of this.#plan.cells.entries()) {
      if (context.signal.aborted) return;
      progress.preparing(cell, index, this.#plan.cells.length);
      try {
        this.prepared.set(cell.id, await this.#prepareCell(cell));
      } catch (error) {
        const remedy = error instanceof Error && 'remedy' in error && typeof error.remedy === 'string' ? { remedy: error.remedy } : {};
        const failure: EventBody = { kind: 'failure', atNs: context.now(), code: codeOf(error), message: messageOf(error), ...remedy };
        this.#unpreparable.set(cell.id, failure);
        context.log.warn(`${cell.id} cannot be prepared: ${messageOf(error)}`);
      }
    }
    if (this.#deps.alreadyBegun.size === 0) await this.#weigh();
  }

  /** Sizes are exact: read once per distinct artifact (not again for twins, floors or further scenarios). */
  async #weigh(): Promise<void> {
    const { context, recorder, probes } = this.#deps;
    const [first] = this.#plan.cells;
    if (!first) return;
    const weighed = new Set<string>();
    const scales = probes.filter((probe) => probe.scope === 'image');
    const sessions = await Promise.all(scales.map(async (probe) => ({ probe, session: await probe.open(context, first) })));
    for (const [index, cell] of this.#plan.cells.entries()) {
      const prepared = this.prepared.get(cell.id);
      const artifact = `${cell.runner}/${cell.variant}/${cell.workload}`;
      if (!prepared || cell.role === 'twin' || cell.role === 'floor' || weighed.has(artifact)) continue;
      weighed.add(artifact);
      const events: EventBody[] = [];
      for (const { probe, session } of sessions) {
        const readings = (await session.weigh?.(prepared, [...this.prepared.values()])) ?? [];
        events.push(...readings.map((reading) => readingEvent(probe, reading, context.now())));
      }
      await recorder.append(`prepare.${index}`, bracket(cell.id, 0, 0, events, context.now()));
    }
  }

  async runScenario(rules: RoundRules): Promise<ExecuteResult['stops'][number]> {
    const { context, progress, enough } = this.#deps;
    const trials = this.#plan.trials.filter((trial) => trial.scenario === rules.scenario);
    const startNs = context.now();
    let rounds = 0;
    const stop = (because: string) => ({ scenario: rules.scenario, rounds, because });
    for (let round = 1; round <= rules.maxRounds; round += 1) {
      if (context.signal.aborted) return stop('interrupted');
      progress.roundStarts(rules, round);
      await this.#runRound(
        rules,
        round,
        trials.filter((trial) => trial.round === round),
      );
      if (context.signal.aborted) return stop('interrupted');
      rounds = round;
      const elapsedNs = context.now() - startNs;
      progress.roundEnds(rules, round, elapsedNs);
      const reason = round >= rules.minRounds ? enough(rules, round) : undefined;
      if (reason !== undefined) return stop(reason);
      if (rules.timeBudgetNs !== undefined && elapsedNs + elapsedNs / round > rules.timeBudgetNs && round < rules.maxRounds) {
        return stop(`time budget of ${rules.timeBudgetNs / 1e9} s`);
      }
    }
    return stop('all rounds done');
  }

  async #runRound(rules: RoundRules, round: number, trials: readonly Trial[]): Promise<void> {
    const { context, recorder, alreadyBegun, hostControl } = this.#deps;
    const pending = trials.filter((trial) => !alreadyBegun.has(trial.id));
    if (pending.length === trials.length) {
      const readings = await hostControl.measure();
      const events = readings.map((reading) => readingEvent(hostControl, reading, context.now()));
      const cell = `${rules.scenario}:host/control/fixed-js`;
      await recorder.append(`host.${rules.scenario}.${round}`, bracket(cell, round, 0, events, context.now()));
    }
    for (const trial of pending) {
      if (context.signal.aborted) break;
      await context.settle();
      await this.#runOne(rules, trial);
    }
    await recorder.sync();
  }

  async #runOne(rules: RoundRules, trial: Trial): Promise<void> {
    const { context, recorder, progress, probes } = this.#deps;
    const cell = this.#cells.get(trial.cell);
    if (!cell) return;
    const place = { cell: cell.id, round: trial.round, position: trial.position };
    await recorder.append(trial.id, [{ kind: 'trial', state: 'begin', atNs: context.now(), ...place }]);
    const prepared = this.prepared.get(cell.id);
    let events: readonly EventBody[];
    let failure: string | undefined;
    if (prepared) {
      const session = await this.#session(cell.runner);
      const result = await runTrial({ cell, trial, rules, prepared, session, probes, context, recorder });
      ({ events, failure } = result);
      this.insideTrialsNs += result.insideNs;
    } else {
      const lost = this.#unpreparable.get(cell.id) ?? {
        kind: 'failure',
        atNs: context.now(),
        code: 'interrupted',
        message: 'not prepared',
      };
      events = [{ ...lost, atNs: context.now() }];
      failure = lost.kind === 'failure' ? lost.code : 'interrupted';
    }
    if (failure !== undefined) this.failedTrials += 1;
    await recorder.append(trial.id, [...events, { kind: 'trial', state: 'end', atNs: context.now(), ...place }]);
    progress.trialEnds(cell, failure);
  }

  async #prepareCell(cell: Cell): Promise<Prepared> {
    const runner = this.#runner(cell.runner);
    const variant = runner.variants.find((candidate) => candidate.id === cell.variant);
    if (!variant) throw new Error(`runner ${runner.id} has no variant ${cell.variant}`);
    const workload = await this.#deps.workload(cell.scenario, cell.workload);
    // With the plan's factors: what detection found then (an accelerator) is what runs now.
    return (await this.#session(cell.runner)).prepare({ ...variant, factors: cell.factors }, workload);
  }

  async #session(runnerId: string): Promise<RunnerSession> {
    const open = this.#sessions.get(runnerId);
    if (open) return open;
    const session = await this.#runner(runnerId).open(this.#deps.context);
    this.#sessions.set(runnerId, session);
    return session;
  }

  #runner(id: string): Runner {
    const runner = this.#deps.runners.find((candidate) => candidate.id === id);
    if (!runner) throw new Error(`no runner ${id}`);
    return runner;
  }
}

/** Readings that belong to no single trial stand between a begin and an end of their own. */
function bracket(cell: string, round: number, position: number, events: readonly EventBody[], atNs: number): EventBody[] {
  const place = { cell, round, position, atNs };
  return [{ kind: 'trial', state: 'begin', ...place }, ...events, { kind: 'trial', state: 'end', ...place }];
}
