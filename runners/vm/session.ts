import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { fleetOf } from '../native/fleet-of.ts';
import { launchLimits } from '../native/held.ts';
import { heldCgroup } from '../native/instance-cgroup.ts';
import { type Launcher, openLauncher } from '../native/launcher.ts';
import type { Fleet, Instance, Prepared, RunnerSession, StartSpec, Variant } from '../runner.ts';
import { guestFiles, monitorRole, VmInstance } from './instance.ts';
import { kvmVerdict } from './kvm.ts';
import { type PreparedGuest, prepareGuest } from './prepare-guest.ts';
import { type Accelerator, qemuCommand } from './qemu-command.ts';
import { type Qemu, readQemu } from './qemu-program.ts';
import { hostTscKhz } from './tsc.ts';
import { KERNEL_TOOLS, VARIANTS, type VmVariant } from './variants.ts';

/** What a prepared workload boots, and how. */
interface Guest extends PreparedGuest {
  readonly variant: VmVariant;
  readonly accelerator: Accelerator;
}

export class VmSession implements RunnerSession {
  readonly #context: RunContext;
  readonly #launcher: Launcher;
  readonly #qemu: Qemu;
  readonly #tscKhz: number | undefined;
  readonly #guests = new WeakMap<Prepared, Guest>();
  #count = 0;

  private constructor(context: RunContext, launcher: Launcher, qemu: Qemu, tscKhz: number | undefined) {
    this.#context = context;
    this.#launcher = launcher;
    this.#qemu = qemu;
    this.#tscKhz = tscKhz;
  }

  /** @throws BenchError `qemu-unavailable` */
  static async open(context: RunContext): Promise<VmSession> {
    const qemu = await readQemu(context.toolbox.qemu);
    return new VmSession(context, await openLauncher(context), qemu, await hostTscKhz());
  }

  /** @throws BenchError `artifact-missing`, `accelerator-unavailable`, and what `readGuestProgram` refuses */
  async prepare(planned: Variant, workload: Workload): Promise<Prepared> {
    const variant = VARIANTS.find(({ id }) => id === planned.id);
    if (!variant) throw new BenchError({ code: 'variant-unknown', message: `no variant ${planned.id}` });
    const accelerator = await this.#accelerator(planned);
    const guest = await prepareGuest(this.#context, this.#context.toolbox[KERNEL_TOOLS[variant.kernel]], workload, false);
    const prepared: Prepared = {
      variant: planned,
      workload,
      digest: guest.digest,
      versions: { ...guest.versions, qemu: this.#qemu.version, accel: accelerator, launcher: this.#launcher.kind },
      artifacts: [...guest.artifacts, { form: 'file', kind: 'runtime', path: this.#qemu.binary }],
    };
    this.#guests.set(prepared, { ...guest, variant, accelerator });
    return prepared;
  }

  async start(prepared: Prepared, spec: StartSpec): Promise<Instance> {
    const guest = this.#guests.get(prepared);
    const initrd = spec.activity === 'hold' ? guest?.hold : guest?.run;
    if (!guest || !initrd)
      throw new BenchError({ code: 'artifact-missing', message: `${prepared.workload.id} was not prepared for ${spec.activity}` });
    this.#count += 1;
    const files = guestFiles(join(this.#context.tempDir, `vm-${this.#count}`));
    await mkdir(files.folder, { recursive: true });
    const held = spec.activity === 'hold';
    const cgroup = await heldCgroup(this.#context, spec);
    const command = {
      machine: guest.variant.machine,
      accelerator: guest.accelerator,
      kernel: guest.kernel,
      initrd: initrd.path,
      tscKhz: this.#tscKhz,
      stderr: files.stderr,
      marks: files.marks,
      console: files.console,
      ...(held ? { control: files.control } : {}),
    };
    const launched = await this.#launcher.launch({
      argv: qemuCommand(this.#qemu, command),
      env: this.#qemu.env,
      stdin: held ? { kind: 'hold' } : { kind: 'empty' },
      cgroupProcsFiles: cgroup?.procsFiles ?? [],
      ...launchLimits(spec),
    });
    return new VmInstance({ launched, spec, files, cgroup, tscKhz: this.#tscKhz, now: () => this.#context.now() });
  }

  async openFleet(prepared: Prepared, { fleetGroup }: StartSpec): Promise<Fleet> {
    return fleetOf(async (spec) => this.start(prepared, spec), [monitorRole([], fleetGroup)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#launcher[Symbol.asyncDispose]();
  }

  /** What the plan says; where it says nothing (a direct call), what this host can do. */
  async #accelerator({ factors }: Variant): Promise<Accelerator> {
    const { accel } = factors;
    if (accel === 'tcg') return 'tcg';
    const { usable, because } = await kvmVerdict(this.#context);
    if (usable) return 'kvm';
    if (accel === undefined) return 'tcg';
    throw new BenchError({
      code: 'accelerator-unavailable',
      message: `the plan wants accel=${accel}: ${because}`,
      remedy: 'make a new plan on this host',
    });
  }
}
