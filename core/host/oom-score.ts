import { readFile, writeFile } from 'node:fs/promises';
import { BenchError, messageOf } from '../model/error.ts';

/**
 * Who dies first when memory runs out (proc_pid_oom_score_adj(5)): −1000 never … 1000 first. Children inherit the value, so while the suite is
 * protected everything it launches must be given the suite's own former value: `scoreForChildren`, which every place that spawns applies.
 */
const PROTECTED = -900;
/** instances before all else, yet nothing that other programs of the host would not be after */
const EXPENDABLE = 500;

let former: string | undefined;

/** The value children must have instead of the suite's; undefined: the suite's own, nothing to do. */
export function scoreForChildren(): string | undefined {
  return former;
}

/**
 * Keeps the suite alive when the host's memory runs out, until disposed.
 * @throws BenchError `not-protected` where the kernel does not allow it (not root)
 */
export async function protectSuite(file = '/proc/self/oom_score_adj'): Promise<AsyncDisposable> {
  const before = (await readFile(file, 'utf8')).trim();
  // first: nothing that is launched from here on may inherit what is written next
  former = before;
  try {
    await writeFile(file, String(Math.min(PROTECTED, Number(before))));
  } catch (error) {
    former = undefined;
    throw new BenchError({
      code: 'not-protected',
      message: `the suite itself may be ended when memory runs out: ${messageOf(error)}`,
      remedy: 'run as root with CAP_SYS_RESOURCE',
      cause: error,
    });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await writeFile(file, before);
      former = undefined;
    },
  };
}

/** Lets the kernel end these processes first. Those that are gone or higher already are passed over. */
export async function offerToOomKiller(pids: readonly number[], procRoot = '/proc'): Promise<void> {
  await Promise.all(
    pids.map(async (pid) => {
      const file = `${procRoot}/${pid}/oom_score_adj`;
      const now = await readFile(file, 'utf8').catch(() => undefined);
      if (now !== undefined && Number(now) < EXPENDABLE) await writeFile(file, String(EXPENDABLE)).catch(() => {});
    }),
  );
}
