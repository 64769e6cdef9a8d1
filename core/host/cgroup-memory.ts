import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CgroupRef } from '../model/context.ts';
import { messageOf } from '../model/error.ts';
import { childGroups } from './cgroup-tree.ts';

/** Bytes, or why there is no number. */
export type Bytes = number | string;

/** What a cgroup is charged with. */
export interface GroupMemory {
  /** anonymous + shared + kernel memory */
  readonly unreclaimable: Bytes;
  /** of these the kernel's own: page tables, stacks, sockets, slab objects */
  readonly kernel: Bytes;
  readonly file: Bytes;
  readonly peak: Bytes;
  readonly origin: string;
}

interface Reading extends GroupMemory {
  /** what the group’s own counter holds, page cache included; undefined: nothing could be read */
  readonly usage: number | undefined;
}

/** MEMCG_CHARGE_BATCH (linux/memcontrol.h) pages of 4 KiB per CPU: charged in advance, or counted but not yet added up. */
const BATCH_BYTES = 64 * 4096 * availableParallelism();
/** NR_MEMCG_STOCK (mm/memcontrol.c, since 6.15): groups for which a CPU keeps a charge in advance at the same time. */
const STOCKED_GROUPS = 7;
/** The kernel adds everything up every 2 s (FLUSH_TIME, mm/memcontrol.c). */
const LIMIT_MS = 3000;
const RETRY_MS = 50;

/**
 * What a cgroup is charged with, on v1 or v2, once memory.stat has caught up with the group’s own counter. memory.stat is added up in batches, and a
 * parent’s may miss all of a child: guests of 1.6 to 14 MB showed as 0.4 to 0.5 MB in 10 of 36 readings (kernel 6.18, cgroup v1) while their peaks were
 * right. `limitMs`: how long to wait for that; then there is a reason instead of a number.
 */
export async function settledGroupMemory(group: CgroupRef | undefined, limitMs = LIMIT_MS): Promise<GroupMemory> {
  const deadlineMs = performance.now() + limitMs;
  const lateBytes = group === undefined ? 0 : await lateBytesOf(group);
  for (;;) {
    const { usage, ...memory } = await groupMemory(group);
    const { unreclaimable, file, peak, kernel, origin } = memory;
    if (usage === undefined || typeof unreclaimable !== 'number' || typeof file !== 'number') return memory;
    const missing = usage - unreclaimable - file;
    if (missing <= lateBytes) return memory;
    if (performance.now() > deadlineMs) {
      const late = `memory.stat stays ${missing} B behind the group’s own counter`;
      return { unreclaimable: late, file: late, kernel, peak, origin };
    }
    await pause(RETRY_MS);
  }
}

/** How far memory.stat may be behind for good: one batch not yet added up, and one charged in advance for each group below that a CPU remembers. */
async function lateBytesOf({ memoryV1, v2 }: CgroupRef): Promise<number> {
  const below = (await childGroups(memoryV1 ?? v2 ?? ''))?.length ?? 0;
  return BATCH_BYTES * (1 + Math.min(STOCKED_GROUPS, Math.max(1, below)));
}

/** The group’s own counter without its page cache, B, at once: exact to the charges in advance, but for page cache that memory.stat does not know yet. */
export async function chargedBytes(group: CgroupRef): Promise<number | undefined> {
  const { usage, file } = await groupMemory(group);
  return usage === undefined || typeof file !== 'number' ? undefined : usage - file;
}

async function groupMemory(group: CgroupRef | undefined): Promise<Reading> {
  try {
    if (group?.memoryV1 !== undefined) return await memoryV1(group.memoryV1);
    if (group?.v2 !== undefined) return await memoryV2(group.v2);
    return nothing('this role has no cgroup of its own');
  } catch (error) {
    return nothing(`cgroup: ${messageOf(error)}`);
  }
}

async function memoryV1(folder: string): Promise<Reading> {
  const number = async (name: string): Promise<number> => Number(await readFile(join(folder, name), 'utf8'));
  const usage = await number('memory.usage_in_bytes');
  const stat = statOf(await readFile(join(folder, 'memory.stat'), 'utf8'));
  const kernel = await number('memory.kmem.usage_in_bytes');
  const peak = await number('memory.max_usage_in_bytes');
  const [rss, cache, shmem] = ['total_rss', 'total_cache', 'total_shmem'].map((field) => stat.get(field));
  if (rss === undefined || cache === undefined || shmem === undefined)
    return nothing('memory.stat lacks total_rss, total_cache or total_shmem');
  const origin = 'cgroup v1 memory.stat, memory.kmem.usage_in_bytes, memory.max_usage_in_bytes';
  return { unreclaimable: rss + shmem + kernel, kernel, file: cache - shmem, peak, origin, usage };
}

async function memoryV2(folder: string): Promise<Reading> {
  const usage = Number(await readFile(join(folder, 'memory.current'), 'utf8'));
  const stat = statOf(await readFile(join(folder, 'memory.stat'), 'utf8'));
  const [anon, shmem, kernel, file] = ['anon', 'shmem', 'kernel', 'file'].map((field) => stat.get(field));
  const peak = await readFile(join(folder, 'memory.peak'), 'utf8').then(Number, () => 'memory.peak: the kernel is older than 5.19');
  if (anon === undefined || shmem === undefined || file === undefined) return nothing('memory.stat lacks anon, shmem or file');
  if (kernel === undefined) return { ...nothing('memory.stat has no “kernel”: the kernel is older than 5.18'), peak };
  return { unreclaimable: anon + shmem + kernel, kernel, file: file - shmem, peak, origin: 'cgroup v2 memory.stat, memory.peak', usage };
}

function nothing(reason: string): Reading {
  return { unreclaimable: reason, kernel: reason, file: reason, peak: reason, origin: 'none', usage: undefined };
}

function statOf(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [name, value] = line.split(' ');
      return name === undefined || value === undefined ? [] : [[name, Number(value)] as const];
    }),
  );
}
