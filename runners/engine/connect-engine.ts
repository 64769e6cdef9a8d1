import { existsSync } from 'node:fs';
import { messageOf } from '../../core/model/error.ts';
import type { Engine } from '../../core/model/context.ts';
import { hostSocketPath, readEngineInfo } from './engine-request.ts';
import { startPrivateEngine, type EngineContext } from './private-engine.ts';
import { readProcesses } from './processes.ts';

const HOST_ANSWER_LIMIT_MS = 5000;
/** of Docker’s packages, and of a containerd that dockerd has started itself */
const HOST_CONTAINERD_SOCKETS = ['/run/containerd/containerd.sock', '/var/run/docker/containerd/containerd.sock'] as const;

/**
 * The engine of this run: the user's own where one answers (it is used and never reconfigured), else a private one that is stopped by disposal.
 * @throws BenchError `engine-unavailable` with reason and remedy
 */
export async function connectEngine(context: EngineContext): Promise<Engine & AsyncDisposable> {
  const socketPath = hostSocketPath(process.env);
  if (socketPath !== undefined) {
    try {
      await readEngineInfo(socketPath, HOST_ANSWER_LIMIT_MS, context.signal);
      return {
        socketPath,
        ownership: 'host',
        cgroup: undefined,
        daemonPids: await hostDaemonPids(),
        containerdSocketPath: hostContainerdSocket(),
        shared: { here: context.tempDir, inside: context.tempDir },
        enter: [],
        [Symbol.asyncDispose]: async () => {},
      };
    } catch (error) {
      context.signal.throwIfAborted();
      context.log.debug(messageOf(error));
    }
  }
  return startPrivateEngine(context);
}

/** Socket of the host's own containerd, where there is one; who may use it is another matter. */
export function hostContainerdSocket(): string | undefined {
  return HOST_CONTAINERD_SOCKETS.find((path) => existsSync(path));
}

/** dockerd and containerd of the host, where they can be seen (not with Docker Desktop or from inside a container). */
async function hostDaemonPids(): Promise<readonly number[]> {
  const table = await readProcesses().catch(() => []);
  const outermost = table.filter((entry) => entry.namespacePids.length === 1);
  return outermost.filter((entry) => entry.comm === 'dockerd' || entry.comm === 'containerd').map((entry) => entry.pid);
}

/** Socket of the host's own engine, where one answers within a second; undefined: none does. */
export async function hostEngineAnswers(): Promise<string | undefined> {
  const socketPath = hostSocketPath(process.env);
  if (socketPath === undefined) return undefined;
  return readEngineInfo(socketPath, 1000, new AbortController().signal).then(
    () => socketPath,
    () => undefined,
  );
}
