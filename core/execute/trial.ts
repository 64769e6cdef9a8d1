import { BenchError, codeOf, messageOf } from '../model/error.ts';
import type { EventBody } from '../model/event.ts';
import type { Cell, RoundRules, Trial } from '../model/plan.ts';
import type { RunContext } from '../model/context.ts';
import type { Probe, ProbeSession, Reading } from '../../probes/probe.ts';
import type { ExitFacts, Instance, Prepared, RunnerSession, Target } from '../../runners/runner.ts';
import { within } from './deadline.ts';
import { verifyOutput } from './verify-output.ts';

export interface TrialInput {
  readonly cell: Cell;
  readonly trial: Trial;
  readonly rules: RoundRules;
  readonly prepared: Prepared;
  readonly session: RunnerSession;
  readonly probes: readonly Probe[];
  readonly context: RunContext;
}

export interface TrialResult {
  readonly events: readonly EventBody[];
  readonly failure: string | undefined;
  /** t3 − t0, where both are known */
  readonly insideNs: number;
}

/** Time the conductor grants on top of a runner's own limits before it gives up on the runner itself. */
const RUNNER_GRACE_NS = 15e9;
const DISPOSE_LIMIT_NS = 30e9;

/**
 * One trial: probes open (sensitive last) → start → ready → [held readings] → exit → probes close (sensitive first) → dispose →
 * output verified (DESIGN §3). Never throws: what goes wrong becomes a failure event, what is left over a warning.
 */
export async function runTrial(input: TrialInput): Promise<TrialResult> {
  const { context } = input;
  const life = new TrialLife(input);
  const probes = await life.openProbes();
  let exit: ExitFacts | undefined;
  try {
    await life.readBefore(probes);
    await using instance = new Disposal(await life.start(), life);
    exit = await life.live(instance.instance, probes);
  } catch (error) {
    life.fail(error);
  }
  if (exit) life.conclude(exit);
  if (context.signal.aborted && !life.failure) life.fail(new BenchError({ code: 'interrupted', message: 'interrupted' }));
  return { events: life.events, failure: life.failure, insideNs: life.insideNs() };
}

/** Disposes the instance on every path, times it as phase `cleanup`, and reports its failure separately from the trial's. */
class Disposal implements AsyncDisposable {
  readonly instance: Instance;
  readonly #life: TrialLife;

  constructor(instance: Instance, life: TrialLife) {
    this.instance = instance;
    this.#life = life;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#life.dispose(this.instance);
  }
}

class TrialLife {
  readonly events: EventBody[] = [];
  failure: string | undefined;
  #t0Ns: number | undefined;
  #t3Ns: number | undefined;
  readonly #input: TrialInput;

  constructor(input: TrialInput) {
    this.#input = input;
  }

  async openProbes(): Promise<readonly OpenProbe[]> {
    const { probes, cell, context } = this.#input;
    const wanted = probes.filter((probe) => probe.scope !== 'image' && probe.activities.includes(cell.activity));
    const opened: OpenProbe[] = [];
    for (const probe of wanted.toSorted((x, y) => Number(x.sensitive) - Number(y.sensitive))) {
      try {
        opened.push({ probe, session: await probe.open(context, cell) });
      } catch (error) {
        this.#lost(probe, error);
      }
    }
    return opened;
  }

  async readBefore(probes: readonly OpenProbe[]): Promise<void> {
    for (const open of probes) await this.#read(open, () => open.session.before?.());
  }

  async start(): Promise<Instance> {
    const { session, prepared, trial, cell, rules, context } = this.#input;
    const spec = {
      trialId: trial.id,
      activity: cell.activity,
      readyTimeoutNs: rules.readyTimeoutNs,
      exitTimeoutNs: rules.exitTimeoutNs,
      signal: context.signal,
    };
    context.signal.throwIfAborted();
    const starting = session.start(prepared, spec);
    try {
      return await within(starting, rules.readyTimeoutNs + RUNNER_GRACE_NS, 'start', context.signal);
    } catch (error) {
      // A start that is given up removes what it has made, or is disposed here if it succeeds after all: the engine must not end under it.
      const gone = starting.then(async (late) => late[Symbol.asyncDispose]());
      await within(gone, DISPOSE_LIMIT_NS, 'end of the start', new AbortController().signal).catch(() => {});
      throw error;
    }
  }

  async live(instance: Instance, probes: readonly OpenProbe[]): Promise<ExitFacts> {
    const { cell, rules, context } = this.#input;
    await within(instance.ready(), rules.readyTimeoutNs + RUNNER_GRACE_NS, 'first byte', context.signal);
    let target: Target = { roles: [] };
    if (cell.activity === 'hold') {
      target = await instance.target();
      for (const open of probes.toReversed()) await this.#read(open, () => open.session.held?.(target));
      await instance.release();
    }
    const exit = await within(instance.exited(), rules.exitTimeoutNs + RUNNER_GRACE_NS, 'exit', context.signal);
    // What outlives the processes (an own cgroup) is looked up only now: nothing may happen between t0 and t2.
    if (cell.activity === 'run') target = await instance.target();
    for (const open of probes.toReversed()) await this.#read(open, () => open.session.after?.(exit, target));
    return exit;
  }

