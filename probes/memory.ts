import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupRef } from '../core/model/context.ts';
import { codeOf, messageOf } from '../core/model/error.ts';
import type { MetricDeclaration, Role } from '../core/model/vocabulary.ts';
import type { RoleTarget } from '../runners/runner.ts';
import type { Probe, Reading } from './probe.ts';

/*
 * Reads, of one held instance, by role: what its cgroup cannot give back (v2: anon + shmem + kernel of memory.stat; v1: rss + shmem of memory.stat +
 * memory.kmem.usage_in_bytes), its page cache, its peak, and Σ PSS of its processes (smaps_rollup; kernel Documentation/admin-guide/cgroup-v2.rst and
 * filesystems/proc.rst).
 * Resolution: a page; v1's kmem counter is charged in per-CPU batches of up to 64 pages.
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
  activities: ['hold'],
  open: async () => ({
    held: async ({ roles }) => (await Promise.all(roles.map(readRole))).flat(),
  }),
};
export default probe;

async function readRole({ role, pids, cgroup }: RoleTarget): Promise<readonly Reading[]> {
  const group = await groupMemory(cgroup);
  return [
    reading('memory_unreclaimable', role, group.unreclaimable, group.origin),
    reading('memory_file', role, group.file, group.origin),
    reading('memory_peak', role, group.peak, group.origin),
    reading('memory_pss', role, await sumPss(pids), 'smaps_rollup'),
  ];
}

/** Bytes, or why there is no number. */
type Bytes = number | string;

interface GroupMemory {
  readonly unreclaimable: Bytes;
  readonly file: Bytes;
  readonly peak: Bytes;
  readonly origin: string;
}

/** What a cgroup is charged with, on v1 or v2. */
export async function groupMemory(group: CgroupRef | undefined): Promise<GroupMemory> {
  try {
    if (group?.memoryV1 !== undefined) return await memoryV1(group.memoryV1);
    if (group?.v2 !== undefined) return await memoryV2(group.v2);
    return nothing('this role has no cgroup of its own');
  } catch (error) {
    return nothing(`cgroup: ${messageOf(error)}`);
  }
}

async function memoryV1(folder: string): Promise<GroupMemory> {
  const stat = statOf(await readFile(join(folder, 'memory.stat'), 'utf8'));
  const kernel = Number(await readFile(join(folder, 'memory.kmem.usage_in_bytes'), 'utf8'));
  const peak = Number(await readFile(join(folder, 'memory.max_usage_in_bytes'), 'utf8'));
  const [rss, cache, shmem] = ['total_rss', 'total_cache', 'total_shmem'].map((field) => stat.get(field));
  if (rss === undefined || cache === undefined || shmem === undefined)
    return nothing('memory.stat lacks total_rss, total_cache or total_shmem');
  const origin = 'cgroup v1 memory.stat, memory.kmem.usage_in_bytes, memory.max_usage_in_bytes';
  return { unreclaimable: rss + shmem + kernel, file: cache - shmem, peak, origin };
}

async function memoryV2(folder: string): Promise<GroupMemory> {
  const stat = statOf(await readFile(join(folder, 'memory.stat'), 'utf8'));
  const [anon, shmem, kernel, file] = ['anon', 'shmem', 'kernel', 'file'].map((field) => stat.get(field));
  const peak = await readFile(join(folder, 'memory.peak'), 'utf8').then(Number, () => 'memory.peak: the kernel is older than 5.19');
  if (anon === undefined || shmem === undefined || file === undefined) return nothing('memory.stat lacks anon, shmem or file');
  if (kernel === undefined) return { ...nothing('memory.stat has no “kernel”: the kernel is older than 5.18'), peak };
  return { unreclaimable: anon + shmem + kernel, file: file - shmem, peak, origin: 'cgroup v2 memory.stat, memory.peak' };
}

function nothing(reason: string): GroupMemory {
  return { unreclaimable: reason, file: reason, peak: reason, origin: 'none' };
}

function statOf(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [name, value] = line.split(' ');
      return name === undefined || value === undefined ? [] : [[name, Number(value)] as const];
    }),
  );
}

/** Σ Pss of the processes; one that cannot be read makes the sum unknown, not smaller. */
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

function reading(id: string, role: Role, bytes: Bytes, origin: string): Reading {
  return typeof bytes === 'number' ? { metric: id, role, origin, value: bytes } : { metric: id, role, origin, unavailable: bytes };
}
