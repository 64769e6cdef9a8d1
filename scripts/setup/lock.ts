import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BenchError } from '../../core/model/error.ts';

const TAKEN = 75;

/**
 * An exclusive lock between processes. It is held by the kernel (flock(1) around a `cat` that ends with our pipe), so a killed holder can never
 * leave a stale one. `onWait` is called once when somebody else has it.
 * @throws BenchError `lock-unavailable` where flock(1) is missing; the signal's reason when aborted
 */
export async function lock(path: string, signal: AbortSignal, onWait: () => void): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  const atOnce = await holder(['-n', '-E', String(TAKEN)], path, signal);
  if (atOnce) return atOnce;
  onWait();
  const later = await holder([], path, signal);
  if (later) return later;
  throw new BenchError({ code: 'lock-unavailable', message: `cannot lock ${path}`, remedy: 'make the cache folder writable' });
}

async function holder(options: readonly string[], path: string, signal: AbortSignal): Promise<AsyncDisposable | undefined> {
  signal.throwIfAborted();
  // A session of its own: Ctrl-C in the terminal must not take the lock away before its owner has cleaned up.
  const child = spawn('flock', [...options, path, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  try {
    const ended = once(child, 'close');
    const [said] = await Promise.race([once(child.stdout, 'data'), ended]);
    if (String(said) === 'locked\n') return release(child, ended);
    signal.throwIfAborted();
    if (child.exitCode === TAKEN) return undefined;
    throw new BenchError({
      code: 'lock-unavailable',
      message: `flock ${path} ended with ${child.exitCode}`,
      remedy: 'make the cache folder writable',
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new BenchError({ code: 'lock-unavailable', message: 'flock(1) is missing', remedy: 'apt-get install util-linux', cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function release(child: ReturnType<typeof spawn>, ended: Promise<unknown>): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}
