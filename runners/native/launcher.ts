import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, isFound, type RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import { launchByNode } from './node-launcher.ts';
import { RustLauncher } from './rust-launcher.ts';

/** What to launch. `env` is exactly what the program gets. */
export interface LaunchSpec {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: { readonly kind: 'empty' } | { readonly kind: 'hold' } | { readonly kind: 'bytes'; readonly bytes: Uint8Array };
  /** joined between fork and exec: for memory trials only, the join is inside t0…t1 */
  readonly cgroupProcsFiles: readonly string[];
  readonly readyTimeoutNs: number;
  readonly exitTimeoutNs: number;
}

/** A launched process. Times: ns since the run's origin. */
export interface Launched {
  /** resolves when the process exists; for `stdin: hold` at once, else possibly together with `exited` */
  readonly pid: Promise<number>;
  /** resolves at the first output byte, or at the exit of a program that prints nothing */
  readonly firstByte: Promise<void>;
  readonly exited: Promise<LaunchExit>;
  /**
   * Writes to a held stdin (at most 4096 bytes) and waits until `replyBytes` more bytes of stdout are here; 0: not at all.
   * @throws BenchError `not-running` (not held, or released), `ended` (before the reply was whole), `input-full` (it does not read)
   */
  write(bytes: Uint8Array, replyBytes: number): Promise<WriteStamps>;
  release(): void;
  kill(): void;
}

/** ns since the run's origin: just before the write, and when the last byte of the reply was here. */
export interface WriteStamps {
  readonly sentNs: number;
  readonly repliedNs: number;
}

export interface LaunchExit {
  readonly t0Ns: number;
  /** the launch call returned */
  readonly spawnedNs: number;
  readonly firstByteNs: number | undefined;
  readonly exitNs: number;
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  /** user + system of this process and its waited-for children; undefined where the launcher cannot know */
  readonly cpuNs: number | undefined;
  readonly stdout: Uint8Array;
  readonly stdoutTruncated: boolean;
  readonly stderrTail: string;
}

export interface Launcher extends AsyncDisposable {
  /** for the record: what issued the launch call */
  readonly kind: 'rust' | 'node';
  launch(spec: LaunchSpec): Promise<Launched>;
}

export const STDOUT_LIMIT_BYTES = 1024 * 1024;

/**
 * The Rust launcher where it was built, else Node's own spawn with a warning: Node blocks about 3 ms more per 100 MiB of its own
 * memory during a spawn (reference: method notes §4.5), which then is part of t1 − t0.
 */
export async function openLauncher(context: RunContext): Promise<Launcher> {
  const { launcher } = context.toolbox;
  if (isFound(launcher)) return RustLauncher.start([launcher.path], context.originNs);
  context.log.warn(`processes are launched by Node, which inflates their start: ${launcher.missing} (${launcher.remedy})`);
  return { kind: 'node', launch: async (spec) => launchByNode(spec, context), [Symbol.asyncDispose]: async () => {} };
}

/**
 * The Rust launcher where the engine's daemons run: a copy of it, started in their namespaces. It launches what needs their file system and stamps on the
 * same CLOCK_MONOTONIC. Its pids are those of that PID namespace.
 * @throws BenchError `launcher-missing` where it was not built
 */
export async function openEngineLauncher(context: RunContext, { enter, shared }: Engine): Promise<Launcher> {
  const { launcher } = context.toolbox;
  if (!isFound(launcher)) throw new BenchError({ code: 'launcher-missing', message: launcher.missing, remedy: launcher.remedy });
  const [first, ...more] = enter;
  if (first === undefined) return RustLauncher.start([launcher.path], context.originNs);
  const copy = join(shared.here, 'launcher');
  // by renaming: a copy that is being executed cannot be written to
  await copyFile(launcher.path, `${copy}.new`);
  await rename(`${copy}.new`, copy);
  return RustLauncher.start([first, ...more, join(shared.inside, 'launcher')], context.originNs);
}
