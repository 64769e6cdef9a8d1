import { execFile } from 'node:child_process';
import { access, constants, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFound } from '../../core/model/context.ts';
import { codeOf } from '../../core/model/error.ts';
import type { DetectContext } from '../runner.ts';
import { keepInitramfs } from './initramfs.ts';
import { guestFiles } from './instance.ts';
import { parseMarks } from './marks.ts';
import { type GuestSpec, qemuCommand } from './qemu-command.ts';
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
  return tryBoot(await readQemu(qemu), { accelerator: 'kvm', kernel: vmKernelCloud.path, initrd: initrd.path, tscKhz: undefined });
}

/**
 * Boots to the first process, which finds no program and ends the guest; within `limitS` or not at all. “timeout” ends QEMU even if this
 * process is killed meanwhile.
 */
export async function tryBoot(
  qemu: Qemu,
  guest: Pick<GuestSpec, 'accelerator' | 'kernel' | 'initrd' | 'tscKhz'>,
  limitS = LIMIT_S,
): Promise<KvmVerdict> {
  const folder = await mkdtemp(join(tmpdir(), 'thirdwave-kvm-'));
  try {
    const { stderr, marks, console } = guestFiles(folder);
    const command = qemuCommand(qemu, { ...guest, machine: 'q35', stderr, marks, console });
    const start = performance.now();
    const words = await ended(['timeout', '--signal=KILL', String(limitS), ...command], qemu.env);
    const seconds = (performance.now() - start) / 1000;
    const { beginTsc } = parseMarks(await readFile(marks, 'utf8').catch(() => ''));
    if (beginTsc !== undefined) return { usable: true, because: `a guest booted with it in ${seconds.toFixed(1)} s` };
    const said = words.trim() === '' ? '' : `; QEMU says: ${words.trim().split('\n')[0]?.slice(0, 160) ?? ''}`;
    const what = seconds < limitS && said !== '' ? 'QEMU did not start a guest with it' : 'a stock kernel did not reach its first process';
    return { usable: false, because: `${DEVICE} opens, but ${what} (${seconds.toFixed(1)} s)${said}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ended([command, ...args]: readonly [string, ...string[]], env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, args, { env: { ...env, PATH: process.env['PATH'] ?? '' } }, (_error, _stdout, stderr) => resolve(stderr));
  });
}
