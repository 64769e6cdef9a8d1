import type { Engine, OwnedCgroup } from '../../core/model/context.ts';
import { BenchError, codeOf, timeoutError } from '../../core/model/error.ts';
import { bounded } from '../native/bounded.ts';
import { answered } from '../native/held.ts';
import { containerTarget } from '../docker/container-target.ts';
import { endProcessesOf } from '../docker/remove-container.ts';
import { readShimTrace } from '../docker/shim-trace.ts';
import type { ExitFacts, Instance, Reply, StartSpec, Target } from '../runner.ts';
import type { ContainerdClient } from './client.ts';
import { type Mount, SNAPSHOTTER } from './import-image.ts';
import { type CallStamps, taskPhases } from './phases.ts';
import { removeContainer } from './remove.ts';
import type { TaskStreams } from './task-streams.ts';

/** how long a start that failed or was cut off may go on before what it has made so far is removed */
const LATE_CREATE_LIMIT_NS = 5e9;
/** the output ends with the shim's ends of the pipes; where it does not, it counts as it is */
const OUTPUT_END_LIMIT_NS = 2e9;

interface Any {
  readonly type_url: string;
  readonly value: Buffer;
}

export interface TaskRequest {
  readonly id: string;
  readonly image: string;
  /** parent of the container's own snapshot */
  readonly chainId: string;
  readonly runtime: { readonly name: string; readonly options?: Any };
  readonly runtimeLayer: 'oci-runtime' | 'shim';
  readonly spec: Any;
  readonly labels: Readonly<Record<string, string>>;
  /** sent, then closed; undefined: the program gets no stdin */
  readonly stdin: Uint8Array | undefined;
  readonly held: boolean;
}

interface Surroundings {
  readonly client: ContainerdClient;
  readonly engine: Engine;
  readonly now: () => number;
  readonly originNs: bigint;
  readonly cgroup: OwnedCgroup | undefined;
  readonly streams: TaskStreams;
}

interface Exit {
  readonly atNs: number;
  readonly code: number;
}

/**
 * One task from the container's snapshot to its removal, by the calls `ctr run` makes. t0: before the snapshot call · t1: the first byte of output arrived in the
 * pipe · t2: the wait call's answer arrived. Everything is removed by disposal, which the conductor times.
 */
export class ContainerdInstance implements Instance {
  readonly #around: Surroundings;
  readonly #request: TaskRequest;
  readonly #spec: StartSpec;
  readonly #stamps: CallStamps;
  #pid: number | undefined;
  #launched: Promise<void> = Promise.resolve();
  #exit: Promise<Exit> | undefined;
  #ended = false;
  #disposed = false;

  private constructor(around: Surroundings, request: TaskRequest, spec: StartSpec) {
    this.#around = around;
    this.#request = request;
    this.#spec = spec;
    const nowNs = around.now();
    this.#stamps = { t0: nowNs, snapshot: nowNs, container: nowNs, task: nowNs, started: nowNs };
  }

  /** @throws BenchError of client.ts, `timeout` or `interrupted`; everything is removed then */
  static async start(around: Surroundings, request: TaskRequest, spec: StartSpec): Promise<ContainerdInstance> {
    const instance = new ContainerdInstance(around, request, spec);
    const launched = instance.#launch();
    instance.#launched = launched;
    try {
      await instance.#within(launched, spec.readyTimeoutNs, 'start of the task');
      return instance;
    } catch (error) {
      await bounded(launched, { limitNs: LATE_CREATE_LIMIT_NS }).catch(() => {});
      await instance[Symbol.asyncDispose]().catch(() => {});
      throw error;
    }
  }

