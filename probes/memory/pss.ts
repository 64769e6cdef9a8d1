import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes } from '../../core/host/cgroup-memory.ts';
import { codeOf } from '../../core/model/error.ts';

/** Σ Pss of the processes, B; one that cannot be read makes the sum unknown, not smaller. */
export async function sumPss(pids: readonly number[], procRoot = '/proc'): Promise<Bytes> {
  if (pids.length === 0) return 'no process of this role is visible';
  let bytes = 0;
  for (const pid of pids) {
    try {
      const kib = /^Pss:\s+(\d+) kB$/m.exec(await readFile(join(procRoot, String(pid), 'smaps_rollup'), 'utf8'))?.[1];
      if (kib === undefined) return `smaps_rollup of process ${pid} has no Pss`;
      bytes += Number(kib) * 1024;
    } catch (error) {
      const why = codeOf(error) === 'EACCES' ? 'not allowed (not root, and not our own process)' : codeOf(error);
      return `smaps_rollup of process ${pid}: ${why}`;
    }
  }
  return bytes;
}
