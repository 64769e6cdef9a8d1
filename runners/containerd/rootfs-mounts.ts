import type { RunContext, Engine } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import { type Launcher, openEngineLauncher } from '../native/launcher.ts';

/** A mount as containerd describes a snapshot. */
export interface Mount {
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

const CALL_LIMIT_NS = 10e9;
const FOLDER = '/run/thirdwave-rootfs';

/**
 * Mounts snapshots where the engine's daemons run, as dockerd does for its containers. For our shim: its kit mounts a root file system in a child of its own and waits
 * for that child by a reaper, which the shim does without (docs/decisions/0005), so under bare containerd it would wait for ever.
 */
export class RootfsMounts implements AsyncDisposable {
  readonly #launcher: Launcher;

  private constructor(launcher: Launcher) {
    this.#launcher = launcher;
  }

  static async open(context: RunContext, engine: Engine): Promise<RootfsMounts> {
    return new RootfsMounts(await openEngineLauncher(context, engine));
  }

  /** Where the root file system of a container will be, in the engine's own root. */
  path(id: string): string {
    return `${FOLDER}/${id}`;
  }

  /** @throws BenchError `start-failed` with the words of mount(8) */
  async mount(id: string, mounts: readonly Mount[]): Promise<void> {
    for (const { type, source, options } of mounts) {
      await this.#run(['/usr/bin/mount', '-t', type, '-o', [...options, 'X-mount.mkdir'].join(','), source, this.path(id)]);
    }
  }

  async unmount(id: string): Promise<void> {
    await this.#run(['/usr/bin/umount', this.path(id)]);
    await this.#run(['/usr/bin/rmdir', this.path(id)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#launcher[Symbol.asyncDispose]();
  }

  async #run(argv: readonly [string, ...string[]]): Promise<void> {
    const limits = { readyTimeoutNs: CALL_LIMIT_NS, exitTimeoutNs: CALL_LIMIT_NS };
    const launched = await this.#launcher.launch({ argv, env: {}, stdin: { kind: 'empty' }, cgroupProcsFiles: [], ...limits });
    const { code, stderrTail } = await launched.exited;
    if (code !== 0)
      throw new BenchError({ code: 'start-failed', message: `${argv.join(' ')}: ${stderrTail.trim() || `exit code ${code}`}` });
  }
}
