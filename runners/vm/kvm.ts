import { execFile } from 'node:child_process';
import { access, constants, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFound } from '../../core/model/context.ts';
import { codeOf } from '../../core/model/error.ts';
import type { DetectContext } from '../runner.ts';
import { keepInitramfs } from './initramfs.ts';
import { parseMarks } from './marks.ts';
import { qemuCommand } from './qemu-command.ts';
import { type Qemu, readQemu } from './qemu-program.ts';

/** On hardware the same boot takes well below 1 s; a guest that is not there by then does not run here. */
const LIMIT_S = 4;
const DEVICE = '/dev/kvm';

/** Whether guests may use KVM here, and the evidence in words. */
export interface KvmVerdict {
  readonly usable: boolean;
  readonly because: string;
}

let verdict: Promise<KvmVerdict> | undefined;

/**
 * Decided by booting, once in the life of this process: a device that opens and a CPU flag that is set say nothing (nested and paravirtual KVM
 * that boots no stock kernel has both).
 */
export async function kvmVerdict(host: DetectContext): Promise<KvmVerdict> {
  verdict ??= decide(host);
  return verdict;
}

async function decide(host: DetectContext): Promise<KvmVerdict> {
  const obstacle = await access(DEVICE, constants.R_OK | constants.W_OK).then(
    () => undefined,
    (error: unknown) => (codeOf(error) === 'ENOENT' ? `there is no ${DEVICE}` : `${DEVICE} may not be opened (${codeOf(error)})`),
  );
  if (obstacle !== undefined) return { usable: false, because: obstacle };
  const { vmInit, vmKernelCloud, qemu } = host.toolbox;
  if (!isFound(vmInit) || !isFound(vmKernelCloud))
    return { usable: false, because: 'nothing to boot: the guest’s kernel or init is missing' };
  const initrd = await keepInitramfs(host.cacheDir, { init: await readFile(vmInit.path) });
  return tryBoot(await readQemu(qemu), vmKernelCloud.path, initrd.path);
}

/** Boots to the first process, which finds no program and ends the guest. */
async function tryBoot(qemu: Qemu, kernel: string, initrd: string): Promise<KvmVerdict> {
  const folder = await mkdtemp(join(tmpdir(), 'thirdwave-kvm-'));
  try {
    const marks = join(folder, 'marks');
    const spec = {
      machine: 'q35',
      accelerator: 'kvm',
      kernel,
      initrd,
      tscKhz: undefined,
      marks,
      console: join(folder, 'console'),
    } as const;
    const start = performance.now();
    // “timeout” ends it even if this process is killed meanwhile.
    const stderr = await ended(['timeout', '--signal=KILL', String(LIMIT_S), ...qemuCommand(qemu, spec)], qemu.env);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const { beginTsc } = parseMarks(await readFile(marks, 'utf8').catch(() => ''));
    if (beginTsc !== undefined) return { usable: true, because: `a guest booted with it in ${seconds} s` };
    const words = stderr.split('\n').find((line) => line.trim() !== '');
    const said = words === undefined ? '' : `; QEMU says: ${words.trim().slice(0, 160)}`;
    return { usable: false, because: `${DEVICE} opens, but a stock kernel did not reach its first process (${seconds} s)${said}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ended([command, ...args]: readonly [string, ...string[]], env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, args, { env: { ...env, PATH: process.env['PATH'] ?? '' } }, (_error, _stdout, stderr) => resolve(stderr));
  });
}
