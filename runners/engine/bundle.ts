import { readFile } from 'node:fs/promises';
import { BenchError, messageOf } from '../../core/model/error.ts';
import { isFound, type Tool } from '../../core/model/context.ts';

/** The private engine's files, as preparation unpacked them (`engine.json`). */
export interface EngineBundle {
  /** folder with the `usr` of a small Debian system: docker.io, containerd, runc, iptables and all they need */
  readonly root: string;
  /** Debian package versions by name */
  readonly versions: Readonly<Record<string, string>>;
}

/** Why the private engine cannot run here, or undefined. */
export function privateEngineObstacle(tool: Tool): { readonly reason: string; readonly remedy: string } | undefined {
  if (process.platform !== 'linux') return { reason: `no private engine on ${process.platform}`, remedy: 'start Docker, then run again' };
  if (process.getuid?.() !== 0) {
    return {
      reason: 'no Docker Engine answers, and a private one needs root (mount, network and PID namespaces)',
      remedy: 'start Docker or join its group (sudo usermod -aG docker $USER), or run as root',
    };
  }
  return isFound(tool) ? undefined : { reason: tool.missing, remedy: tool.remedy };
}

/** @throws BenchError `engine-unavailable` with reason and remedy */
export async function readBundle(tool: Tool): Promise<EngineBundle> {
  const obstacle = privateEngineObstacle(tool);
  if (obstacle) throw new BenchError({ code: 'engine-unavailable', message: obstacle.reason, remedy: obstacle.remedy });
  if (!isFound(tool)) throw new BenchError({ code: 'engine-unavailable', message: tool.missing, remedy: tool.remedy });
  try {
    const { root, versions } = JSON.parse(await readFile(tool.path, 'utf8')) as EngineBundle;
    if (typeof root !== 'string') throw new TypeError('no “root” in it');
    return { root, versions };
  } catch (error) {
    const message = `${tool.path} is unusable: ${messageOf(error)}`;
    throw new BenchError({
      code: 'engine-unavailable',
      message,
      remedy: 'npm run setup -- --only engine',
      cause: error,
    });
  }
}
