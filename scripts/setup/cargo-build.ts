import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../compose/paths.ts';
import { runLogged } from './run-logged.ts';
import type { Step, StepWork } from './step.ts';

/** The Rust workspace. */
export const NATIVE_SOURCES = join(PROJECT_ROOT, 'native');

/** cargo's own folder: kept between builds and shared by all of them, so that wasmtime is compiled once and a change of our sources compiles our sources only. */
export function nativeTargetFolder(cacheDir: string): string {
  return join(cacheDir, 'native', 'target');
}

/** Where cargo puts programs of our workspace: it builds for a named target (native/.cargo/config.toml), this machine. @throws BenchError `command-failed` */
export async function nativeReleaseFolder(cacheDir: string, call: Pick<StepWork, 'signal' | 'logPath'>): Promise<string> {
  const { signal, logPath } = call;
  const target = (await runLogged({ argv: ['rustc', '--print', 'host-tuple'], signal, logPath })).trim();
  return join(nativeTargetFolder(cacheDir), target, 'release');
}

/** Runs cargo on our workspace or elsewhere, its crates counted as progress. @throws BenchError `command-failed`, `command-missing` */
export async function runCargo(
  args: readonly string[],
  { cacheDir, signal, logPath, progress, cwd, env }: StepWork & { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<void> {
  let compiled = 0;
  const onLine = (line: string): void => {
    if (line.trimStart().startsWith('Compiling')) compiled += 1;
    progress(compiled > 0 ? `crate ${compiled}: ${line.trim()}` : line.trim());
  };
  const whole = { ...process.env, CARGO_TARGET_DIR: nativeTargetFolder(cacheDir), CARGO_TERM_COLOR: 'never', ...env };
  await mkdir(whole.CARGO_TARGET_DIR, { recursive: true });
  await runLogged({ argv: ['cargo', ...args], cwd, env: whole, signal, logPath, onLine });
}

/** Why nothing can be compiled here. */
export const cargoObstacle: NonNullable<Step['obstacle']> = async () => {
  const folders = (process.env['PATH'] ?? '').split(':');
  const found = await Promise.all(folders.map(async (folder) => isThere(join(folder, 'cargo'))));
  return found.includes(true)
    ? undefined
    : { reason: 'no Rust toolchain: cargo is not installed', remedy: 'install Rust 1.95 or newer (rustup), then npm run setup' };
};

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
