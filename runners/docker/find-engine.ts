import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { isFound } from '../../core/model/context.ts';
import { codeOf } from '../../core/model/error.ts';
import { privateEngineObstacle } from '../engine/bundle.ts';
import { type EngineInfo, hostSocketPath, readEngineInfo } from '../engine/engine-request.ts';
import { privateRuntimeNames, toolBehind } from '../engine/private-runtimes.ts';
import type { Availability, DetectContext } from '../runner.ts';
import { registeredName } from './runtime-names.ts';

const ANSWER_LIMIT_MS = 5000;

/** The engine that a run would use. */
export interface FoundEngine {
  readonly ownership: 'host' | 'private';
  readonly version: string;
  readonly evidence: string;
  /** names the create call accepts */
  readonly runtimes: readonly string[];
}

/** The user's engine where it answers, else what the private one will be (it is not started for this); or why there is none. */
export async function findEngine({
  toolbox,
  signal,
}: Pick<DetectContext, 'toolbox' | 'signal'>): Promise<FoundEngine | { readonly reason: string; readonly remedy: string }> {
  const socketPath = hostSocketPath(process.env);
  if (socketPath !== undefined) {
    try {
      const info = await readEngineInfo(socketPath, ANSWER_LIMIT_MS, signal);
      const runtimes = await offeredRuntimes(info);
      return { ownership: 'host', version: info.ServerVersion, evidence: `answers on ${socketPath}; ${imageStore(info)}`, runtimes };
    } catch (error) {
      if (codeOf(error) !== 'engine-unavailable') throw error;
    }
  }
  const obstacle = privateEngineObstacle(toolbox.privateEngine);
  if (obstacle || !isFound(toolbox.privateEngine)) return obstacle ?? { reason: 'no engine', remedy: 'npm run setup' };
  const { version } = toolbox.privateEngine;
  return {
    ownership: 'private',
    version,
    evidence: 'private engine, started for the run; containerd image store',
    runtimes: privateRuntimeNames(toolbox),
  };
}

/** Whether the engine offers a runtime, with the words for it. */
export function runtimeAvailability(
  runtime: string,
  engine: Awaited<ReturnType<typeof findEngine>>,
  { toolbox }: Pick<DetectContext, 'toolbox'>,
): Availability {
  if ('reason' in engine) return { available: false, ...engine };
  const { version, evidence, ownership } = engine;
  if (registeredName(runtime, engine.runtimes) !== undefined) return { available: true, version, evidence };
  const tool = ownership === 'private' ? toolBehind(runtime, toolbox) : undefined;
  if (tool && !isFound(tool)) return { available: false, reason: tool.missing, remedy: tool.remedy };
  return {
    available: false,
    reason: `the engine has no runtime ${runtime}`,
    remedy:
      ownership === 'private'
        ? `use a Docker Engine that has ${runtime}: the private one does not`
        : `install ${runtime} and register it ${registration(runtime)}`,
  };
}

/** What a user adds to the daemon’s configuration; `entry`: `path` for a runc-compatible program, `runtimeType` for a containerd shim. */
export function registration(runtime: string, entry: Readonly<Record<string, string>> = { path: `/usr/bin/${runtime}` }): string {
  return `in /etc/docker/daemon.json: ${JSON.stringify({ runtimes: { [runtime]: entry } })}, then: systemctl restart docker`;
}

/** How the engine keeps images, in words: only the containerd store holds images of the platform wasi/wasm. */
export function imageStore({ Driver, DriverStatus }: Pick<EngineInfo, 'Driver' | 'DriverStatus'>): string {
  const containerd = Object.fromEntries(DriverStatus ?? [])['driver-type'] !== undefined;
  return `${containerd ? 'containerd image store' : 'graph driver'} ${Driver}`;
}

/** Every name the create call accepts: what is registered, and shims that containerd finds by their file’s name. */
export async function offeredRuntimes(info: Pick<EngineInfo, 'Runtimes'>): Promise<readonly string[]> {
  return [...Object.keys(info.Runtimes), ...(await shimsOnPath())];
}

/** containerd resolves `io.containerd.<name>.v1` to `containerd-shim-<name>-v1` on its own PATH, which is taken to be the usual one. */
async function shimsOnPath(): Promise<readonly string[]> {
  const names = ['thirdwave', 'wasmtime', 'wasmedge', 'wasmer', 'wamr'];
  const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'];
  const found = await Promise.all(
    names.flatMap((name) =>
      folders.map(async (folder) =>
        access(join(folder, `containerd-shim-${name}-v1`)).then(
          () => [`io.containerd.${name}.v1`],
          () => [],
        ),
      ),
    ),
  );
  return [...new Set(found.flat())];
}
