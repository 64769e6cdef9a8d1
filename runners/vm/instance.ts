import { readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { OwnedCgroup } from '../../core/model/context.ts';
import { BenchError, timeoutError } from '../../core/model/error.ts';
import type { Launched, LaunchExit } from '../native/launcher.ts';
import type { ExitFacts, Instance, StartSpec, Target } from '../runner.ts';
import { guestPhases, type GuestStory, parseMarks } from './marks.ts';
import { debugExitStatus } from './qemu-command.ts';

const QEMU = { name: 'QEMU', statusOf: debugExitStatus };
/** What native/vm-init takes for end of file; any other byte goes to the program. */
const END_OF_FILE = '\u0004';
const CONSOLE_TAIL_BYTES = 1200;
const STDERR_TAIL_BYTES = 4096;

/** The files of one guest, in a folder of its own that goes with it. */
export interface GuestFiles {
  readonly folder: string;
  readonly stderr: string;
  readonly marks: string;
  readonly console: string;
  readonly control: string;
}

export function guestFiles(folder: string): GuestFiles {
  return {
    folder,
    stderr: join(folder, 'stderr'),
    marks: join(folder, 'marks'),
    console: join(folder, 'console'),
    control: join(folder, 'control'),
  };
}

interface Life {
  readonly launched: Launched;
  readonly spec: StartSpec;
  readonly files: GuestFiles;
  readonly cgroup: OwnedCgroup | undefined;
  readonly tscKhz: number | undefined;
}

/** One guest: a QEMU process of ours, whose stdout is the program's. */
export class VmInstance implements Instance {
  readonly #life: Life;

  constructor(life: Life) {
    this.#life = life;
  }

  /** The VMM's process holds the guest's memory as well: what the guest touched is part of its PSS. */
  async target(): Promise<Target> {
    const { launched, cgroup } = this.#life;
    return { roles: [{ role: 'vmm', pids: [await launched.pid], ...(cgroup === undefined ? {} : { cgroup: cgroup.ref }) }] };
  }

  async ready(): Promise<void> {
    if (this.#life.spec.activity === 'hold') await this.#life.launched.firstByte;
  }

  /** EOT on the guest's second serial port: its init then closes the program's stdin. */
  async release(): Promise<void> {
    const { launched, spec, files } = this.#life;
    if (spec.activity !== 'hold') return;
    await new Promise<void>((resolve) => {
      const socket = connect(files.control, () => socket.end(END_OF_FILE));
      socket.once('close', () => resolve());
      // A guest that is gone has no socket; its exit tells the rest.
      socket.once('error', () => resolve());
    });
    launched.release();
  }

  async exited(): Promise<ExitFacts> {
    const { launched, files, tscKhz } = this.#life;
    const exit = await launched.exited;
    const story = parseMarks(await textOf(files.marks));
    const consoleTail = (await textOf(files.console)).slice(-CONSOLE_TAIL_BYTES).trim();
    if (exit.timedOut) throw this.#timeout(exit, story, consoleTail);
    return {
      t0Ns: exit.t0Ns,
      t1Ns: exit.firstByteNs,
      t2Ns: exit.exitNs,
      exitCode: story.end?.killed === false ? story.end.code : undefined,
      abnormal: abnormalEnd(exit, story, consoleTail),
      stdout: exit.stdout,
      stdoutTruncated: exit.stdoutTruncated,
      stderrTail: (await textOf(files.stderr)).slice(-STDERR_TAIL_BYTES) || exit.stderrTail,
      phases: guestPhases(exit, story, tscKhz),
      cpu:
        exit.cpuNs === undefined
          ? []
          : [{ role: 'vmm', cpuNs: exit.cpuNs, origin: 'wait4 rusage of the VMM (user + system), guest included' }],
      loops: [],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { launched, cgroup, files } = this.#life;
    launched.kill();
    await launched.exited.catch(() => {});
    await cgroup?.[Symbol.asyncDispose]();
    await rm(files.folder, { recursive: true, force: true });
  }

  #timeout(exit: LaunchExit, story: GuestStory, consoleTail: string): BenchError {
    const { readyTimeoutNs, exitTimeoutNs } = this.#life.spec;
    const silent = exit.firstByteNs === undefined;
    const limitNs = silent ? Math.min(readyTimeoutNs, exitTimeoutNs) : exitTimeoutNs;
    const { code, message, remedy } = timeoutError(silent ? 'first byte' : 'exit', limitNs);
    const where = story.beginTsc !== undefined ? 'the guest’s first process was reached' : 'the guest never reached its first process';
    return new BenchError({ code, message: `${message}: ${where}${tailText(consoleTail)}`, remedy, limitNs });
  }
}

/** How the guest ended, where it was not the program's own exit. */
export function abnormalEnd(
  exit: Pick<LaunchExit, 'signal' | 'code' | 'stderrTail'>,
  story: GuestStory,
  consoleTail: string,
  monitor: { readonly name: string; readonly statusOf: (code: number) => number } = QEMU,
): string | undefined {
  const { name } = monitor;
  if (exit.signal !== undefined) return `${name} was ended by ${exit.signal}`;
  if (story.failed !== undefined) return `the guest could not start the program: ${story.failed}`;
  if (story.beginTsc === undefined && consoleTail === '' && exit.code !== 0)
    return `${name} ended with ${exit.code}: ${exit.stderrTail.trim().slice(-500)}`;
  if (story.beginTsc === undefined) return `the guest never reached its first process${tailText(consoleTail)}`;
  if (!story.end) return `the guest ended while the program ran${tailText(consoleTail)}`;
  const code = story.end.killed ? 128 + story.end.code : story.end.code;
  const expected = monitor.statusOf(Math.min(code, 127));
  if (exit.code !== expected) return `${name} ended with ${exit.code}, the guest’s report says ${expected}`;
  return story.end.killed ? `the program was ended by signal ${story.end.code}` : undefined;
}

function tailText(consoleTail: string): string {
  return consoleTail === '' ? '; its console is empty' : `; end of its console: ${consoleTail}`;
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
