import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Tool } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import { parseClosure } from './apt-sources.ts';
import { makeBundle, openPrivateApt } from './debian-bundle.ts';
import { inRoot, type InRootOptions, inRootObstacle } from './in-root.ts';
import { guestSuite, vmObstacle } from './qemu.ts';
import { runLogged } from './run-logged.ts';
import { setupCommand, type Step, type StepWork } from './step.ts';
import { findKernel, KERNEL_FOLDER, publishKernel } from './vm-kernel-cloud.ts';

/** What compiles a kernel, as if nothing were installed: a kernel's build calls half of a small system. */
const TOOLS =
  'gcc libc6-dev libelf-dev make flex bison bc perl-base dash coreutils findutils diffutils grep sed mawk gzip cpio xz-utils'.split(' ');

/**
 * On top of `tinyconfig`: a 64-bit guest that unpacks an initramfs, runs a static program and talks by ports and one serial line. No disks, no
 * network, no PCI, no ACPI, no modules. PVH lets a monitor jump to the uncompressed kernel. What a program may ask of a kernel (futexes, polling,
 * timers, shared memory, time) is there.
 */
const OPTIONS = [
  '64BIT BLK_DEV_INITRD BINFMT_ELF BINFMT_SCRIPT PRINTK PRINTK_TIME BUG CC_OPTIMIZE_FOR_PERFORMANCE KERNEL_GZIP',
  'TTY SERIAL_8250 SERIAL_8250_CONSOLE X86_IOPL_IOPERM',
  'HYPERVISOR_GUEST PARAVIRT KVM_GUEST PVH X86_X2APIC X86_MPPARSE',
  'HIGH_RES_TIMERS NO_HZ_IDLE POSIX_TIMERS RANDOM_TRUST_CPU',
  'MULTIUSER FUTEX EPOLL EVENTFD SIGNALFD TIMERFD FILE_LOCKING ADVISE_SYSCALLS MEMBARRIER RSEQ SHMEM TMPFS',
].flatMap((line) => line.split(' '));

/** Selected by none of the others and refused by some configurations: wanted, not demanded. */
const OPTIONAL: readonly string[] = ['X86_X2APIC', 'X86_MPPARSE', 'PARAVIRT'];

const EXTRA_TOOLS = '.thirdwave-tools';

/** Nothing in the image depends on when, where and by whom it was built. */
const BUILD_ENVIRONMENT = {
  // releases before Debian 13 keep some tools outside /usr
  PATH: `/build/${EXTRA_TOOLS}:/usr/sbin:/usr/bin:/sbin:/bin`,
  KBUILD_BUILD_TIMESTAMP: '1970-01-01',
  KBUILD_BUILD_USER: 'thirdwave',
  KBUILD_BUILD_HOST: 'thirdwave',
};

function kind(): string {
  return `small-${createHash('sha256').update(JSON.stringify(OPTIONS)).digest('hex').slice(0, 12)}`;
}

export async function findSmallKernel(cacheDir: string): Promise<Tool> {
  return findKernel(cacheDir, kind(), {
    missing: 'the small guest kernel is built only when asked for',
    remedy: setupCommand('vm-kernel'),
  });
}

