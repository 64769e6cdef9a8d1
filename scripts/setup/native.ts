import { createHash } from 'node:crypto';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../../core/model/context.ts';
import { cargoObstacle, NATIVE_SOURCES, nativeReleaseFolder, runCargo } from './cargo-build.ts';
import { publishFolder } from './publish.ts';
import { runLogged } from './run-logged.ts';
import { setupCommand, type Step } from './step.ts';

/** Package (which is also the program's name) → arguments with which it tells its version. */
const PROGRAMS = {
  'thirdwave-launcher': ['--origin-ns', '0'],
  'thirdwave-wasm-host': ['--origin-ns', '0'],
  'thirdwave-wasm-run': ['--version'],
  'thirdwave-power-reader': ['--origin-ns', '0'],
} as const;
type NativeProgram = keyof typeof PROGRAMS;

/** One of the Rust helpers, built from the sources of this clone. */
export async function findNative(cacheDir: string, program: NativeProgram): Promise<Tool> {
  const folder = join(cacheDir, 'native', await nativeSourceHash());
  try {
    const { versions } = JSON.parse(await readFile(join(folder, 'native.json'), 'utf8')) as { versions: Record<string, string> };
    return { path: join(folder, program), version: versions[program] ?? '' };
  } catch {
    return { missing: `${program} is not built from these sources`, remedy: setupCommand('native') };
  }
}

export const nativeStep: Step = {
  id: 'native',
  title: 'Rust helpers',
  why: 'precise launching, wasmtime embedded as a library and as a static runner, counters of perf; compiles about 200 crates (minutes)',
  needs: [],
  purposes: ['bench', 'test', 'self-bench'],
  serves: ['process', 'wasmtime', 'v8', 'oci', 'vm'],
  lane: 'compile',
  check: async ({ cacheDir }) => findNative(cacheDir, 'thirdwave-wasm-host'),
  obstacle: cargoObstacle,
  async make(work) {
    const { cacheDir, signal, logPath } = work;
    const packages = Object.keys(PROGRAMS).flatMap((name) => ['--package', name]);
    await runCargo(['build', '--release', '--locked', ...packages], { ...work, cwd: NATIVE_SOURCES });
    const release = await nativeReleaseFolder(cacheDir, work);
    const rustc = (await runLogged({ argv: ['rustc', '--version'], signal, logPath })).trim();
    await publishFolder(join(cacheDir, 'native', await nativeSourceHash()), async (temporary) => {
      const versions: Record<string, string> = { rustc };
      for (const [program, args] of Object.entries(PROGRAMS)) {
        await copyFile(join(release, program), join(temporary, program));
        versions[program] = versionIn(await runLogged({ argv: [join(temporary, program), ...args], signal, logPath }));
      }
      await writeFile(join(temporary, 'native.json'), `${JSON.stringify({ versions }, undefined, 2)}\n`);
    });
  },
};

/** What a program says of itself, in its hello or in words; that it says anything also proves that it runs here. */
function versionIn(output: string): string {
  const line = output.split('\n')[0] ?? '';
  if (!line.startsWith('{')) return line.slice(line.indexOf(' ') + 1).trim();
  const { version, wasmtime } = JSON.parse(line) as { version: string; wasmtime?: string };
  return wasmtime === undefined ? version : `${version}, wasmtime ${wasmtime}`;
}

let sourceHash: Promise<string> | undefined;

/** SHA-256 over the workspace's manifests, settings, lock file and sources (tests and examples do not change the programs). */
export async function nativeSourceHash(): Promise<string> {
  sourceHash ??= computeSourceHash();
  return sourceHash;
}

async function computeSourceHash(): Promise<string> {
  const entries = await readdir(NATIVE_SOURCES, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(NATIVE_SOURCES.length + 1))
    .filter((path) => /^(Cargo\.(toml|lock)|\.cargo\/config\.toml|[^/]+\/(Cargo\.toml|build\.rs|src\/.*\.rs))$/.test(path))
    .toSorted();
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(await readFile(join(NATIVE_SOURCES, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}
