import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../../core/model/context.ts';
import { cargoObstacle, runCargo } from './cargo-build.ts';
import { publishFolder } from './publish.ts';
import { runLogged } from './run-logged.ts';
import { setupCommand, type Step } from './step.ts';

const VERSION = '0.7.0';
/** what youki's own lock file pins */
const WASMTIME_VERSION = '46.0.1';
const FEATURES = 'v1,v2,wasm-wasmtime';

/**
 * What makes the compilation shorter and the program no slower where it is measured: a container's start is system calls and wasmtime's compiler, and both
 * are compiled with full optimisation; only optimisation across crates is left out.
 */
const PROFILE = {
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_DEBUG: 'false',
  CARGO_PROFILE_RELEASE_STRIP: 'true',
} as const;

function productFolder(cacheDir: string): string {
  return join(cacheDir, 'youki', `${VERSION}-wasmtime`);
}

/** youki, an OCI runtime in Rust, with its wasmtime handler. */
export async function findYouki(cacheDir: string): Promise<Tool> {
  try {
    const { version } = JSON.parse(await readFile(join(productFolder(cacheDir), 'youki.json'), 'utf8')) as { version: string };
    return { path: join(productFolder(cacheDir), 'youki'), version };
  } catch {
    return { missing: `youki ${VERSION} is not built`, remedy: setupCommand('youki') };
  }
}

export const youkiStep: Step = {
  id: 'youki',
  title: 'youki',
  why: 'an OCI runtime that runs WebAssembly by itself; compiled from the crate registry (minutes)',
  needs: [],
  purposes: ['bench', 'test'],
  serves: ['docker-wasm'],
  lane: 'compile',
  check: async ({ cacheDir }) => findYouki(cacheDir),
  obstacle: cargoObstacle,
  async make(work) {
    const { cacheDir, signal, logPath } = work;
    const target = join(cacheDir, 'youki', 'target');
    const root = join(cacheDir, 'youki', 'installed');
    const what = ['youki', '--version', VERSION, '--no-default-features', '--features', FEATURES];
    const env = { ...PROFILE, CARGO_TARGET_DIR: target };
    await runCargo(['install', ...what, '--locked', '--no-track', '--force', '--root', root], { ...work, cwd: cacheDir, env });
    await publishFolder(productFolder(cacheDir), async (temporary) => {
      await copyFile(join(root, 'bin', 'youki'), join(temporary, 'youki'));
      const output = await runLogged({ argv: [join(temporary, 'youki'), '--version'], signal, logPath });
      const version = `${/(\d+\.\d+\.\d+)/.exec(output)?.[1] ?? VERSION}, wasmtime ${WASMTIME_VERSION}`;
      await writeFile(join(temporary, 'youki.json'), `${JSON.stringify({ version }, undefined, 2)}\n`);
    });
    // An interrupted build goes on where it was; a finished one is 1 GB that nobody needs.
    await rm(target, { recursive: true, force: true });
    await rm(root, { recursive: true, force: true });
  },
};
