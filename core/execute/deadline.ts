import { BenchError, timeoutError } from '../model/error.ts';

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
