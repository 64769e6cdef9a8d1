import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../../core/model/context.ts';
import { PROJECT_ROOT } from '../compose/paths.ts';
import { publishFolder } from './publish.ts';
import { setupCommand, type Step } from './step.ts';
import { chooseToolchain, guestToolchainStep } from './workloads.ts';

const SOURCES = join(PROJECT_ROOT, 'native', 'vm-init');
const PROGRAM = 'init';

/** No library at all, not even the C library: system calls and I/O ports. Fixed addresses, so that nothing has to be relocated. */
const FLAGS = [
  '--edition=2021',
  '--crate-name=thirdwave_vm_init',
  '-Copt-level=s',
  '-Cpanic=abort',
  '-Crelocation-model=static',
  '-Cstrip=symbols',
  '-Clink-arg=-nostartfiles',
  '-Clink-arg=-nostdlib',
  '-Clink-arg=-static',
  '-Clink-arg=-Wl,--build-id=none',
];

/** The guest's first process, built from the sources of this clone. */
export async function findVmInit(cacheDir: string): Promise<Tool> {
  const folder = join(cacheDir, 'vm-init', await sourceHash());
  try {
    const { rustc } = JSON.parse(await readFile(join(folder, 'vm-init.json'), 'utf8')) as { rustc: string };
    return { path: join(folder, PROGRAM), version: `${(await sourceHash()).slice(0, 8)} (${rustc})` };
  } catch {
    return { missing: 'the guest’s first process is not built from these sources', remedy: setupCommand('vm-init') };
  }
}

export const vmInitStep: Step = {
  id: 'vm-init',
  title: 'Guest init',
  why: 'starts the workload inside a virtual machine and passes its output out; 5 kB, compiled in a second',
  needs: [guestToolchainStep.id],
  purposes: ['bench', 'test'],
  serves: ['vm'],
  lane: 'light',
  check: async ({ cacheDir }) => findVmInit(cacheDir),
  obstacle: async () =>
    process.arch === 'x64'
      ? undefined
      : { reason: `virtual machines are x86-64 only, this is ${process.arch}`, remedy: 'use an x86-64 host' },
  async make({ cacheDir, signal, logPath, progress }) {
    const call = { signal, logPath, onLine: progress };
    const toolchain = await chooseToolchain({ cacheDir }, call);
    const folder = join(cacheDir, 'vm-init');
    await mkdir(folder, { recursive: true });
    const workDir = await mkdtemp(join(folder, '.tmp-build-'));
    try {
      for (const file of await sourceFiles()) await copyFile(join(SOURCES, file), join(workDir, file));
      const base = toolchain.pathOf(workDir);
      const linker = [`-Clinker=${toolchain.linkers.native}`, '--remap-path-prefix', `${base}=/build`];
      const output = ['-o', join(base, PROGRAM), join(base, 'init.rs')];
      await toolchain.run(['rustc', ...FLAGS, '--target', toolchain.nativeTarget, ...linker, ...output], { ...call, workDir });
      await publishFolder(join(folder, await sourceHash()), async (temporary) => {
        await copyFile(join(workDir, PROGRAM), join(temporary, PROGRAM));
        await chmod(join(temporary, PROGRAM), 0o755);
        await writeFile(join(temporary, 'vm-init.json'), `${JSON.stringify({ rustc: toolchain.rustc, flags: FLAGS }, undefined, 2)}\n`);
      });
    } finally {
      await rm(workDir, { recursive: true, force: true });
    }
  },
};

async function sourceFiles(): Promise<readonly string[]> {
  return (await readdir(SOURCES)).filter((file) => file.endsWith('.rs')).toSorted();
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(FLAGS));
  for (const file of await sourceFiles())
    hash
      .update(`${file}\0`)
      .update(await readFile(join(SOURCES, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}
