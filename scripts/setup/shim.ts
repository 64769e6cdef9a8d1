import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import { cargoObstacle, NATIVE_SOURCES, nativeReleaseFolder, runCargo } from './cargo-build.ts';
import { nativeSourceHash } from './native.ts';
import { publishFolder } from './publish.ts';
import { runLogged } from './run-logged.ts';
import { shimBuildEnvironment } from './shim-libraries.ts';
import { setupCommand, type Step } from './step.ts';

const PROGRAM = 'containerd-shim-thirdwave-v1';

/** Our containerd shim, built from the sources of this clone. */
export async function findShim(cacheDir: string): Promise<Tool> {
  const folder = join(cacheDir, 'shim', await nativeSourceHash());
  try {
    const { version } = JSON.parse(await readFile(join(folder, 'shim.json'), 'utf8')) as { version: string };
    return { path: join(folder, PROGRAM), version };
  } catch {
    return { missing: `${PROGRAM} is not built from these sources`, remedy: setupCommand('shim') };
  }
}

/** After `native`, in the same cargo folder: wasmtime is there already. What the shim lacks never keeps the helpers from being built. */
export const shimStep: Step = {
  id: 'shim',
  title: 'containerd shim',
  why: 'runs WebAssembly modules as Docker containers; compiles about 200 crates more (minutes)',
  needs: ['native', 'shim-libraries'],
  purposes: ['bench', 'test'],
  serves: ['docker-wasm'],
  lane: 'compile',
  check: async ({ cacheDir }) => findShim(cacheDir),
  obstacle: cargoObstacle,
  async make(work) {
    const { cacheDir, signal, logPath } = work;
    const env = await shimBuildEnvironment(cacheDir, work);
    if (!env)
      throw new BenchError({
        code: 'command-missing',
        message: 'libseccomp and protoc are not here',
        remedy: setupCommand('shim-libraries'),
      });
    await runCargo(['build', '--release', '--locked', '--package', 'thirdwave-shim'], { ...work, cwd: NATIVE_SOURCES, env });
    const release = await nativeReleaseFolder(cacheDir, work);
    await publishFolder(join(cacheDir, 'shim', await nativeSourceHash()), async (temporary) => {
      await copyFile(join(release, PROGRAM), join(temporary, PROGRAM));
      const version = versionIn(await runLogged({ argv: [join(temporary, PROGRAM), '-v'], signal, logPath }));
      await writeFile(join(temporary, 'shim.json'), `${JSON.stringify({ version }, undefined, 2)}\n`);
    });
  },
};

/** The kit prints its fields one a line; the revision is our wasmtime's. */
function versionIn(output: string): string {
  const field = (name: string): string => new RegExp(`${name}: *(.+)`).exec(output)?.[1]?.trim() ?? '';
  return `${field('Version')}, wasmtime ${field('Revision')}`;
}
