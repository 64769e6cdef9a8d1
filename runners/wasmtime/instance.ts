import type { CgroupRef } from '../../core/model/context.ts';
import { BenchError, messageOf, timeoutError } from '../../core/model/error.ts';
import { bounded } from '../native/bounded.ts';
import { deferred } from '../native/deferred.ts';
import { answered } from '../native/held.ts';
import { type JsonLineProcess, type JsonObject, textOf } from '../../core/host/json-line-process.ts';
import type { ExitFacts, Instance, Phase, Reply, RoleTarget, StartSpec, Target } from '../runner.ts';

/** Where an instance lives. */
export interface Home {
  readonly host: JsonLineProcess;
  readonly group: CgroupRef | undefined;
  /** others live in the host: it is ended only where an instance does not end by itself */
  readonly shared: boolean;
  /** where the host goes with the instance */
  readonly leave?: () => Promise<void>;
}

/** how long a guest may take to end once it is let go, before the host is ended with everything in it */
const LET_GO_LIMIT_NS = 5e9;

const LAYERS: Readonly<Record<string, string>> = { 'first-byte': 'program', exit: 'program' };

/** One `run` of the host. A guest cannot be interrupted without slowing every guest down (epochs), so one that does not end takes its host with it. */
export class HostedInstance implements Instance {
  readonly #home: Home;
  readonly #spec: StartSpec;
  readonly #id: number;
  readonly #first = deferred<void>();
  readonly #exit = deferred<ExitFacts>();
  readonly #timer: NodeJS.Timeout;
  #finished = false;
  #disposed = false;

  constructor(home: Home, request: JsonObject, spec: StartSpec) {
    this.#home = home;
    this.#spec = spec;
    const { host } = home;
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
    return { roles: [hostRole(this.#home)] };
  }

  async ready(): Promise<void> {
    if (this.#spec.activity === 'hold') await this.#first.promise;
  }

  async request(input: Uint8Array, replyBytes: number): Promise<Reply> {
    return answered(this.#ask(input, replyBytes), this.#spec, async () => {
      const { abnormal, exitCode } = await this.exited();
      return abnormal ?? `it ended with code ${exitCode}`;
    });
  }

  async release(): Promise<void> {
    this.#home.host.request({ op: 'release', of: this.#id }, () => {}).close();
  }

  async exited(): Promise<ExitFacts> {
    return this.#exit.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    clearTimeout(this.#timer);
    const { host, shared, leave } = this.#home;
    if (!this.#finished && shared) await this.#letGo();
    if (!this.#finished) host.kill();
    await leave?.();
  }

  /** Its neighbours in the host live on if it ends by itself. */
  async #letGo(): Promise<void> {
    await this.release();
    await bounded(this.#exit.promise, { limitNs: LET_GO_LIMIT_NS }).catch(() => {});
  }

  async #ask(input: Uint8Array, replyBytes: number): Promise<Reply> {
    const { host } = this.#home;
    try {
      const bytesBase64 = Buffer.from(input).toString('base64');
      const { sentNs, repliedNs } = await host.call({ op: 'write', of: this.#id, bytesBase64, replyBytes });
      return { sentNs: Number(sentNs), repliedNs: Number(repliedNs) };
    } catch (error) {
      // with the host all its guests have ended
      throw host.alive ? error : new BenchError({ code: 'ended', message: messageOf(error), cause: error });
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
    const error = timeoutError(this.#spec.activity === 'hold' ? 'first byte' : 'exit', limitNs);
    this.#first.reject(error);
    this.#exit.reject(error);
    if (!this.#home.shared) this.#home.host.kill();
  }
}

/** The host process with whatever lives in it. */
export function hostRole({ host, group }: Pick<Home, 'host' | 'group'>): RoleTarget {
  return { role: 'host-process', pids: [host.pid], cgroups: group === undefined ? [] : [group] };
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
