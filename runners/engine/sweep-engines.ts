import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RunContext } from '../../core/model/context.ts';
import { BenchError } from '../../core/model/error.ts';
import { mayBeAlive } from './owner.ts';
import { descendantsOf, pidsWithArgument, readProcesses } from './processes.ts';
import { readRecords, type SessionRecord } from './session-record.ts';

const GONE_LIMIT_MS = 10_000;

/**
 * Removes what private engines of dead runs left: processes, session folder, data of extra slots, record. An engine whose run is among
 * `aliveRuns`, or whose owner may be alive, is never touched. Mounts and network end with the processes; cgroups are swept by
 * core/host/cgroups.ts.
 * @returns what was removed, in words
 */
export async function sweepEngines({ cacheDir }: Pick<RunContext, 'cacheDir'>, aliveRuns: ReadonlySet<string>): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const [path, record] of await readRecords(join(cacheDir, 'engine'))) {
    if (aliveRuns.has(record.runId) || (await mayBeAlive(record.owner))) continue;
    const processes = await removeSession(path, record);
    removed.push(`private engine of run ${record.runId} (${processes} processes, ${record.sessionDir})`);
  }
  return removed;
}

/** Ends what still runs of a session, removes its folder and, last, its record. @returns how many processes it ended */
export async function removeSession(recordPath: string, record: SessionRecord): Promise<number> {
  const killed = await killSession(record.sessionDir);
  await rm(record.sessionDir, { recursive: true, force: true });
  await emptyExtraSlot(record.slotDir);
  await rm(recordPath, { force: true });
  return killed;
}

/** Only slot 0 keeps its images. Under the slot's lock: where another engine has taken the slot over, nothing happens. */
async function emptyExtraSlot(slotDir: string): Promise<void> {
  if (basename(slotDir) === 'slot-0') return;
  const paths = [join(slotDir, 'data'), join(slotDir, 'clean')];
  await promisify(execFile)('flock', ['-n', '-E', '0', join(slotDir, 'lock'), 'rm', '-rf', ...paths]);
}

/**
 * Kills every process that has the session folder as an argument; among them is PID 1 of the engine's namespace, with which the kernel ends
 * daemons, shims and containers. Waits until the last of them is gone.
 */
async function killSession(sessionDir: string): Promise<number> {
  const roots = await pidsWithArgument(sessionDir);
  const table = await readProcesses();
  const all = new Set(roots.flatMap((pid) => [pid, ...descendantsOf(pid, table).map((entry) => entry.pid)]));
  for (const pid of roots) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it ended by itself in between
    }
  }
  const deadlineMs = performance.now() + GONE_LIMIT_MS;
  for (;;) {
    const left = (await readProcesses()).filter((entry) => all.has(entry.pid) && !entry.zombie);
    if (left.length === 0) return all.size;
    if (performance.now() > deadlineMs) {
      const names = left.map((entry) => `${entry.comm} (${entry.pid})`).join(', ');
      throw new BenchError({
        code: 'left-over',
        message: `processes of a private engine do not end: ${names}`,
        remedy: 'run thirdwave sweep again',
      });
    }
    await pause(20);
  }
}
