import { BenchError, timeoutError } from '../core/model/error.ts';
import type { RunContext } from '../core/model/context.ts';
import { fleetOf } from './native/fleet-of.ts';
import type {
  ExitFacts,
  Fleet,
  Instance,
  Prepared,
  Reply,
  RoleTarget,
  Runner,
  RunnerSession,
  StartSpec,
  Target,
  Variant,
} from './runner.ts';

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
  /** the request that it does not answer any more, from 1; it has ended then */
  readonly endsAtRequest?: number;
  /** what happens once more than so many are held in the session */
  readonly most?: { readonly live: number; readonly fate: 'start-fails' | 'slow' | 'slow-once' | 'one-dies' };
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
  'ends-while-held': {
    title: 'ends at its first request',
    firstByteNs: 10 * MS,
    exitNs: 12 * MS,
    endsAtRequest: 1,
    change: (exit) => ({ ...exit, exitCode: undefined, abnormal: 'ended by signal 9' }),
  },
  'fourteenth-fails': { title: 'the 14th start fails', ...HELD, most: { live: 13, fate: 'start-fails' } },
  'slow-beyond-11': { title: 'answers take 3 × as long beside more than 10 others', ...HELD, most: { live: 11, fate: 'slow' } },
  'slow-once': { title: 'answers take 3 × as long for one measurement', ...HELD, most: { live: 3, fate: 'slow-once' } },
  'dies-beyond-6': { title: 'one of more than 6 dies', ...HELD, most: { live: 6, fate: 'one-dies' } },
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

/** It has no process that could be named. */
const ROLE: RoleTarget = { role: 'instance', pids: [], cgroups: [] };

class FakeSession implements RunnerSession {
  /** held instances that have neither finished nor been removed */
  readonly live = new Set<FakeInstance>();
  readonly #context: RunContext;
  #slowAnswers = 0;

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
    const full = spec.activity === 'hold' && most !== undefined && this.live.size >= most.live;
    if (full && most.fate === 'start-fails')
      throw new BenchError({ code: 'spawn-failed', message: 'clone: Resource temporarily unavailable' });
    const instance = new FakeInstance(this, script, spec, prepared, this.#context);
    if (full && most.fate === 'one-dies') [...this.live][0]?.end('ended by signal 9');
    return instance;
  }

  /** How long the next answer takes, ns. */
  answerNs({ most }: Script): number {
    if (!most || this.live.size <= most.live) return MS;
    if (most.fate === 'slow') return 3 * MS;
    if (most.fate !== 'slow-once' || this.#slowAnswers >= SLOW_ANSWERS) return MS;
    this.#slowAnswers += 1;
    return 3 * MS;
  }

  async openFleet(prepared: Prepared): Promise<Fleet> {
    return fleetOf(async (spec) => this.start(prepared, spec), [ROLE]);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class FakeInstance implements Instance {
  /** ends it: with how, where that is not its own doing */
  end: (how: string | undefined) => void = () => {};
  readonly #session: FakeSession;
  readonly #over: Promise<string | undefined>;
  readonly #script: Script;
  readonly #spec: StartSpec;
  readonly #prepared: Prepared;
  readonly #t0Ns: number;
  readonly #now: () => number;
  #requests = 0;
  #disposed = false;

  constructor(session: FakeSession, script: Script, spec: StartSpec, prepared: Prepared, { now }: Pick<RunContext, 'now'>) {
    this.#session = session;
    this.#script = script;
    this.#spec = spec;
    this.#prepared = prepared;
    this.#now = now;
    this.#t0Ns = now();
    this.#over = new Promise((resolve) => {
      this.end = (how) => {
        session.live.delete(this);
        resolve(how);
      };
    });
    if (spec.activity === 'hold') session.live.add(this);
    else this.end(undefined);
  }

  async target(): Promise<Target> {
    return { roles: [ROLE] };
  }

  async ready(): Promise<void> {
    if (this.#script.readyFails) throw this.#script.readyFails(this.#spec);
  }

  async request(_input: Uint8Array, replyBytes: number): Promise<Reply> {
    const { expected } = this.#prepared.workload;
    const { endsAtRequest = Number.POSITIVE_INFINITY } = this.#script;
    if (this.#requests + 1 >= endsAtRequest || expected.kind !== 'bytes' || replyBytes > expected.bytes.length) {
      this.end(undefined);
      throw new BenchError({ code: 'ended', message: 'scripted: the program did not answer: it was ended by signal 9' });
    }
    this.#requests += 1;
    const sentNs = this.#now();
    return { sentNs, repliedNs: sentNs + this.#session.answerNs(this.#script) };
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
      stdout: expected.kind === 'bytes' ? printed(expected.bytes, this.#requests) : new Uint8Array(),
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
function printed(bytes: Uint8Array, requests: number): Uint8Array {
  return Buffer.concat(Array.from({ length: requests + 1 }, () => bytes));
}
