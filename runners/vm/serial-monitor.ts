import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunContext, Tool } from '../../core/model/context.ts';
import { BenchError, timeoutError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { type Launched, type Launcher, openLauncher } from '../native/launcher.ts';
import type { ExitFacts, Instance, Prepared, RunnerSession, StartSpec, Target, Variant } from '../runner.ts';
import { abnormalEnd } from './instance.ts';
import { guestPhases, splitSerial } from './marks.ts';
import { type PreparedGuest, prepareGuest } from './prepare-guest.ts';
import { hostTscKhz } from './tsc.ts';

/** A virtual machine monitor that gives the guest one serial line, connected to its stdout, and needs KVM. */
export interface SerialMonitor {
  readonly name: string;
  readonly program: string;
  readonly version: string;
  kernelOf(variant: Variant, context: RunContext): Tool;
  /** the launch; `folder` is the guest's own, for sockets and logs */
  command(guest: SerialGuest): Promise<[string, ...string[]]>;
  /** what it must still be told once it runs; the guest runs when this resolves */
  configure?(guest: SerialGuest, gone: Promise<unknown>, limitNs: number): Promise<void>;
}

export interface SerialGuest {
  readonly folder: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly kernelArguments: string;
}

/** Only a panic is printed, behind whatever the program wrote: the line is the program's. `reboot=k` ends monitors that watch the keyboard controller. */
export const SERIAL_KERNEL_ARGUMENTS = 'console=ttyS0 loglevel=1 panic=-1 reboot=k pci=off';
const CONSOLE_TAIL_BYTES = 1200;

export class SerialMonitorSession implements RunnerSession {
  readonly #context: RunContext;
  readonly #launcher: Launcher;
  readonly #monitor: SerialMonitor;
  readonly #tscKhz: number | undefined;
  readonly #guests = new WeakMap<Prepared, PreparedGuest>();
  #count = 0;

  private constructor(context: RunContext, launcher: Launcher, monitor: SerialMonitor, tscKhz: number | undefined) {
    this.#context = context;
    this.#launcher = launcher;
    this.#monitor = monitor;
    this.#tscKhz = tscKhz;
  }

  static async open(context: RunContext, monitor: SerialMonitor): Promise<SerialMonitorSession> {
    return new SerialMonitorSession(context, await openLauncher(context), monitor, await hostTscKhz());
  }

  async prepare(variant: Variant, workload: Workload): Promise<Prepared> {
    const { name, program, version } = this.#monitor;
    const guest = await prepareGuest(this.#context, this.#monitor.kernelOf(variant, this.#context), workload, true);
    const prepared: Prepared = {
      variant,
      workload,
      digest: guest.digest,
      versions: { ...guest.versions, [name]: version, accel: 'kvm', launcher: this.#launcher.kind },
      artifacts: [...guest.artifacts, { form: 'file', kind: 'runtime', path: program }],
    };
    this.#guests.set(prepared, guest);
    return prepared;
  }

  /** @throws BenchError `activity-unsupported` for anything but `run`: nothing tells the guest to go on */
  async start(prepared: Prepared, spec: StartSpec): Promise<Instance> {
    const prepare = this.#guests.get(prepared);
    if (!prepare || spec.activity !== 'run') {
      throw new BenchError({ code: 'activity-unsupported', message: `${this.#monitor.name} guests only run to their exit` });
    }
    this.#count += 1;
    const folder = join(this.#context.tempDir, `${this.#monitor.name}-${this.#count}`);
    await mkdir(folder, { recursive: true });
    const guest = { folder, kernel: prepare.kernel, initrd: prepare.run.path, kernelArguments: SERIAL_KERNEL_ARGUMENTS };
    const launched = await this.#launcher.launch({
      argv: await this.#monitor.command(guest),
      env: {},
      stdin: { kind: 'empty' },
      cgroupProcsFiles: [],
      readyTimeoutNs: spec.readyTimeoutNs,
      exitTimeoutNs: spec.exitTimeoutNs,
    });
    const instance = new SerialInstance(launched, spec, folder, this.#monitor, this.#tscKhz);
    try {
      await this.#monitor.configure?.(guest, launched.exited, spec.readyTimeoutNs);
    } catch (error) {
      await instance[Symbol.asyncDispose]();
      throw error;
    }
    return instance;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#launcher[Symbol.asyncDispose]();
  }
}

class SerialInstance implements Instance {
  readonly #launched: Launched;
  readonly #spec: StartSpec;
  readonly #folder: string;
  readonly #monitor: SerialMonitor;
  readonly #tscKhz: number | undefined;

  constructor(launched: Launched, spec: StartSpec, folder: string, monitor: SerialMonitor, tscKhz: number | undefined) {
    this.#launched = launched;
    this.#spec = spec;
    this.#folder = folder;
    this.#monitor = monitor;
    this.#tscKhz = tscKhz;
  }

  async target(): Promise<Target> {
    return { roles: [{ role: 'vmm', pids: [await this.#launched.pid], cgroups: [] }] };
  }

  async ready(): Promise<void> {}
  async release(): Promise<void> {}

  async exited(): Promise<ExitFacts> {
    const exit = await this.#launched.exited;
    const { output, story } = splitSerial(exit.stdout);
    if (exit.timedOut) {
      const { readyTimeoutNs, exitTimeoutNs } = this.#spec;
      const silent = exit.firstByteNs === undefined;
      throw timeoutError(silent ? 'first byte' : 'exit', silent ? Math.min(readyTimeoutNs, exitTimeoutNs) : exitTimeoutNs);
    }
    // A program that prints nothing is followed by its mark: that byte is not its own.
    const seen = { ...exit, firstByteNs: output.length === 0 ? undefined : exit.firstByteNs };
    const consoleTail = story.end ? '' : Buffer.from(output).toString('latin1').slice(-CONSOLE_TAIL_BYTES).trim();
    return {
      t0Ns: exit.t0Ns,
      t1Ns: seen.firstByteNs,
      t2Ns: exit.exitNs,
      exitCode: story.end?.killed === false ? story.end.code : undefined,
      abnormal: abnormalEnd(exit, story, consoleTail, { name: this.#monitor.name, statusOf: () => 0 }),
      stdout: output,
      stdoutTruncated: exit.stdoutTruncated,
      stderrTail: exit.stderrTail,
      phases: guestPhases(seen, story, this.#tscKhz),
      cpu:
        exit.cpuNs === undefined
          ? []
          : [{ role: 'vmm', cpuNs: exit.cpuNs, origin: 'wait4 rusage of the VMM (user + system), guest included' }],
      loops: [],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#launched.kill();
    await this.#launched.exited.catch(() => {});
    await rm(this.#folder, { recursive: true, force: true });
  }
}
