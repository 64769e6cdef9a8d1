import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Engine, isFound, type Toolbox } from '../../core/model/context.ts';
import type { findEngine } from '../docker/find-engine.ts';
import { readBundle } from '../engine/bundle.ts';
import type { Availability, DetectContext } from '../runner.ts';
import type { OciKind, RuntimeName } from './variants.ts';

/** Where each runtime lies in the private engine's own root; youki is ours and bound there (runners/engine/private-runtimes.ts). */
const INSIDE: Readonly<Record<RuntimeName, string>> = { runc: '/usr/sbin/runc', crun: '/usr/bin/crun', youki: '/run/bin/youki' };

/** Whether a variant can run here: in the root of the private engine, or with the host's own programs where the engine is the host's. */
export async function availabilityOf(
  kind: OciKind,
  host: DetectContext,
  engine: Awaited<ReturnType<typeof findEngine>>,
): Promise<Availability> {
  const { launcher, youki } = host.toolbox;
  if (process.getuid?.() !== 0) {
    return { available: false, reason: 'an OCI runtime without an engine needs root', remedy: 'run as root (sudo -E npm run bench)' };
  }
  if (!isFound(launcher)) return { available: false, reason: launcher.missing, remedy: launcher.remedy };
  if ('reason' in engine) return { available: false, ...engine };
  const isPrivate = engine.ownership === 'private';
  if (kind.runtime === 'youki' && !isFound(youki) && (isPrivate || kind.engine !== undefined)) {
    return { available: false, reason: youki.missing, remedy: youki.remedy };
  }
  if (isPrivate) {
    const version = kind.runtime === 'youki' && isFound(youki) ? youki.version : await packageVersion(kind.runtime, host.toolbox);
    return { available: true, version, evidence: `${INSIDE[kind.runtime]} of the private engine` };
  }
  const path = await hostPath(kind.runtime, host.toolbox);
  if (path === undefined) {
    const remedy = kind.runtime === 'youki' ? youki : { remedy: `apt-get install ${kind.runtime}` };
    return { available: false, reason: `no ${kind.runtime} on PATH`, remedy: 'remedy' in remedy ? remedy.remedy : 'npm run setup' };
  }
  const said = await versionText(path);
  if (kind.engine === 'wasmedge' && !/\+WASM:wasmedge/i.test(said)) {
    return {
      available: false,
      reason: 'the crun here is built without WasmEdge',
      remedy: 'install a crun built with it (Debian 13’s crun and libwasmedge0)',
    };
  }
  return { available: true, version: versionIn(said), evidence: path };
}

/** Debian's version of a package of the private engine. */
export async function packageVersion(name: string, { privateEngine }: Toolbox): Promise<string> {
  return (await readBundle(privateEngine)).versions[name] ?? 'unknown';
}

/** The runtime's program as the launcher names it. @returns undefined where there is none */
export async function runtimePath(runtime: RuntimeName, engine: Engine, toolbox: Toolbox): Promise<string | undefined> {
  return engine.ownership === 'private' ? INSIDE[runtime] : hostPath(runtime, toolbox);
}

/** Version in the first line of `--version`. */
export function versionIn(text: string): string {
  return /\d+\.\d+[^\s,]*/.exec(text)?.[0] ?? 'unknown';
}

/** The host’s own program, or our youki. */
export async function hostPath(runtime: RuntimeName, { youki }: Toolbox): Promise<string | undefined> {
  if (runtime === 'youki' && isFound(youki)) return youki.path;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  for (const folder of [...folders, '/usr/sbin', '/usr/local/sbin']) {
    const path = join(folder, runtime);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}

async function versionText(path: string): Promise<string> {
  return promisify(execFile)(path, ['--version'], { timeout: 5000 }).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
