import { access, chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import { BUNDLE_SUITE, type Bundle, findBundle, makeBundle } from './debian-bundle.ts';
import { hostSuite, readOsRelease } from './os-release.ts';
import { publishFolder } from './publish.ts';
import { runLogged } from './run-logged.ts';
import { setupCommand, type Step, type StepWork } from './step.ts';

/** libseccomp is linked into the shim statically; protoc translates containerd's interface descriptions, libprotobuf-dev has those they include. */
const PACKAGES = ['libseccomp-dev', 'protobuf-compiler', 'libprotobuf-dev'];
const PROTOC = 'protoc';

async function request(cacheDir: string) {
  return { name: 'shim-libraries', suite: await hostSuite(BUNDLE_SUITE), packages: PACKAGES, cacheDir };
}

/** Of the bundle's own protoc a starter: a program of an unpacked package finds its libraries only when told where they are. */
function starterFolder(cacheDir: string, bundle: Bundle): string {
  return join(cacheDir, 'shim-libraries', bundle.hash);
}

/**
 * Environment in which cargo can compile the shim. Found in the unpacked packages, else installed on this machine.
 * @returns undefined where neither is
 */
export async function shimBuildEnvironment(
  cacheDir: string,
  call: Pick<StepWork, 'signal' | 'logPath'>,
): Promise<Readonly<Record<string, string>> | undefined> {
  const bundle = await findBundle(await request(cacheDir));
  if (bundle && (await isThere(join(starterFolder(cacheDir, bundle), PROTOC)))) {
    return {
      LIBSECCOMP_LINK_TYPE: 'static',
      LIBSECCOMP_LIB_PATH: await folderOf('libseccomp.a', join(bundle.root, 'usr', 'lib')),
      PROTOC: join(starterFolder(cacheDir, bundle), PROTOC),
      PROTOC_INCLUDE: join(bundle.root, 'usr', 'include'),
    };
  }
  return installedEnvironment(call);
}

async function installedEnvironment({
  signal,
  logPath,
}: Pick<StepWork, 'signal' | 'logPath'>): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    await runLogged({ argv: ['protoc', '--version'], signal, logPath });
    const library = (await runLogged({ argv: ['cc', '-print-file-name=libseccomp.a'], signal, logPath })).trim();
    return library.startsWith('/') ? { LIBSECCOMP_LINK_TYPE: 'static', LIBSECCOMP_LIB_PATH: join(library, '..') } : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

export const shimLibrariesStep: Step = {
  id: 'shim-libraries',
  title: 'libseccomp, protoc',
  why: 'what compiling the containerd shim needs; Debian packages, unpacked into the cache, never installed',
  needs: [],
  purposes: ['bench', 'test'],
  serves: [],
  lane: 'light',
  check: async ({ cacheDir }): Promise<Tool> => {
    const logPath = join(cacheDir, 'logs', 'shim-libraries.log');
    const found = await shimBuildEnvironment(cacheDir, { signal: new AbortController().signal, logPath });
    return found
      ? { path: found['LIBSECCOMP_LIB_PATH'] ?? '', version: '' }
      : { missing: 'libseccomp and protoc are not here', remedy: setupCommand('shim-libraries') };
  },
  obstacle: async () => {
    const { debianLike, prettyName } = await readOsRelease();
    if (debianLike) return undefined;
    return {
      reason: `libseccomp (static) and protoc are not installed, and ${prettyName} has no Debian packages to unpack`,
      remedy: 'install libseccomp’s static library and protoc 3.15 or newer, then npm run setup -- --only shim',
    };
  },
  async make({ cacheDir, signal, logPath, progress }) {
    const bundle = await makeBundle(await request(cacheDir), { signal, logPath, progress });
    const libraries = await folderOf('libprotobuf.so', join(bundle.root, 'usr', 'lib'));
    await publishFolder(starterFolder(cacheDir, bundle), async (temporary) => {
      const starter = join(temporary, PROTOC);
      const text = `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${join(bundle.root, 'usr', 'bin', PROTOC)}' "$@"\n`;
      await writeFile(starter, text);
      await chmod(starter, 0o755);
      await runLogged({ argv: [starter, '--version'], signal, logPath });
    });
  },
};

/** Debian keeps libraries in a folder named after the architecture. */
async function folderOf(library: string, root: string): Promise<string> {
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (entry.isDirectory() && (await isThere(join(root, entry.name, library)))) return join(root, entry.name);
  }
  throw new BenchError({ code: 'package-incomplete', message: `the unpacked packages hold no ${library} below ${root}` });
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
