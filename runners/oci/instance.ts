import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { membersOf } from '../../core/host/cgroup-tree.ts';
import type { OwnedCgroup } from '../../core/model/context.ts';
import { timeoutError } from '../../core/model/error.ts';
import { readProcessesTogether } from '../engine/processes.ts';
import { exitOf, firstByteLimitNs, requestOf } from '../native/held.ts';
import type { Launched, LaunchExit } from '../native/launcher.ts';
import type { ExitFacts, Instance, Phase, Reply, RoleTarget, StartSpec, Target } from '../runner.ts';

interface Surroundings {
  readonly launched: Launched;
  readonly spec: StartSpec;
  /** the trial's, or its fleet's */
  readonly cgroup: OwnedCgroup | undefined;
  /** of the container; its own group below `cgroup` has the same name */
  readonly id: string;
  /** bundle directory as seen from here */
  readonly bundle: string;
  /** `<runtime> delete --force` of this container */
  readonly forceDelete: () => Promise<void>;
}

/** One `<runtime> run`: the runtime stays in the foreground, its parent is the launcher, its pipes are the program's. */
export class OciInstance implements Instance {
  readonly #around: Surroundings;
  /** set when the runtime has ended by itself: it has removed its container then */
  #ended: LaunchExit | undefined;
  #disposed = false;

  constructor(around: Surroundings) {
    this.#around = around;
    around.launched.exited.then(
      (exit) => (this.#ended ??= exit),
      () => {},
    );
  }

  /**
   * Processes of the container by its own group, which the runtime has made below the trial's. The runtime waits beside it as its parent: role `shim`. After a
   * run nothing is left: CPU time comes with the exit.
   */
  async target(): Promise<Target> {
    const { cgroup, spec } = this.#around;
    if (spec.activity !== 'hold' || cgroup === undefined) return { roles: [] };
    const pids = await this.#pids(cgroup);
    const table = await readProcessesTogether();
    const parent = table.find((entry) => pids.includes(entry.pid) && !pids.includes(entry.parentPid))?.parentPid;
    return {
      roles: [{ role: 'instance', pids, cgroups: [cgroup.ref] }, ...(parent === undefined ? [] : [waitingRuntime(parent)])],
    };
  }

  /** A timed run is left alone until its exit, as every launched process. */
  async ready(): Promise<void> {
    const { launched, spec } = this.#around;
    if (spec.activity === 'hold') await launched.firstByte;
  }

  async request(input: Uint8Array, replyBytes: number): Promise<Reply> {
    return requestOf(this.#around.launched, this.#around.spec, input, replyBytes);
  }

  async release(): Promise<void> {
    this.#around.launched.release();
  }

  async exited(): Promise<ExitFacts> {
    const { launched, spec } = this.#around;
    const exit = await exitOf(launched, spec);
    if (exit.timedOut) {
      const missed = exit.firstByteNs === undefined;
      throw missed ? timeoutError('first byte', firstByteLimitNs(spec)) : timeoutError('exit', spec.exitTimeoutNs);
    }
    const origin = 'wait4 rusage (user + system) of the runtime and the program in it';
    return {
      t0Ns: exit.t0Ns,
      t1Ns: exit.firstByteNs,
      t2Ns: exit.exitNs,
      exitCode: exit.code,
      abnormal: exit.signal === undefined ? undefined : `the runtime ended by ${exit.signal}`,
      stdout: exit.stdout,
      stdoutTruncated: exit.stdoutTruncated,
      stderrTail: exit.stderrTail,
      phases: phasesOf(exit),
      cpu: exit.cpuNs === undefined ? [] : [{ role: 'instance', cpuNs: exit.cpuNs, origin }],
      loops: [],
    };
  }

  /** A runtime that ended by itself with the program's end has cleaned up; in every other case it is asked to, by force. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const { launched, cgroup, bundle, forceDelete } = this.#around;
    const clean = this.#ended !== undefined && !this.#ended.timedOut && this.#ended.code === 0;
    try {
      if (!clean) {
        launched.kill();
        await launched.exited.catch(() => {});
        await forceDelete();
      }
      await rm(bundle, { recursive: true, force: true });
    } finally {
      if (!clean && cgroup !== undefined) await this.#killAll(cgroup);
      await cgroup?.[Symbol.asyncDispose]();
    }
  }

  async #pids({ ref }: OwnedCgroup): Promise<readonly number[]> {
    const folder = ref.memoryV1 ?? ref.v2 ?? ref.cpuacctV1;
    return folder === undefined ? [] : [...new Set(await membersOf(join(folder, this.#around.id)))];
  }

  /** Half-made containers that the runtime itself does not know any more. */
  async #killAll(cgroup: OwnedCgroup): Promise<void> {
    for (const pid of await this.#pids(cgroup)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it ended by itself in between
      }
    }
  }
}

/** The runtime that waits for its container; it has no group of ours. */
export function waitingRuntime(...pids: readonly number[]): RoleTarget {
  return { role: 'shim', pids, cgroups: [] };
}

/** As far as the launcher sees: launch call, then the runtime until the program's first byte, then the program's end and the runtime's own cleaning up. */
function phasesOf({ t0Ns, spawnedNs, firstByteNs, exitNs }: LaunchExit): readonly Phase[] {
  const spawn: Phase = { phase: 'spawn', layer: 'kernel', startNs: t0Ns, endNs: spawnedNs };
  if (firstByteNs === undefined) return [spawn, { phase: 'runtime', layer: 'oci-runtime', startNs: spawnedNs, endNs: exitNs }];
  return [
    spawn,
    { phase: 'runtime', layer: 'oci-runtime', startNs: spawnedNs, endNs: firstByteNs },
    { phase: 'exit', layer: 'oci-runtime', startNs: firstByteNs, endNs: exitNs },
  ];
}
