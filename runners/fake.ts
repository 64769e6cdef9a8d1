import { BenchError, timeoutError } from '../core/model/error.ts';
import type { RunContext } from '../core/model/context.ts';
import type { ExitFacts, Instance, Prepared, Reply, Runner, RunnerSession, StartSpec, Variant } from './runner.ts';

/** A scripted life, relative to t0. */
interface Script {
  readonly title: string;
  readonly firstByteNs?: number;
  readonly exitNs: number;
  readonly change?: (exit: ExitFacts) => ExitFacts;
  readonly startFails?: BenchError;
  readonly readyFails?: (spec: StartSpec) => Error;
  readonly neverExits?: boolean;
  readonly disposeFails?: boolean;
  /** held instances: what happens once more than so many live in the session */
  readonly most?: { readonly live: number; readonly then: 'start-fails' | 'slow' | 'one-dies' | 'slow-once' };
}

const MS = 1e6;
const HELD = { firstByteNs: 10 * MS, exitNs: 12 * MS } as const;
/** answers of `slow-once` that are slow: all of one measurement of a ramp */
const SLOW_ANSWERS = 60;

/** What each variant lives through. The conductor must survive all of them (DESIGN §9: no mocks, a scripted runner). */
const SCRIPTS: Readonly<Record<string, Script>> = {
  steady: { title: 'first byte after 10 ms, exit after 12 ms', firstByteNs: 10 * MS, exitNs: 12 * MS },
  silent: { title: 'no output, exit after 5 ms', exitNs: 5 * MS, change: (exit) => ({ ...exit, stdout: new Uint8Array() }) },
  'wrong-output': {
    title: 'prints something else',
    firstByteNs: 10 * MS,
    exitNs: 12 * MS,
    change: (exit) => ({ ...exit, stdout: new TextEncoder().encode('something else\n') }),
  },
  'exit-code': { title: 'exits with 3', firstByteNs: 10 * MS, exitNs: 12 * MS, change: (exit) => ({ ...exit, exitCode: 3 }) },
  trap: { title: 'ends in a trap', exitNs: 2 * MS, change: (exit) => ({ ...exit, exitCode: undefined, abnormal: 'trap unreachable' }) },
  'never-starts': {
    title: 'the launch call fails',
    exitNs: 0,
    startFails: new BenchError({ code: 'spawn-failed', message: 'scripted: ENOENT' }),
  },
  'never-answers': { title: 'no first byte', exitNs: 0, readyFails: (spec) => timeoutError('first byte', spec.readyTimeoutNs) },
  'never-exits': { title: 'first byte, then nothing', firstByteNs: 10 * MS, exitNs: 0, neverExits: true },
  'fourteenth-fails': { title: 'the 14th start fails', ...HELD, most: { live: 13, then: 'start-fails' } },
  'slow-beyond-11': { title: 'answers take 3 × as long beside more than 10 others', ...HELD, most: { live: 11, then: 'slow' } },
  'slow-once': { title: 'answers take 3 × as long for one measurement', ...HELD, most: { live: 3, then: 'slow-once' } },
  'dies-beyond-6': { title: 'one of more than 6 dies', ...HELD, most: { live: 6, then: 'one-dies' } },
  'left-over': { title: 'cannot be removed', firstByteNs: 10 * MS, exitNs: 12 * MS, disposeFails: true },
};

const VARIANTS: readonly Variant[] = Object.entries(SCRIPTS).map(([id, { title }]) => ({
  id,
  title,
  default: id === 'steady',
  rung: 'host-process',
  factors: {},
}));

/** A runner with a scripted clock, for the suite's own tests: no process is started. */
const runner: Runner = {
  id: 'fake',
  title: 'Scripted (tests only)',
  isolation: 'none',
  testOnly: true,
  capabilities: { activities: ['run', 'hold', 'loop'], consumes: ['binary', 'wasm', 'image'] },
  variants: VARIANTS,
  detect: async () => Object.fromEntries(VARIANTS.map(({ id }) => [id, { available: true, version: '1', evidence: 'built in' }])),
  open: async (context) => new FakeSession(context),
  sweep: async () => [],
};
export default runner;

class FakeSession implements RunnerSession {
  /** held instances that have been neither released nor removed */
  readonly live = new Set<FakeInstance>();
  slowAnswers = 0;
  readonly #context: RunContext;

