import { BenchError, codeOf, messageOf } from '../../core/model/error.ts';

/** Words of dockerd for an unknown name, of containerd for a shim and of its runc shim for a program that is registered but not there. */
const RUNTIME_MISSING =
  /(unknown|invalid) .*runtime|runtime .*not found|(runtime path|start shim|OCI runtime error).*(not installed|no such file|does not exist)/i;

const LOST = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ECONNABORTED']);

/** Any failure of an Engine API call as one of ours: `engine-lost`, `image-missing`, `runtime-missing` or `start-failed`. */
export function apiError(what: string, error: unknown): BenchError {
  if (error instanceof BenchError) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : undefined;
  const said = messageOf(error);
  if (status === undefined && (LOST.has(codeOf(error)) || /socket hang up|aborted/.test(said))) return engineLost(what, error);
  if (/no such image/i.test(said)) {
    return new BenchError({
      code: 'image-missing',
      message: `${what}: ${said}`,
      remedy: 'check the image’s name, then: docker pull <image>',
      cause: error,
    });
  }
  if (RUNTIME_MISSING.test(said)) {
    return new BenchError({
      code: 'runtime-missing',
      message: `${what}: ${said}`,
      remedy: 'register the runtime in the Docker daemon’s configuration (“runtimes”), or leave this variant out',
      cause: error,
    });
  }
  return new BenchError({ code: 'start-failed', message: `${what}: ${said}`, cause: error });
}

/** The engine's side of a connection is gone. */
export function engineLost(what: string, cause?: unknown): BenchError {
  const because = cause === undefined ? '' : ` (${messageOf(cause)})`;
  return new BenchError({
    code: 'engine-lost',
    message: `the Docker Engine went away during ${what}${because}`,
    remedy: 'see the daemon’s log, start Docker again, then: thirdwave run --resume <run-id>',
    cause,
  });
}
