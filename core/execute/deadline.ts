import { BenchError, timeoutError } from '../model/error.ts';
import { DISPOSE_LIMIT_NS } from './limits.ts';

/**
 * The promise's result, or a `timeout` BenchError after `limitNs`, or an `interrupted` one when the signal fires. It does not stop the work
 * behind the promise: disposal does.
 */
export async function within<T>(promise: Promise<T>, limitNs: number, what: string, signal: AbortSignal): Promise<T> {
  // Whoever stops waiting first must not leave the work's own failure to nobody: that would end the suite.
  promise.catch(() => {});
  signal.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const guard = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeoutError(what, limitNs)), limitNs / 1e6);
    onAbort = () => reject(new BenchError({ code: 'interrupted', message: `interrupted while waiting for ${what}` }));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, guard]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

/**
 * The instance, or the failure of `within`: a start that is given up removes what it has made, or is disposed here if it succeeds after all — the engine
 * must not end under it.
 */
export async function givenUpCleanly<T extends AsyncDisposable>(starting: Promise<T>, limitNs: number, signal: AbortSignal): Promise<T> {
  try {
    return await within(starting, limitNs, 'start', signal);
  } catch (error) {
    const gone = starting.then(async (late) => late[Symbol.asyncDispose]());
    await within(gone, DISPOSE_LIMIT_NS, 'end of the start', new AbortController().signal).catch(() => {});
    throw error;
  }
}
