import type { OwnedCgroup } from '../../core/model/context.ts';
import { timeoutError } from '../../core/model/error.ts';
import type { ExitFacts, Instance, LoopFact, Phase, Reply, StartSpec, Target } from '../runner.ts';
import { exitOf, firstByteLimitNs, requestOf } from './held.ts';
import type { Launched, LaunchExit } from './launcher.ts';

/** How a technology reads its own story out of a finished process. */
export interface ExitReader {
  phases(exit: LaunchExit): readonly Phase[];
  loops(exit: LaunchExit): readonly LoopFact[];
  /** how it ended, where the technology knows better than the exit code (a trap) */
  abnormal(exit: LaunchExit): string | undefined;
  /** the program's own stderr, without what the technology wrote there */
  stderr(exit: LaunchExit): string;
}

/** An instance that is one process launched by us. */
export class LaunchedInstance implements Instance {
  readonly #launched: Launched;
  readonly #spec: StartSpec;
  readonly #cgroup: OwnedCgroup | undefined;
  readonly #reader: ExitReader;

  constructor(launched: Launched, spec: StartSpec, cgroup: OwnedCgroup | undefined, reader: ExitReader) {
    this.#launched = launched;
    this.#spec = spec;
    this.#cgroup = cgroup;
    this.#reader = reader;
  }

  async target(): Promise<Target> {
    return {
      roles: [{ role: 'instance', pids: [await this.#launched.pid], cgroups: this.#cgroup === undefined ? [] : [this.#cgroup.ref] }],
    };
  }

  /** A timed run is left alone until its exit: waking this process for a message would compete with it for the CPU. */
  async ready(): Promise<void> {
    if (this.#spec.activity === 'hold') await this.#launched.firstByte;
  }

  async request(input: Uint8Array, replyBytes: number): Promise<Reply> {
    return requestOf(this.#launched, this.#spec, input, replyBytes);
  }

  async release(): Promise<void> {
    this.#launched.release();
  }

  async exited(): Promise<ExitFacts> {
    const exit = await exitOf(this.#launched, this.#spec);
    if (exit.timedOut) throw this.#timeout(exit);
    return {
      t0Ns: exit.t0Ns,
      t1Ns: exit.firstByteNs,
      t2Ns: exit.exitNs,
      exitCode: exit.code,
      abnormal: exit.signal === undefined ? this.#reader.abnormal(exit) : `ended by ${exit.signal}`,
      stdout: exit.stdout,
      stdoutTruncated: exit.stdoutTruncated,
      stderrTail: this.#reader.stderr(exit),
      phases: this.#reader.phases(exit),
      cpu: exit.cpuNs === undefined ? [] : [{ role: 'instance', cpuNs: exit.cpuNs, origin: 'wait4 rusage (user + system)' }],
      loops: this.#spec.activity === 'loop' ? this.#reader.loops(exit) : [],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#launched.kill();
    await this.#launched.exited.catch(() => {});
    await this.#cgroup?.[Symbol.asyncDispose]();
  }

  #timeout(exit: LaunchExit): Error {
    return exit.firstByteNs === undefined
      ? timeoutError('first byte', firstByteLimitNs(this.#spec))
      : timeoutError('exit', this.#spec.exitTimeoutNs);
  }
}
