import { createHash } from 'node:crypto';
import { BenchError, codeOf, messageOf } from '../model/error.ts';
import type { EventBody } from '../model/event.ts';
import type { RunContext } from '../model/context.ts';
import type { Cell, RoundRules, Trial } from '../model/plan.ts';
import type { Probe, ProbeSession, Reading } from '../../probes/probe.ts';
import type { ExitFacts, Prepared, RunnerSession } from '../../runners/runner.ts';
import type { Recorder } from './ports.ts';
import { repeated, verifyOutput } from './verify-output.ts';

export interface TrialInput {
  readonly cell: Cell;
  readonly trial: Trial;
  readonly rules: RoundRules;
  readonly prepared: Prepared;
  readonly session: RunnerSession;
  readonly probes: readonly Probe[];
  readonly context: RunContext;
  /** for what must be on disk before the trial has ended */
  readonly recorder: Recorder;
}

export interface TrialResult {
  readonly events: readonly EventBody[];
  readonly failure: string | undefined;
  /** t3 − t0, where both are known */
  readonly insideNs: number;
}

export interface OpenProbe {
  readonly probe: Probe;
  readonly session: ProbeSession;
}

/** What one trial leaves on record, whatever kind of trial it is. */
export class TrialLife {
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
    for (const open of probes) await this.read(open, () => open.session.before?.());
  }

  /** Removes what the trial made, times it as phase `cleanup`, and reports a failure of that separately from the trial's. */
  async cleanUp(dispose: () => Promise<void>): Promise<void> {
    const { context } = this.#input;
    const startNs = context.now();
    try {
      await dispose();
    } catch (error) {
      const message = `the instance could not be removed: ${messageOf(error)}; “thirdwave sweep” removes what is left`;
      this.warn('left-over', message);
    }
    const endNs = context.now();
    this.#t3Ns = endNs;
    this.events.push({ kind: 'phase', phase: 'cleanup', layer: 'runner', atNs: startNs, endNs });
    this.events.push({ kind: 'mark', mark: 't3', atNs: endNs });
  }

  /** Puts what is known so far on disk: a trial that may take the host's last memory must not lose what it has found. */
  async flush(): Promise<void> {
    await this.#input.recorder.append(this.#input.trial.id, this.events.splice(0));
  }

  warn(code: string, message: string): void {
    this.events.push({ kind: 'warning', atNs: this.#input.context.now(), code, message });
  }

  /** Marks, phases and loop results of a life that reached its exit, then the verification of its output. */
  conclude(exit: ExitFacts): void {
    this.#tell(exit);
    this.#verify(exit, 0);
  }

  /** `concludeEach` for instances that have all answered the same number of requests. */
  concludeFleet(exits: readonly ExitFacts[], answers: number): void {
    this.concludeEach(exits.map((exit) => ({ exit, answers })));
  }

  /**
   * Marks and phases of the first instance, then the verification of all outputs: one event for all of them, the first wrong one if there is one. An empty
   * fleet has printed nothing, which is what it should print.
   */
  concludeEach(ended: readonly { readonly exit: ExitFacts; readonly answers: number }[]): void {
    const [first] = ended;
    if (!first) {
      const sha256 = createHash('sha256').digest('hex');
      this.events.push({ kind: 'output', atNs: this.#input.context.now(), bytes: 0, sha256, correct: true });
      return;
    }
    this.#tell(first.exit);
    const shown = ended.find(({ exit, answers }) => !this.#isCorrect(exit, answers)) ?? first;
    this.#verify(shown.exit, shown.answers);
  }

  #tell(exit: ExitFacts): void {
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
  }

  /** The program's output must be what its workload prints, and once more for every request it has answered. */
  #verify(exit: ExitFacts, answers: number): void {
    for (const event of verifyOutput(exit, repeated(this.#input.prepared.workload.expected, answers), exit.t2Ns)) {
      this.events.push(event);
      if (event.kind === 'failure') this.failure ??= event.code;
    }
  }

  #isCorrect(exit: ExitFacts, answers: number): boolean {
    const [output] = verifyOutput(exit, repeated(this.#input.prepared.workload.expected, answers), exit.t2Ns);
    return output?.kind === 'output' && output.correct;
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

  async read(open: OpenProbe, hook: () => Promise<readonly Reading[]> | undefined): Promise<void> {
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
