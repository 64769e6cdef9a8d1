import { BenchError, timeoutError } from '../../core/model/error.ts';

interface Bounds {
  readonly limitNs: number;
  readonly signal?: AbortSignal;
}

/** The promise's result, or a `timeout` or `interrupted` BenchError, whichever comes first. The work itself goes on. */
export async function bounded<T>(work: Promise<T>, { limitNs, signal }: Bounds): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stop = new AbortController();
  const guard = new Promise<never>((_, reject) => {
    const interrupt = () => reject(new BenchError({ code: 'interrupted', message: 'interrupted' }));
    timer = setTimeout(() => reject(timeoutError('answer', limitNs)), limitNs / 1e6);
    if (signal?.aborted) interrupt();
    signal?.addEventListener('abort', interrupt, { once: true, signal: stop.signal });
  });
  try {
    return await Promise.race([work, guard]);
  } finally {
    clearTimeout(timer);
    stop.abort();
    work.catch(() => {});
  }
}
