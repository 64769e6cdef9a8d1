import type { Duplex } from 'node:stream';
import type { Engine, OwnedCgroup } from '../../core/model/context.ts';
import { BenchError, codeOf, timeoutError } from '../../core/model/error.ts';
import { deferred, type Deferred } from '../native/deferred.ts';
import { answered } from '../native/held.ts';
import { NodeReplies } from '../native/node-replies.ts';
import type { ExitFacts, Instance, Reply, StartSpec, Target } from '../runner.ts';
import { engineLost } from './api-errors.ts';
import { bounded } from '../native/bounded.ts';
import { type CallStamps, containerPhases } from './container-phases.ts';
import { containerTarget } from './container-target.ts';
import type { EngineApi, WaitResult } from './engine-api.ts';
import { removeWhatever } from './remove-container.ts';
import { readShimTrace } from './shim-trace.ts';
import { StreamDemux } from './stream-demux.ts';

const OUTPUT_LIMIT_BYTES = 1024 * 1024;
/** how long a start that failed or was cut off may go on before what it has made so far is removed */
const LATE_CREATE_LIMIT_NS = 5e9;
/** the attach stream ends with the container; where it does not, the output counts as it is */
const OUTPUT_END_LIMIT_NS = 2e9;

export interface ContainerRequest {
  readonly body: Parameters<EngineApi['createContainer']>[0];
  readonly platform: string | undefined;
  /** who does the work behind the start call */
  readonly startLayer: string;
  /** sent, then closed; undefined: the program gets no stdin */
  readonly stdin: Uint8Array | undefined;
  /** stdin stays open until release */
  readonly held: boolean;
}

interface Surroundings {
  readonly api: EngineApi;
  readonly engine: Engine;
  readonly now: () => number;
  readonly originNs: bigint;
  readonly cgroup: OwnedCgroup | undefined;
}

/**
 * One container from create to removal. t0: before the create call · t1: the attach stream's chunk with the first byte of stdout arrived ·
 * t2: the wait call's answer arrived · removal is disposal, which the conductor times.
 */
export class ContainerInstance implements Instance {
  readonly #around: Surroundings;
  readonly #spec: StartSpec;
  readonly #stamps: CallStamps;
  readonly #startLayer: string;
  readonly #demux = new StreamDemux(OUTPUT_LIMIT_BYTES);
  readonly #firstByte: Deferred<void> = deferred();
  readonly #outputEnd: Deferred<void> = deferred();
  #id: string | undefined;
  #stream: Duplex | undefined;
  #replies: NodeReplies;
  #exit: Promise<WaitResult> | undefined;
  #disposed = false;

  private constructor(around: Surroundings, spec: StartSpec, startLayer: string) {
    this.#around = around;
    this.#spec = spec;
    this.#startLayer = startLayer;
    this.#replies = new NodeReplies(null, around.now);
    const nowNs = around.now();
    this.#stamps = { t0: nowNs, created: nowNs, attached: nowNs, started: nowNs };
  }

  /** @throws BenchError of api-errors.ts, `timeout` or `interrupted`; the container is removed then */
  static async start(around: Surroundings, request: ContainerRequest, spec: StartSpec): Promise<ContainerInstance> {
    const instance = new ContainerInstance(around, spec, request.startLayer);
    const launched = instance.#launch(request);
    try {
      await instance.#within(launched, spec.readyTimeoutNs, 'start of the container');
      return instance;
    } catch (error) {
      // a create call that is still under way could leave its container behind
      await bounded(launched, { limitNs: LATE_CREATE_LIMIT_NS }).catch(() => {});
      await instance[Symbol.asyncDispose]().catch(() => {});
      throw error;
    }
  }

