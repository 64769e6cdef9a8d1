import type { OwnedCgroup, RunContext } from '../../core/model/context.ts';
import { timeoutError } from '../../core/model/error.ts';
import { deferred } from '../native/deferred.ts';
import { type JsonLineProcess, type JsonObject, textOf } from '../native/json-line-process.ts';
import type { ExitFacts, Instance, LoopFact, Phase, StartSpec, Target } from '../runner.ts';

type Ownership = { readonly kind: 'shared' } | { readonly kind: 'own'; readonly cgroup: OwnedCgroup | undefined };

const LAYERS: Readonly<Record<string, string>> = { 'first-byte': 'program', exit: 'program' };

/** One `run` of the host. A guest cannot be interrupted without slowing every guest down (epochs), so a time-out kills the host. */
export class HostedInstance implements Instance {
  readonly #host: JsonLineProcess;
  readonly #spec: StartSpec;
  readonly #ownership: Ownership;
  readonly #id: number;
  readonly #first = deferred<void>();
  readonly #exit = deferred<ExitFacts>();
  readonly #timer: NodeJS.Timeout;
  #finished = false;

  constructor(host: JsonLineProcess, request: JsonObject, spec: StartSpec, ownership: Ownership) {
    this.#host = host;
    this.#spec = spec;
    this.#ownership = ownership;
    for (const { promise } of [this.#first, this.#exit]) promise.catch(() => {});
    const limitNs = spec.activity === 'hold' ? spec.readyTimeoutNs : spec.exitTimeoutNs;
    this.#timer = setTimeout(() => this.#cutOff(limitNs), limitNs / 1e6);
    const open = host.request(request, (event) => {
      if (event['event'] === 'first-byte') this.#byteSeen();
      else if (event['event'] === 'exit') {
        open.close();
        this.#finish();
        this.#first.resolve();
        this.#exit.resolve(exitFacts(event));
      } else if (event['event'] === 'error' || event['event'] === 'ended') {
        open.close();
        this.#finish();
        const error = host.errorOf(event);
        this.#first.reject(error);
        this.#exit.reject(error);
      }
    });
    this.#id = open.id;
  }

  async target(): Promise<Target> {
    const group = this.#ownership.kind === 'own' ? this.#ownership.cgroup : undefined;
    return { roles: [{ role: 'host-process', pids: [this.#host.pid], cgroups: group === undefined ? [] : [group.ref] }] };
  }

  async ready(): Promise<void> {
    if (this.#spec.activity === 'hold') await this.#first.promise;
  }

  async release(): Promise<void> {
    this.#host.request({ op: 'release', of: this.#id }, () => {}).close();
  }

  async exited(): Promise<ExitFacts> {
    return this.#exit.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#finished) this.#host.kill();
    if (this.#ownership.kind === 'own') {
      await this.#host[Symbol.asyncDispose]();
      await this.#ownership.cgroup?.[Symbol.asyncDispose]();
    }
  }

  #byteSeen(): void {
    clearTimeout(this.#timer);
    this.#first.resolve();
  }

  #finish(): void {
    this.#finished = true;
    clearTimeout(this.#timer);
  }

  #cutOff(limitNs: number): void {
    const error = timeoutError('exit', limitNs);
    this.#first.reject(error);
    this.#exit.reject(error);
    this.#host.kill();
  }
}

/** Warm loops: no start to time, no output; the host's own batches are the result. */
export class LoopInstance implements Instance {
  readonly #result: Promise<ExitFacts>;

  constructor(loops: () => Promise<readonly LoopFact[]>, context: Pick<RunContext, 'now'>) {
    this.#result = this.#run(loops, context);
    this.#result.catch(() => {});
  }

  async target(): Promise<Target> {
    return { roles: [] };
  }
  async ready(): Promise<void> {}
  async release(): Promise<void> {}

  async exited(): Promise<ExitFacts> {
    return this.#result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#result.catch(() => {});
  }

  async #run(loops: () => Promise<readonly LoopFact[]>, { now }: Pick<RunContext, 'now'>): Promise<ExitFacts> {
    const t0Ns = now();
    const facts = await loops();
    return {
      t0Ns,
      t1Ns: undefined,
      t2Ns: now(),
      exitCode: 0,
      abnormal: undefined,
      stdout: new Uint8Array(),
      stdoutTruncated: false,
      stderrTail: '',
      phases: [],
      cpu: [],
      loops: facts,
    };
  }
}

function exitFacts(event: JsonObject): ExitFacts {
  const trap = event['trap'] as { code: string; message: string } | null | undefined;
  const { code, firstByteNs } = event;
  const phases = (event['phases'] as readonly { name: string; startNs: number; endNs: number }[]).map(
    ({ name, startNs, endNs }): Phase => ({ phase: name, layer: LAYERS[name] ?? 'wasmtime', startNs, endNs }),
  );
  return {
    t0Ns: Number(event['t0Ns']),
    t1Ns: typeof firstByteNs === 'number' ? firstByteNs : undefined,
    t2Ns: Number(event['atNs']),
    exitCode: typeof code === 'number' ? code : undefined,
    abnormal: trap ? `trap ${trap.code}: ${trap.message}` : undefined,
    stdout: Buffer.from(textOf(event['stdoutBase64']), 'base64'),
    stdoutTruncated: event['stdoutTruncated'] === true,
    stderrTail: textOf(event['stderrTail']),
    phases,
    cpu: [{ role: 'instance', cpuNs: Number(event['cpuNs']), origin: 'CLOCK_PROCESS_CPUTIME_ID of the host process, t0 to exit' }],
    loops: [],
  };
}
