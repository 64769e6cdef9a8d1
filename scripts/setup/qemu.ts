import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../../core/model/context.ts';
import { BUNDLE_SUITE, findBundle, makeBundle, type Bundle } from './debian-bundle.ts';
import { onPath } from '../../core/host/on-path.ts';
import { hostSuite, readOsRelease } from './os-release.ts';
import { publishFolder } from './publish.ts';
import { runLogged } from './run-logged.ts';
import { setupCommand, type Step } from './step.ts';

const PROGRAM = 'qemu-system-x86_64';

/** Debian release whose QEMU and kernel guests get: the host's own where it is Debian. */
export const guestSuite = async (): Promise<string> => hostSuite(BUNDLE_SUITE);

/** Why nothing of Debian's can be unpacked for x86-64 guests here, or undefined. */
export async function vmObstacle(): Promise<{ readonly reason: string; readonly remedy: string } | undefined> {
  if (process.arch !== 'x64') return { reason: `virtual machines are x86-64 only, this is ${process.arch}`, remedy: 'use an x86-64 host' };
  const os = await readOsRelease();
  if (os.debianLike) return undefined;
  return { reason: `${os.prettyName} is neither Debian nor Ubuntu`, remedy: 'install QEMU (qemu-system-x86_64 on PATH)' };
}

async function request(cacheDir: string) {
  return { name: 'qemu', suite: await guestSuite(), packages: ['qemu-system-x86'], cacheDir };
}

function recordPath(cacheDir: string, bundle: Bundle): string {
  return join(cacheDir, 'qemu-bundle', bundle.hash, 'qemu.json');
}

/**
 * QEMU's program where it is on PATH, else `qemu.json` of the unpacked one: how to call it (`argv`, `env`), its `binary` and its version. It is
 * started through its own loader, so that its C library need not be the host's.
 */
export async function findQemu(cacheDir: string): Promise<Tool> {
  const found = await onPath(PROGRAM);
  if (found !== undefined) return { path: found, version: 'the host’s own' };
  const bundle = await findBundle(await request(cacheDir));
  const missing: Tool = { missing: 'QEMU is not here', remedy: setupCommand('qemu') };
  if (!bundle) return missing;
  const path = recordPath(cacheDir, bundle);
  return access(path).then(
    (): Tool => ({ path, version: bundle.versions['qemu-system-x86'] ?? '' }),
    (): Tool => missing,
  );
}

export const qemuStep: Step = {
  id: 'qemu',
  title: 'QEMU',
  why: 'boots virtual machines; Debian’s qemu-system-x86, unpacked into the cache (170 MB), never installed',
  needs: [],
  purposes: ['bench', 'test'],
  serves: ['vm'],
  lane: 'light',
  check: async ({ cacheDir }) => findQemu(cacheDir),
  obstacle: vmObstacle,
  async make({ cacheDir, signal, logPath, progress }) {
    const bundle = await makeBundle(await request(cacheDir), { signal, logPath, progress });
    const path = recordPath(cacheDir, bundle);
    await publishFolder(join(path, '..'), async (temporary) => {
      const record = recordOf(bundle);
      const answer = await runLogged({ argv: [...record.argv, '--version'], env: { ...process.env, ...record.env }, signal, logPath });
      if (!answer.startsWith('QEMU emulator version')) throw new Error(`unexpected answer: ${answer}`);
      await writeFile(join(temporary, 'qemu.json'), `${JSON.stringify(record, undefined, 2)}\n`);
    });
    await readFile(path);
  },
};

function recordOf({ root, versions }: Bundle) {
  // Releases before Debian 13 keep the C library outside /usr.
  const [base, rest] = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'].map((folder) => join(root, folder)) as [string, string];
  const binary = join(root, 'usr/bin', PROGRAM);
  const argv: [string, ...string[]] = [
    join(base, 'ld-linux-x86-64.so.2'),
    '--library-path',
    `${base}:${rest}`,
    binary,
    ...['usr/share/qemu', 'usr/share/seabios'].flatMap((folder) => ['-L', join(root, folder)]),
  ];
  // accelerators are modules: without this they are looked for below /usr
  const env = { QEMU_MODULE_DIR: join(rest, 'qemu') };
  return { argv, env, binary, version: versions['qemu-system-x86'] ?? '' };
}
