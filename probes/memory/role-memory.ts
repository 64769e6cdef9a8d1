import { type Bytes, type GroupMemory, settledGroupMemory } from '../../core/host/cgroup-memory.ts';
import { membersOf } from '../../core/host/cgroup-tree.ts';
import type { Role } from '../../core/model/vocabulary.ts';
import type { RoleTarget } from '../../runners/runner.ts';
import { type Pss, sumPss } from './pss.ts';

/** What one role takes, or all roles together. */
export interface RoleMemory extends GroupMemory {
  readonly role: Role;
  readonly pss: Pss;
}

/** All roles as one: every group once, every process once. Without groups as soon as one role is neither in a group nor counted in another’s. */
export function totalTarget(roles: readonly RoleTarget[]): RoleTarget {
  const homeless = roles.some(({ cgroups, countedIn }) => cgroups.length === 0 && countedIn === undefined);
  const groups = new Map(roles.flatMap(({ cgroups }) => cgroups.map((group) => [JSON.stringify(group), group] as const)));
  return { role: 'total', pids: [...new Set(roles.flatMap(({ pids }) => pids))], cgroups: homeless ? [] : [...groups.values()] };
}

/** Why a role has no number from a group. */
export function groupless({ role, countedIn }: RoleTarget): string {
  if (countedIn !== undefined) return `counted in the group of role ${countedIn}`;
  return role === 'total' ? 'not every role has a cgroup of its own' : 'this role has no cgroup of its own';
}

/** Of one role: its groups added up, its processes added up. */
export async function roleMemory(target: RoleTarget): Promise<RoleMemory> {
  return { role: target.role, ...(await groupsMemory(target)), pss: await pssOf(target) };
}

/** What the role’s groups are charged with, added up. */
async function groupsMemory(target: RoleTarget): Promise<GroupMemory> {
  const groups = target.cgroups;
  if (groups.length === 0) {
    const reason = groupless(target);
    return { unreclaimable: reason, kernel: reason, file: reason, peak: reason, origin: 'none' };
  }
  const read = await Promise.all(groups.map(async (group) => settledGroupMemory(group)));
  const sum = (field: 'unreclaimable' | 'kernel' | 'file' | 'peak'): Bytes => {
    const values = read.map((memory) => memory[field]);
    return values.find((value) => typeof value === 'string') ?? values.reduce((total: number, value) => total + Number(value), 0);
  };
  const origin = groups.length === 1 ? '' : `${groups.length} groups: `;
  return {
    unreclaimable: sum('unreclaimable'),
    kernel: sum('kernel'),
    file: sum('file'),
    peak: groups.length === 1 ? sum('peak') : 'several groups do not peak at the same time',
    origin: `${origin}${read[0]?.origin ?? 'none'}`,
  };
}

/** Nobody lives there: an empty fleet, whose processes take nothing. Where nobody is visible but somebody lives, the sum is unknown. */
async function pssOf({ pids, cgroups }: RoleTarget): Promise<Pss> {
  if (pids.length > 0 || cgroups.length === 0) return sumPss(pids);
  const members = await Promise.all(cgroups.map(async ({ memoryV1, v2 }) => membersOf(memoryV1 ?? v2 ?? '')));
  return members.every((list) => list.length === 0) ? { all: 0, anonymous: 0 } : sumPss([]);
}