  async #launch({ body, platform, stdin, held }: ContainerRequest): Promise<void> {
    const { api, now } = this.#around;
    const stamps = this.#stamps;
    stamps.t0 = now();
    const id = await api.createContainer(body, platform);
    stamps.created = now();
    this.#id = id;
    const [stream, wait] = await Promise.all([api.attach(id, stdin !== undefined || held), api.waitNextExit(id)]);
    this.#read(stream);
    this.#exit = wait.exit;
    wait.exit.catch(() => {});
    stamps.attached = now();
    await api.start(id);
    stamps.started = now();
    if (stdin !== undefined) stream.write(stdin);
    if (stdin !== undefined && !held) stream.end();
  }

  #read(stream: Duplex): void {
    const { now } = this.#around;
    this.#stream = stream;
    this.#replies = new NodeReplies(this.#spec.activity === 'hold' ? stream : null, now);
    stream.on('data', (chunk: Buffer) => {
      const atNs = now();
      this.#replies.received(this.#demux.push(chunk, atNs), atNs);
      if (this.#demux.firstOutputNs === atNs) this.#firstByte.resolve();
    });
    const ended = (): void => {
      this.#outputEnd.resolve();
      this.#replies.end();
    };
    for (const event of ['error', 'close', 'end']) stream.on(event, ended);
  }

  async target(): Promise<Target> {
    const { api, engine, cgroup } = this.#around;
    const { State } = await api.inspectContainer(this.#created());
    return containerTarget(State.Pid, engine, cgroup?.ref);
  }

  async ready(): Promise<void> {
    const either: Promise<unknown> = Promise.race([this.#firstByte.promise, this.#exitOrLoss()]);
    await this.#within(either, this.#spec.readyTimeoutNs, 'first byte');
  }

  async request(input: Uint8Array, replyBytes: number): Promise<Reply> {
    return answered(this.#replies.send(input, replyBytes), this.#spec, async () => {
      const { exitCode, message } = await this.#exitOrLoss();
      return message ?? (await this.#stateError()) ?? `it ended with code ${exitCode}`;
    });
  }

  async release(): Promise<void> {
    if (this.#spec.activity === 'hold') this.#stream?.end();
  }

  async exited(): Promise<ExitFacts> {
    const { exitTimeoutNs, activity } = this.#spec;
    const sinceNs = activity === 'hold' ? this.#around.now() : this.#stamps.t0;
    const exit = await this.#within(this.#exitOrLoss(), exitTimeoutNs, 'exit', sinceNs);
    await this.#within(this.#outputEnd.promise, OUTPUT_END_LIMIT_NS, 'end of the output', this.#around.now()).catch(() => {});
    return {
      t0Ns: this.#stamps.t0,
      t1Ns: this.#demux.firstOutputNs,
      t2Ns: exit.atNs,
      exitCode: exit.exitCode,
      abnormal: exit.message ?? (exit.exitCode === 0 ? undefined : await this.#stateError()),
      stdout: this.#demux.stdout,
      stdoutTruncated: this.#demux.stdoutTruncated,
      stderrTail: this.#demux.stderrTail,
      phases: containerPhases(this.#stamps, {
        firstByteNs: this.#demux.firstOutputNs,
        exitNs: exit.atNs,
        startLayer: this.#startLayer,
        trace: await readShimTrace(this.#around, this.#created()),
      }),
      cpu: [],
      loops: [],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const { api, engine, cgroup } = this.#around;
    this.#stream?.destroy();
    try {
      if (this.#id !== undefined) await removeWhatever(api, this.#id);
    } catch (error) {
      // a private engine that is gone took its containers with it
      if (codeOf(error) !== 'engine-lost' || engine.ownership === 'host') throw error;
    } finally {
      await cgroup?.[Symbol.asyncDispose]();
    }
  }

  #created(): string {
    if (this.#id === undefined) throw new BenchError({ code: 'start-failed', message: 'the container was never created' });
    return this.#id;
  }

  async #exitOrLoss(): Promise<WaitResult> {
    if (this.#exit === undefined) throw engineLost('start');
    return this.#exit;
  }

  /** What only the engine knows of a bad end: the memory limit's kill, or its own error. */
  async #stateError(): Promise<string | undefined> {
    const { State } = await this.#around.api.inspectContainer(this.#created());
    if (State.OOMKilled) return 'killed at its memory limit';
    return State.Error === '' ? undefined : State.Error;
  }

  async #within<T>(work: Promise<T>, limitNs: number, what: string, sinceNs = this.#stamps.t0): Promise<T> {
    const leftNs = Math.max(0, limitNs - (this.#around.now() - sinceNs));
    try {
      return await bounded(work, { limitNs: leftNs, signal: this.#spec.signal });
    } catch (error) {
      throw codeOf(error) === 'timeout' ? timeoutError(what, limitNs) : error;
    }
  }
}