  async #launch(): Promise<void> {
    const { client, now, streams } = this.#around;
    const { id, image, chainId, runtime, spec, labels, stdin, held } = this.#request;
    const stamps = this.#stamps;
    const withStdin = held || stdin !== undefined;
    const snapshot = { snapshotter: SNAPSHOTTER, key: id, parent: chainId, labels: { ...labels, 'containerd.io/gc.root': 'in use' } };
    const container = { id, image, labels, runtime, spec, snapshotter: SNAPSHOTTER, snapshot_key: id };
    const { paths } = streams;
    stamps.t0 = now();
    const { mounts } = await client.call<{ mounts: readonly Mount[] }>('snapshots.Snapshots.Prepare', snapshot);
    stamps.snapshot = now();
    await client.call('containers.Containers.Create', { container });
    stamps.container = now();
    const task = {
      container_id: id,
      rootfs: mounts,
      stdin: withStdin ? paths.stdin : '',
      stdout: paths.stdout,
      stderr: paths.stderr,
    };
    const { pid } = await client.call<{ pid: number }>('tasks.Tasks.Create', task);
    stamps.task = now();
    this.#pid = pid;
    this.#exit = this.#wait();
    this.#exit.catch(() => {});
    const started = await client.call<{ pid: number }>('tasks.Tasks.Start', { container_id: id });
    stamps.started = now();
    // our shim knows its guest's process no earlier than here: it answers the other call with 0
    if (started.pid > 0) this.#pid = started.pid;
    if (stdin === undefined || held) return;
    streams.write(stdin).then(
      async () => this.#endInput(),
      () => {},
    );
  }

  async #wait(): Promise<Exit> {
    const { client, now, streams } = this.#around;
    try {
      const { exit_status: code } = await client.callForever<{ exit_status: number }>('tasks.Tasks.Wait', {
        container_id: this.#request.id,
      });
      const atNs = now();
      this.#ended = true;
      return { atNs, code };
    } finally {
      streams.programEnded();
    }
  }

  async target(): Promise<Target> {
    const { engine, cgroup } = this.#around;
    return containerTarget(this.#pid ?? 0, engine, cgroup?.ref);
  }

  async ready(): Promise<void> {
    await this.#within(Promise.race([this.#around.streams.firstByte, this.#exited()]), this.#spec.readyTimeoutNs, 'first byte');
  }

  async request(input: Uint8Array, replyBytes: number): Promise<Reply> {
    return answered(
      this.#around.streams.ask(input, replyBytes),
      this.#spec,
      async () => `it ended with code ${(await this.#exited()).code}`,
    );
  }

  async release(): Promise<void> {
    if (this.#spec.activity === 'hold') await this.#endInput();
  }

  /** The shim keeps the program's input open by an end of its own, which only `CloseIO` closes. */
  async #endInput(): Promise<void> {
    this.#around.streams.endInput();
    await this.#around.client.call('tasks.Tasks.CloseIO', { container_id: this.#request.id, stdin: true }).catch(() => {});
  }

  async exited(): Promise<ExitFacts> {
    const { now, streams, engine, originNs } = this.#around;
    const { activity, exitTimeoutNs } = this.#spec;
    const { atNs, code } = await this.#within(this.#exited(), exitTimeoutNs, 'exit', activity === 'hold' ? now() : this.#stamps.t0);
    await this.#within(streams.finish(), OUTPUT_END_LIMIT_NS, 'end of the output', now()).catch(() => {});
    const firstByteNs = streams.firstOutputNs;
    return {
      t0Ns: this.#stamps.t0,
      t1Ns: firstByteNs,
      // the answer and the last bytes come by different ways
      t2Ns: Math.max(atNs, firstByteNs ?? 0),
      exitCode: code,
      abnormal: undefined,
      stdout: streams.stdout,
      stdoutTruncated: streams.stdoutTruncated,
      stderrTail: streams.stderrTail,
      phases: taskPhases(this.#stamps, {
        firstByteNs,
        exitNs: Math.max(atNs, firstByteNs ?? 0),
        runtimeLayer: this.#request.runtimeLayer,
        trace: await readShimTrace({ engine, originNs }, this.#request.id),
      }),
      cpu: [],
      loops: [],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const { client, engine, cgroup, streams } = this.#around;
    const { id } = this.#request;
    try {
      if (this.#pid === undefined) {
        // a start that never came to a task: a shim or runtime may hang in it, and containerd lets go of nothing before that has ended
        await endProcessesOf(id);
        await bounded(this.#launched, { limitNs: LATE_CREATE_LIMIT_NS }).catch(() => {});
      }
      await removeContainer(client, id, { running: !this.#ended });
    } catch (error) {
      // a private engine that is gone took its containers with it
      if (codeOf(error) !== 'engine-lost' || engine.ownership === 'host') throw error;
    } finally {
      await streams.remove();
      await cgroup?.[Symbol.asyncDispose]();
    }
  }

  async #exited(): Promise<Exit> {
    if (this.#exit === undefined) throw new BenchError({ code: 'start-failed', message: 'the task was never created' });
    return this.#exit;
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
