import { timeoutError } from '../../core/model/error.ts';
import { deferred } from '../native/deferred.ts';
import type { JsonObject } from '../../core/host/json-line-process.ts';
import type { ExitFacts, Instance, Phase, StartSpec, Target } from '../runner.ts';
import { type Home, hostRole } from './instance.ts';

/**
 * One `place` of the host: `spec.instances` bare instances, alive from `ready` to `release`. They print nothing and cannot be asked. A failure on
 * the way is `place-failed`, whose message says how many lived and what wasmtime said to the next one.
 */
export class PlacedInstance implements Instance {
  readonly #home: Home;
  readonly #spec: StartSpec;
  readonly #id: number;
  readonly #t0Ns: number;
  readonly #placed = deferred<void>();
  readonly #exit = deferred<ExitFacts>();
  #timer: NodeJS.Timeout;
  readonly #phases: Phase[] = [];
  #finished = false;

  constructor(home: Home, request: JsonObject, spec: StartSpec, now: () => number) {
    this.#home = home;
    this.#spec = spec;
    const { host } = home;
    for (const { promise } of [this.#placed, this.#exit]) promise.catch(() => {});
    this.#timer = this.#limit('placing', spec.readyTimeoutNs);
    this.#t0Ns = now();
    const open = host.request(request, (event) => {
      if (event['event'] === 'placed') this.#isPlaced(event);
      else {
        open.close();
        this.#finished = true;
        clearTimeout(this.#timer);
        if (event['event'] === 'removed') this.#exit.resolve(this.#facts(event));
        else this.#fail(host.errorOf(event));
      }
    });
    this.#id = open.id;
  }

  async target(): Promise<Target> {
    return { roles: [hostRole(this.#home)] };
  }

  async ready(): Promise<void> {
    await this.#placed.promise;
  }

  async release(): Promise<void> {
    if (this.#finished) return;
    this.#timer = this.#limit('removal', this.#spec.exitTimeoutNs);
    this.#home.host.request({ op: 'release', of: this.#id }, () => {}).close();
  }

  async exited(): Promise<ExitFacts> {
    return this.#exit.promise;
  }

  /** Removing a million instances one by one takes longer than ending the process they are in, which is this placing's own. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#finished) this.#home.host.kill();
    await this.#home.leave?.();
  }

  #isPlaced({ startNs, endNs, instances }: JsonObject): void {
    clearTimeout(this.#timer);
    this.#phases.push({ phase: 'load', layer: 'wasmtime', startNs: this.#t0Ns, endNs: Number(startNs) });
    if (instances !== 0) this.#phases.push({ phase: 'place', layer: 'wasmtime', startNs: Number(startNs), endNs: Number(endNs) });
    this.#placed.resolve();
  }

  #facts({ startNs, endNs }: JsonObject): ExitFacts {
    const t2Ns = Number(endNs);
    return {
      t0Ns: this.#t0Ns,
      t1Ns: undefined,
      t2Ns,
      exitCode: 0,
      abnormal: undefined,
      stdout: new Uint8Array(),
      stdoutTruncated: false,
      stderrTail: '',
      phases: [...this.#phases, { phase: 'remove', layer: 'wasmtime', startNs: Number(startNs), endNs: t2Ns }],
      cpu: [],
      loops: [],
    };
  }

  #limit(what: string, limitNs: number): NodeJS.Timeout {
    return setTimeout(() => this.#fail(timeoutError(what, limitNs)), limitNs / 1e6);
  }

  #fail(error: unknown): void {
    this.#placed.reject(error);
    this.#exit.reject(error);
  }
}
