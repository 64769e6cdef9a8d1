import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupRef } from '../model/context.ts';
import { BenchError, messageOf } from '../model/error.ts';
import { childGroups } from './cgroup-tree.ts';
import { numberIn } from './kernel-number.ts';

/**
 * Limits what a group and all groups below it are charged with, swap included where the kernel counts it (cgroup-v1/memory.rst, cgroup-v2.rst “memory.max”).
 * Set before anything lives in it: memory.limit_in_bytes of a fuller group would fail with EBUSY. memory.oom.group stays as it is: a process of an
 * instance dies, not the fleet.
 * @throws BenchError `memory-cap` where the group has no memory controller or the limit cannot be written
 */
export async function capMemory(group: CgroupRef | undefined, bytes: number): Promise<void> {
  try {
    if (group?.memoryV1 !== undefined) return await capV1(group.memoryV1, bytes);
    if (group?.v2 !== undefined) return await capV2(group.v2, bytes);
  } catch (error) {
    throw refused(bytes, messageOf(error), error);
  }
  throw refused(bytes, 'the instances have no group of their own that counts memory');
}

/** What the kernel has done about the limit of a group since it was made. */
export interface CapEvents {
  /** processes it has ended for want of memory in the group and in those below that are still there */
  readonly kills: number;
  /** whether the group’s charge has met its limit */
  readonly full: boolean;
  /** processes it has ended for want of memory on the whole machine since boot: a container takes its own group, and that counter, with it */
  readonly hostKills: number;
}

/** v1 counts a kill in the group of the process that was ended, v2 in every group above it too. */
export async function capEvents(group: CgroupRef | undefined, procRoot = '/proc'): Promise<CapEvents> {
  const hostKills = await counter(join(procRoot, 'vmstat'), 'oom_kill');
  if (group?.memoryV1 !== undefined) {
    const folder = group.memoryV1;
    const full = (await wasFull(folder, 'memory')) || (await wasFull(folder, 'memory.memsw'));
    return { kills: await killsBelow(folder), full, hostKills };
  }
  if (group?.v2 === undefined) return { kills: 0, full: false, hostKills };
  const file = join(group.v2, 'memory.events');
  return { kills: await counter(file, 'oom_kill'), full: (await counter(file, 'max')) > 0, hostKills };
}

/** A charge is made in advance for so many pages of 4 KiB (MEMCG_CHARGE_BATCH): what fails is no smaller than a page and may be as large. */
const BATCH_BYTES = 64 * 4096;

/** failcnt stays 0 on some kernels (6.18) where the limit was met by a group below: the largest charge tells it then. */
async function wasFull(folder: string, kind: 'memory' | 'memory.memsw'): Promise<boolean> {
  const number = async (name: string): Promise<number> => (await numberIn(join(folder, `${kind}.${name}`))) ?? 0;
  if ((await number('failcnt')) > 0) return true;
  const limit = await number('limit_in_bytes');
  return limit > 0 && (await number('max_usage_in_bytes')) > limit - BATCH_BYTES;
}

async function killsBelow(folder: string): Promise<number> {
  const own = await counter(join(folder, 'memory.oom_control'), 'oom_kill');
  const below = ((await childGroups(folder)) ?? []).map(async (child) => killsBelow(join(folder, child)));
  return (await Promise.all(below)).reduce((sum, kills) => sum + kills, own);
}

/** A line “name number” of a kernel file; 0 where there is none. */
async function counter(file: string, name: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

async function capV1(folder: string, bytes: number): Promise<void> {
  await writeFile(join(folder, 'memory.limit_in_bytes'), String(bytes));
  const withSwap = join(folder, 'memory.memsw.limit_in_bytes');
  // absent: the kernel does not count swap (swapaccount=0)
  if (await exists(withSwap)) await writeFile(withSwap, String(bytes));
}

async function capV2(folder: string, bytes: number): Promise<void> {
  await writeFile(join(folder, 'memory.max'), String(bytes));
  const swap = join(folder, 'memory.swap.max');
  if (await exists(swap)) await writeFile(swap, '0');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function refused(bytes: number, why: string, cause?: unknown): BenchError {
  const message = `the fleet’s memory cannot be limited to ${bytes} B: ${why}`;
  return new BenchError({ code: 'memory-cap', message, remedy: 'run as root with a memory controller, or leave “memoryCap” out', cause });
}
