import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnedCgroup } from '../../core/model/context.ts';
import { BenchError, timeoutError } from '../../core/model/error.ts';
import { answered, exitOf, firstByteLimitNs } from '../native/held.ts';
import type { Launched, LaunchExit } from '../native/launcher.ts';
import type { ExitFacts, Instance, Reply, RoleTarget, StartSpec, Target } from '../runner.ts';
import { GuestControl } from './control.ts';
import { guestPhases, type GuestStory, parseMarks } from './marks.ts';
import { debugExitStatus } from './qemu-command.ts';

const QEMU = { name: 'QEMU', statusOf: debugExitStatus };
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

const NOTHING = new Uint8Array();

interface Life {
  readonly launched: Launched;
  readonly spec: StartSpec;
  readonly files: GuestFiles;
  readonly cgroup: OwnedCgroup | undefined;
  readonly tscKhz: number | undefined;
  readonly now: () => number;
}

/** One guest: a QEMU process of ours, whose stdout is the program's. */
export class VmInstance implements Instance {
  readonly #life: Life;
  readonly #control: GuestControl;

  constructor(life: Life) {
    this.#life = life;
    this.#control = new GuestControl(life.files.control);
  }

  /** The VMM's process holds the guest's memory as well: what the guest touched is part of its PSS. */
  async target(): Promise<Target> {
    const { launched, cgroup } = this.#life;
    return { roles: [monitorRole([await launched.pid], cgroup)] };
  }

  async ready(): Promise<void> {
    if (this.#life.spec.activity === 'hold') await this.#life.launched.firstByte;
  }

  /** The bytes go in by the control socket; the reply is whole once QEMU, whose stdout is the program's, has written so many more. */
  async request(input: Uint8Array, replyBytes: number): Promise<Reply> {
    const { spec, now } = this.#life;
    return answered(this.#ask(input, replyBytes, now), spec, async () => {
      const { abnormal, exitCode } = await this.exited();
      return abnormal ?? `it ended with code ${exitCode}`;
    });
  }

  async release(): Promise<void> {
    const { launched, spec } = this.#life;
    if (spec.activity !== 'hold') return;
    await this.#control.endInput();
    launched.release();
  }

  async exited(): Promise<ExitFacts> {
    const { launched, spec, files, tscKhz } = this.#life;
    const exit = await exitOf(launched, spec);
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
    await this.#control.close();
    await cgroup?.[Symbol.asyncDispose]();
    await rm(files.folder, { recursive: true, force: true });
  }

  async #ask(input: Uint8Array, replyBytes: number, now: () => number): Promise<Reply> {
    const { launched } = this.#life;
    const reply = launched.write(NOTHING, replyBytes);
    reply.catch(() => {});
    // the launcher takes requests in their order: with this one's answer it is counting for the first
    await launched.write(NOTHING, 0);
    const sentNs = now();
    await this.#control.send(input);
    return { sentNs, repliedNs: (await reply).repliedNs };
  }

  #timeout(exit: LaunchExit, story: GuestStory, consoleTail: string): BenchError {
    const silent = exit.firstByteNs === undefined;
    const limitNs = silent ? firstByteLimitNs(this.#life.spec) : this.#life.spec.exitTimeoutNs;
    const { code, message, remedy } = timeoutError(silent ? 'first byte' : 'exit', limitNs);
    const where = story.beginTsc !== undefined ? 'the guest’s first process was reached' : 'the guest never reached its first process';
    return new BenchError({ code, message: `${message}: ${where}${tailText(consoleTail)}`, remedy, limitNs });
  }
}

/** The monitors of a fleet, or of one guest; a fleet's group is theirs even when there is no guest in it. */
export function monitorRole(pids: readonly number[], cgroup: OwnedCgroup | undefined): RoleTarget {
  return { role: 'vmm', pids, cgroups: cgroup === undefined ? [] : [cgroup.ref] };
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
