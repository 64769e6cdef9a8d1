import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bytes, settledGroupMemory } from '../core/host/cgroup-memory.ts';
import { codeOf } from '../core/model/error.ts';
import type { MetricDeclaration, Role } from '../core/model/vocabulary.ts';
import type { RoleTarget } from '../runners/runner.ts';
import type { Probe, Reading } from './probe.ts';

/*
 * Reads, of one held instance, by role: what its cgroup cannot give back (v2: anon + shmem + kernel of memory.stat; v1: rss + shmem of memory.stat +
 * memory.kmem.usage_in_bytes), its page cache, its peak, and Σ PSS of its processes (smaps_rollup; kernel Documentation/admin-guide/cgroup-v2.rst and
 * filesystems/proc.rst).
 * Resolution: a page, but the kernel adds up its counters in per-CPU batches: a reading may be late by up to 64 pages per CPU (core/host/cgroup-memory.ts).
 * Cannot see: page cache first touched by somebody else (it is charged to the first toucher), kernel memory in PSS, memory of the engine that
 * only exists because of this instance when the engine has no group of ours. Never ru_maxrss: it inherits the parent's.
 */

const metric = (id: string, title: string, definition: string): MetricDeclaration => ({
  id,
  title,
  unit: 'B',
  better: 'lower',
  noise: 'noisy',
  definition,
});

const METRICS = [
  metric(
    'memory_unreclaimable',
    'Unreclaimable memory',
    'anonymous + shared + kernel memory of the role’s cgroup while the instance is held',
  ),
  metric('memory_file', 'Page cache', 'file pages charged to the role’s cgroup; reclaimable, and charged to whoever touched them first'),
  metric('memory_peak', 'Peak memory', 'largest charge of the role’s cgroup since it was made, page cache included'),
  metric('memory_pss', 'PSS', 'proportional set size, summed over the role’s processes, while the instance is held'),
] as const;

const probe: Probe = {
  id: 'memory',
  title: 'Memory of a held instance, by role',
  metrics: METRICS,
  scope: 'instance',
  sensitive: true,
  activities: ['hold', 'place'],
  open: async () => ({
    held: async ({ roles }) => (await Promise.all(roles.map(readRole))).flat(),
  }),
};
export default probe;

async function readRole({ role, pids, cgroups }: RoleTarget): Promise<readonly Reading[]> {
  const group = await settledGroupMemory(cgroups[0]);
  return [
    reading('memory_unreclaimable', role, group.unreclaimable, group.origin),
    reading('memory_file', role, group.file, group.origin),
    reading('memory_peak', role, group.peak, group.origin),
    reading('memory_pss', role, await sumPss(pids), 'smaps_rollup'),
  ];
}

/** Σ Pss of the processes; one that cannot be read makes the sum unknown, not smaller. */
async function sumPss(pids: readonly number[], procRoot = '/proc'): Promise<Bytes> {
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

function reading(id: string, role: Role, bytes: Bytes, origin: string): Reading {
  return typeof bytes === 'number' ? { metric: id, role, origin, value: bytes } : { metric: id, role, origin, unavailable: bytes };
}
