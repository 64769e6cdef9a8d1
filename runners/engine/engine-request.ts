import { request } from 'node:http';
import { existsSync } from 'node:fs';
import { BenchError } from '../../core/model/error.ts';

/** What of `GET /info` decides how containers run; names as the Engine API gives them. */
export interface EngineInfo {
  readonly ServerVersion: string;
  readonly Driver: string;
  readonly DriverStatus: readonly (readonly [string, string])[] | null;
  readonly LoggingDriver: string;
  readonly CgroupDriver: string;
  readonly CgroupVersion: string;
  readonly KernelVersion: string;
  readonly SecurityOptions: readonly string[];
  readonly Runtimes: Readonly<Record<string, unknown>>;
  readonly DefaultRuntime: string;
}

/** Unix socket of the user's own Docker Engine: `DOCKER_HOST` where it names one, else Docker's default place. */
export function hostSocketPath(environment: NodeJS.ProcessEnv): string | undefined {
  const host = environment['DOCKER_HOST'];
  if (host === undefined || host === '') return '/var/run/docker.sock';
  return host.startsWith('unix://') ? host.slice('unix://'.length) : undefined;
}

/**
 * `GET /info` of the engine on a socket, after `/_ping` said 200: it answers and can work.
 * @throws BenchError `engine-unavailable` with the reason
 */
export async function readEngineInfo(socketPath: string, limitMs: number, signal: AbortSignal): Promise<EngineInfo> {
  if (!existsSync(socketPath)) throw unavailable(`there is no socket ${socketPath}`);
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  try {
    await call(socketPath, 'GET', '/_ping', bounded);
    return JSON.parse(await call(socketPath, 'GET', '/info', bounded)) as EngineInfo;
  } catch (error) {
    throw unavailable(`no Docker Engine answers on ${socketPath}`, error);
  }
}

/** Removes every stopped container: on a private engine that has just started, whatever an earlier run forgot. */
export async function pruneContainers(socketPath: string, limitMs: number, signal: AbortSignal): Promise<void> {
  try {
    await call(socketPath, 'POST', '/containers/prune', AbortSignal.any([signal, AbortSignal.timeout(limitMs)]));
  } catch (error) {
    throw unavailable('the private engine cannot remove the containers of an earlier run', error);
  }
}

function unavailable(message: string, cause?: unknown): BenchError {
  const because = cause instanceof Error ? `: ${cause.message}` : '';
  return new BenchError({ code: 'engine-unavailable', message: `${message}${because}`, cause });
}

function call(socketPath: string, method: string, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${path} answered ${response.statusCode}: ${body.trim().slice(0, 300)}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
