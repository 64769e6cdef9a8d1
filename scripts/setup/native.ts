import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from '../../core/model/context.ts';
import { PROJECT_ROOT } from '../compose/paths.ts';
import { publishFolder } from './publish.ts';
import { runLogged } from './run-logged.ts';
import { setupCommand, type Step } from './step.ts';

const SOURCES = join(PROJECT_ROOT, 'native');
const PROGRAMS = ['thirdwave-launcher', 'thirdwave-wasm-host'] as const;
export type NativeProgram = (typeof PROGRAMS)[number];

/** cargo's own folder: kept between builds, so that a change of our sources compiles our sources only. */
export function nativeTargetFolder(cacheDir: string): string {
  return join(cacheDir, 'native', 'target');
}

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
  why: 'precise launching, wasmtime embedded as a library; compiles about 200 crates (minutes)',
  needs: [],
  purposes: ['bench', 'test', 'self-bench'],
  lane: 'compile',
  check: async ({ cacheDir }) => findNative(cacheDir, 'thirdwave-wasm-host'),
  obstacle: async () => {
    const found = await hasCargo();
    return found
      ? undefined
      : { reason: 'no Rust toolchain: cargo is not installed', remedy: 'install Rust 1.95 or newer (rustup), then npm run setup' };
  },
  async make({ cacheDir, signal, logPath, progress }) {
    const target = nativeTargetFolder(cacheDir);
    await mkdir(target, { recursive: true });
    let compiled = 0;
    const onLine = (line: string): void => {
      if (line.trimStart().startsWith('Compiling')) compiled += 1;
      progress(compiled > 0 ? `crate ${compiled}: ${line.trim()}` : line.trim());
    };
    const env = { ...process.env, CARGO_TARGET_DIR: target, CARGO_TERM_COLOR: 'never' };
    await runLogged({ argv: ['cargo', 'build', '--release', '--locked'], cwd: SOURCES, env, signal, logPath, onLine });
    const rustc = (await runLogged({ argv: ['rustc', '--version'], signal, logPath })).trim();
    await publishFolder(join(cacheDir, 'native', await nativeSourceHash()), async (temporary) => {
      const versions: Record<string, string> = { rustc };
      for (const program of PROGRAMS) {
        await copyFile(join(target, 'release', program), join(temporary, program));
        versions[program] = await versionOf(join(temporary, program), signal, logPath);
      }
      await writeFile(join(temporary, 'native.json'), `${JSON.stringify({ versions }, undefined, 2)}\n`);
    });
  },
};

/** What the program says of itself in its hello; this also proves that it runs here. */
async function versionOf(path: string, signal: AbortSignal, logPath: string): Promise<string> {
  const hello = await runLogged({ argv: [path, '--origin-ns', '0'], signal, logPath });
  const { version, wasmtime } = JSON.parse(hello.split('\n')[0] ?? '') as { version: string; wasmtime?: string };
  return wasmtime === undefined ? version : `${version}, wasmtime ${wasmtime}`;
}

async function hasCargo(): Promise<boolean> {
  const { access } = await import('node:fs/promises');
  const folders = (process.env['PATH'] ?? '').split(':');
  const found = await Promise.all(
    folders.map(async (folder) =>
      access(join(folder, 'cargo')).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

let sourceHash: Promise<string> | undefined;

/** SHA-256 over the workspace's manifests, lock file and sources (tests and examples do not change the programs). */
export async function nativeSourceHash(): Promise<string> {
  sourceHash ??= computeSourceHash();
  return sourceHash;
}

async function computeSourceHash(): Promise<string> {
  const entries = await readdir(SOURCES, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(SOURCES.length + 1))
    .filter((path) => /^(Cargo\.(toml|lock)|[^/]+\/(Cargo\.toml|src\/.*\.rs))$/.test(path))
    .toSorted();
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(await readFile(join(SOURCES, file)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}
