import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes } from '../../core/host/cgroup-memory.ts';
import { codeOf } from '../../core/model/error.ts';

/** Proportional set sizes added up over processes. */
export interface Pss {
  readonly all: Bytes;
  /** without pages of files: what nobody but these processes could give back */
  readonly anonymous: Bytes;
}

/** Σ over the processes; one that cannot be read makes the sums unknown, not smaller. */
export async function sumPss(pids: readonly number[], procRoot = '/proc'): Promise<Pss> {
  if (pids.length === 0) return unknown('no process of this role is visible');
  let [all, anonymous] = [0, 0];
  for (const pid of pids) {
    try {
      const text = await readFile(join(procRoot, String(pid), 'smaps_rollup'), 'utf8');
      const bytes = (field: string): number | undefined => {
        const kib = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
        return kib === undefined ? undefined : Number(kib) * 1024;
      };
      const [pss, anon, shmem] = ['Pss', 'Pss_Anon', 'Pss_Shmem'].map(bytes);
      if (pss === undefined) return unknown(`smaps_rollup of process ${pid} has no Pss`);
      all += pss;
      // before Linux 5.3 there is no breakdown
      anonymous += anon === undefined || shmem === undefined ? Number.NaN : anon + shmem;
    } catch (error) {
      const why = codeOf(error) === 'EACCES' ? 'not allowed (not root, and not our own process)' : codeOf(error);
      return unknown(`smaps_rollup of process ${pid}: ${why}`);
    }
  }
  return { all, anonymous: Number.isNaN(anonymous) ? 'smaps_rollup has no Pss_Anon: the kernel is older than 5.3' : anonymous };
}

function unknown(reason: string): Pss {
  return { all: reason, anonymous: reason };
}