  constructor(context: RunContext) {
    this.#context = context;
  }

  async prepare(variant: Variant, workload: Prepared['workload']): Promise<Prepared> {
    return { variant, workload, digest: `sha256:${'0'.repeat(64)}`, versions: { ...workload.versions }, artifacts: [] };
  }

  async start(prepared: Prepared, spec: StartSpec): Promise<Instance> {
    const script = SCRIPTS[prepared.variant.id];
    if (!script) throw new BenchError({ code: 'variant-unknown', message: prepared.variant.id });
    if (script.startFails) throw script.startFails;
    const { most } = script;
    const held = spec.activity === 'hold';
    const full = held && most !== undefined && this.live.size >= most.live;
    if (full && most.then === 'start-fails')
      throw new BenchError({ code: 'spawn-failed', message: 'clone: Resource temporarily unavailable' });
    const instance = new FakeInstance(this, script, spec, prepared, this.#context.now());
    if (held) this.live.add(instance);
    if (full && most.then === 'one-dies') [...this.live][0]?.end('ended by signal 9');
    return instance;
  }

  /** How long the next answer takes, ns. */
  answerNs({ most }: Script): number {
    if (!most || this.live.size <= most.live) return MS;
    if (most.then === 'slow') return 3 * MS;
    if (most.then !== 'slow-once' || this.slowAnswers >= SLOW_ANSWERS) return MS;
    this.slowAnswers += 1;
    return 3 * MS;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class FakeInstance implements Instance {
  readonly #session: FakeSession;
  /** resolves when it ends: with how, where that was not its own doing */
  readonly #over: Promise<string | undefined>;
  end: (how: string | undefined) => void = () => {};
  #answers = 0;
  readonly #script: Script;
  readonly #spec: StartSpec;
  readonly #prepared: Prepared;
  readonly #t0Ns: number;
  #disposed = false;

  constructor(session: FakeSession, script: Script, spec: StartSpec, prepared: Prepared, t0Ns: number) {
    this.#session = session;
    this.#over = new Promise((resolve) => {
      this.end = (how) => {
        session.live.delete(this);
        resolve(how);
      };
    });
    if (spec.activity !== 'hold') this.end(undefined);
    this.#script = script;
    this.#spec = spec;
    this.#prepared = prepared;
    this.#t0Ns = t0Ns;
  }

  async target() {
    return { roles: [] };
  }

  async ready(): Promise<void> {
    if (this.#script.readyFails) throw this.#script.readyFails(this.#spec);
  }

  async request(): Promise<Reply> {
    if (!this.#session.live.has(this)) throw new BenchError({ code: 'ended', message: 'scripted: it has ended' });
    this.#answers += 1;
    return { sentNs: this.#t0Ns, repliedNs: this.#t0Ns + this.#session.answerNs(this.#script) };
  }

  async release(): Promise<void> {
    this.end(undefined);
  }

  async exited(): Promise<ExitFacts> {
    const { firstByteNs, exitNs, neverExits, change } = this.#script;
    if (neverExits) throw timeoutError('exit', this.#spec.exitTimeoutNs);
    const abnormal = await this.#over;
    const { expected } = this.#prepared.workload;
    const t1Ns = firstByteNs === undefined ? undefined : this.#t0Ns + firstByteNs;
    const exit: ExitFacts = {
      t0Ns: this.#t0Ns,
      t1Ns,
      t2Ns: this.#t0Ns + exitNs,
      exitCode: 0,
      abnormal,
      stdout: expected.kind === 'bytes' ? repeatedOutput(expected.bytes, this.#answers) : new Uint8Array(),
      stdoutTruncated: false,
      stderrTail: '',
      phases: [{ phase: 'start', layer: 'script', startNs: this.#t0Ns, endNs: t1Ns ?? this.#t0Ns + exitNs }],
      cpu: [{ role: 'instance', cpuNs: exitNs / 2, origin: 'script' }],
      loops: [],
    };
    return change ? change(exit) : exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end('removed');
    if (this.#script.disposeFails && !this.#disposed) {
      this.#disposed = true;
      throw new Error('scripted: it does not go away');
    }
  }
}

/** A held program prints its output once more for every request. */
function repeatedOutput(bytes: Uint8Array, answers: number): Uint8Array {
  return Buffer.concat(Array.from({ length: answers + 1 }, () => bytes));
}