export const smallKernelStep: Step = {
  id: 'vm-kernel',
  title: 'Small guest kernel',
  why: 'a kernel for virtual machines only, compiled from Debian’s linux-source (6 minutes on 2 cores, 140 MB to download, 2 GB while it builds)',
  needs: [],
  purposes: [],
  serves: [],
  lane: 'compile',
  check: async ({ cacheDir }) => findSmallKernel(cacheDir),
  obstacle: async ({ cacheDir }) => {
    const signal = new AbortController().signal;
    const obstacle = await inRootObstacle({ signal, logPath: join(cacheDir, 'logs', 'vm-kernel.log') });
    return obstacle ? { reason: obstacle.message, remedy: obstacle.remedy ?? '' } : vmObstacle();
  },
  async make(work) {
    const { cacheDir, signal, logPath, progress } = work;
    const suite = await guestSuite();
    const tools = await makeBundle({ name: 'kernel-tools', suite, packages: TOOLS, cacheDir }, { signal, logPath, progress });
    const folder = join(cacheDir, KERNEL_FOLDER);
    await mkdir(folder, { recursive: true });
    const workDir = await mkdtemp(join(folder, '.tmp-build-'));
    try {
      const source = await unpackSource(work, suite, workDir);
      const image = await compile(work, tools.root, workDir);
      await publishKernel(
        cacheDir,
        `${kind()}-${source.version.replaceAll(/[^\w.+~-]/g, '_')}`,
        `${source.name} ${source.version}, small`,
        image,
      );
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
  },
};

/** Debian's kernel source of this release as `<workDir>/linux`. */
async function unpackSource({ cacheDir, signal, logPath, progress }: StepWork, suite: string, workDir: string) {
  const call = { signal, logPath };
  const apt = await openPrivateApt(suite, cacheDir, { ...call, progress });
  const simulate = ['install', '--yes', '--no-install-recommends', '--simulate', 'linux-source'];
  const [name, version] = Object.entries(parseClosure(await apt.run(call, simulate))).find(([one]) => /^linux-source-\d/.test(one)) ?? [];
  if (name === undefined || version === undefined) {
    throw new BenchError({ code: 'no-kernel-package', message: 'linux-source names no source package', remedy: `see ${logPath}` });
  }
  const download = join(workDir, 'download');
  await mkdir(download);
  await apt.unpack({ ...call, progress }, name, download);
  progress('unpacking the kernel’s source');
  const linux = join(workDir, 'linux');
  await mkdir(linux);
  const tar = join(download, 'usr/src', `${name}.tar.xz`);
  await runLogged({ ...call, argv: ['tar', '--extract', '--xz', '--strip-components=1', '--directory', linux, '--file', tar] });
  await rm(download, { recursive: true });
  return { name, version };
}

async function compile({ signal, logPath, progress }: StepWork, root: string, workDir: string): Promise<string> {
  const linux = join(workDir, 'linux');
  let compiled = 0;
  const options: InRootOptions = {
    signal,
    logPath,
    onLine: (line) => {
      if (/^\s+(CC|LD|AS|AR)\s/.test(line)) compiled += 1;
      progress(`${compiled} files: ${line.trim()}`);
    },
    binds: [{ from: linux, to: '/build' }],
    cwd: '/build',
    env: BUILD_ENVIRONMENT,
  };
  const make = async (...targets: readonly string[]): Promise<string> => inRoot(root, ['make', ...targets], options);
  // awk is a link that a package's script makes, and scripts do not run in a bundle.
  await mkdir(join(linux, EXTRA_TOOLS));
  await symlink('/usr/bin/mawk', join(linux, EXTRA_TOOLS, 'awk'));
  await make('tinyconfig');
  const base = await readFile(join(linux, '.config'), 'utf8');
  await writeFile(join(linux, '.config'), `${base}\n${OPTIONS.map((option) => `CONFIG_${option}=y`).join('\n')}\n`);
  await make('olddefconfig');
  await mustHold(join(linux, '.config'), logPath);
  await make(`-j${availableParallelism()}`, 'vmlinux');
  await inRoot(root, ['strip', '--strip-debug', '-o', 'vmlinux.stripped', 'vmlinux'], options);
  return join(linux, 'vmlinux.stripped');
}

/** Options a newer source renamed or refuses would be dropped in silence. @throws BenchError `kernel-option-lost` */
async function mustHold(path: string, logPath: string): Promise<void> {
  const config = await readFile(path, 'utf8');
  const lost = OPTIONS.filter((option) => !config.includes(`\nCONFIG_${option}=y\n`) && !OPTIONAL.includes(option));
  if (lost.length === 0) return;
  const message = `this kernel source does not take ${lost.join(', ')}`;
  throw new BenchError({
    code: 'kernel-option-lost',
    message,
    remedy: `change OPTIONS in scripts/setup/vm-kernel-small.ts; log: ${logPath}`,
  });
}
