import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupRef } from '../model/context.ts';
import { messageOf } from '../model/error.ts';

export type CpuReading = { readonly ns: number; readonly origin: string } | { readonly none: string; readonly origin: string };

/** CPU time a group has used since it was made. */
export async function groupCpuNs(group: CgroupRef | undefined): Promise<CpuReading> {
  if (!group) return { none: 'the engine is not ours: its daemons have no group that we may read', origin: 'none' };
  try {
    if (group.cpuacctV1 !== undefined) {
      const origin = 'cpuacct.usage';
      return { ns: Number(await readFile(join(group.cpuacctV1, origin), 'utf8')), origin };
    }
    if (group.v2 !== undefined) {
      const usage = /^usage_usec (\d+)$/m.exec(await readFile(join(group.v2, 'cpu.stat'), 'utf8'))?.[1];
      if (usage !== undefined) return { ns: Number(usage) * 1000, origin: 'cpu.stat usage_usec' };
    }
    return { none: 'no CPU accounting in its cgroup', origin: 'none' };
  } catch (error) {
    return { none: `cgroup: ${messageOf(error)}`, origin: 'none' };
  }
}
