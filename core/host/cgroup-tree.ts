import { readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BenchError, codeOf } from '../model/error.ts';

/** A process that has just ended may keep its group busy for some milliseconds; one that lives keeps it for good. */
const BUSY_LIMIT_MS = 2000;
const RETRY_MS = 5;

/**
 * Removes a group and every group below it. Groups hold no files of their own, so rmdir(2) leaf by leaf is all there is.
 * @returns whether there was anything to remove
 * @throws BenchError `left-over` when a group stays busy, with the pids in it
 */
export async function removeTree(folder: string, busyLimitMs: number = BUSY_LIMIT_MS): Promise<boolean> {
  const children = await childGroups(folder);
  if (children === undefined) return false;
  for (const child of children) await removeTree(join(folder, child), busyLimitMs);
  const deadlineMs = performance.now() + busyLimitMs;
  for (;;) {
    try {
      await rmdir(folder);
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return true;
      if (codeOf(error) !== 'EBUSY') throw error;
      if (performance.now() > deadlineMs) throw await stillBusy(folder, error);
    }
    await pause(RETRY_MS);
  }
}

/** Names of the groups directly below; undefined: there is no such group. */
export async function childGroups(folder: string): Promise<readonly string[] | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Pids in a group and in all groups below it. */
export async function membersOf(folder: string): Promise<readonly number[]> {
  const own = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  const children = (await childGroups(folder)) ?? [];
  const below = await Promise.all(children.map(async (child) => membersOf(join(folder, child))));
  return [...own.split('\n').filter(Boolean).map(Number), ...below.flat()];
}

async function stillBusy(folder: string, cause: unknown): Promise<BenchError> {
  const pids = await membersOf(folder);
  const why = pids.length === 0 ? 'without a visible process in it' : `processes ${pids.join(', ')} are in it`;
  return new BenchError({
    code: 'left-over',
    message: `the cgroup ${folder} stays busy: ${why}`,
    remedy: 'end them, then run thirdwave sweep',
    cause,
  });
}