  async dispose(instance: Instance): Promise<void> {
    const { context } = this.#input;
    const startNs = context.now();
    try {
      await within(Promise.resolve(instance[Symbol.asyncDispose]()), DISPOSE_LIMIT_NS, 'disposal', new AbortController().signal);
    } catch (error) {
      const message = `the instance could not be removed: ${messageOf(error)}; “thirdwave sweep” removes what is left`;
      this.events.push({ kind: 'warning', atNs: context.now(), code: 'left-over', message });
    }
    const endNs = context.now();
    this.#t3Ns = endNs;
    this.events.push({ kind: 'phase', phase: 'cleanup', layer: 'runner', atNs: startNs, endNs });
    this.events.push({ kind: 'mark', mark: 't3', atNs: endNs });
  }

  /** Marks, phases and loop results of a life that reached its exit, then the verification of its output. */
  conclude(exit: ExitFacts): void {
    this.#t0Ns = exit.t0Ns;
    this.events.push({ kind: 'mark', mark: 't0', atNs: exit.t0Ns });
    if (exit.t1Ns !== undefined) this.events.push({ kind: 'mark', mark: 't1', atNs: exit.t1Ns });
    this.events.push({ kind: 'mark', mark: 't2', atNs: exit.t2Ns });
    for (const { phase, layer, startNs, endNs } of exit.phases) {
      this.events.push({ kind: 'phase', phase, layer, atNs: startNs, endNs });
    }
    for (const { metric, origin, ...loop } of exit.loops) {
      const value = 'secondsPerCall' in loop ? { value: loop.secondsPerCall } : loop;
      this.events.push({ kind: 'reading', atNs: exit.t2Ns, probe: 'loop', metric, role: 'instance', unit: 's', origin, ...value });
    }
    const verified = verifyOutput(exit, this.#input.prepared.workload.expected, exit.t2Ns);
    for (const event of verified) {
      this.events.push(event);
      if (event.kind === 'failure') this.failure ??= event.code;
    }
  }

  fail(error: unknown): void {
    const { context } = this.#input;
    const code = codeOf(error);
    const limitNs = error instanceof BenchError ? error.limitNs : undefined;
    this.failure ??= code;
    this.events.push({
      kind: 'failure',
      atNs: context.now(),
      code: identifierOf(code),
      message: messageOf(error),
      ...(error instanceof BenchError && error.remedy !== undefined ? { remedy: error.remedy } : {}),
      ...(limitNs === undefined ? {} : { censoredAfterNs: limitNs }),
    });
  }

  insideNs(): number {
    return this.#t0Ns === undefined || this.#t3Ns === undefined ? 0 : this.#t3Ns - this.#t0Ns;
  }

  async #read(open: OpenProbe, hook: () => Promise<readonly Reading[]> | undefined): Promise<void> {
    try {
      for (const reading of (await hook()) ?? []) this.events.push(readingEvent(open.probe, reading, this.#input.context.now()));
    } catch (error) {
      this.#lost(open.probe, error);
    }
  }

  /** A failing probe costs its metrics, never the trial. */
  #lost(probe: Probe, error: unknown): void {
    for (const metric of probe.metrics) {
      const reading: Reading = { metric: metric.id, role: 'instance', origin: probe.id, unavailable: `probe failed: ${messageOf(error)}` };
      this.events.push(readingEvent(probe, reading, this.#input.context.now()));
    }
  }
}

interface OpenProbe {
  readonly probe: Probe;
  readonly session: ProbeSession;
}

/** Readings as they go on record, with the unit their probe declared. */
export function readingEvent(probe: Pick<Probe, 'id' | 'metrics'>, reading: Reading, atNs: number): EventBody {
  const unit = probe.metrics.find((metric) => metric.id === reading.metric)?.unit;
  if (unit === undefined)
    throw new BenchError({ code: 'undeclared-metric', message: `${probe.id} read ${reading.metric}, which it does not declare` });
  const value = 'value' in reading ? { value: reading.value } : { unavailable: reading.unavailable };
  return { kind: 'reading', atNs, probe: probe.id, metric: reading.metric, role: reading.role, unit, origin: reading.origin, ...value };
}

function identifierOf(code: string): string {
  const clean = code.replaceAll(/[^\w.:/@+-]/g, '-');
  return /^[A-Za-z0-9]/.test(clean) ? clean : `code-${clean}`;
}
