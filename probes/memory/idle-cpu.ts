import type { RoleTarget } from '../../runners/runner.ts';
import { groupCpuNs } from '../../core/host/cgroup-cpu.ts';
import type { Reading } from '../probe.ts';
import { groupless } from './role-memory.ts';

/** What the groups of a role have used so far. */
export interface RoleCpu {
  readonly role: RoleTarget['role'];
  readonly atNs: number;
  /** ns, or why not */
  readonly used: number | string;
  readonly origin: string;
}

export async function cpuOf(roles: readonly RoleTarget[]): Promise<readonly RoleCpu[]> {
  return Promise.all(
    roles.map(async (target): Promise<RoleCpu> => {
      const { role, cgroups } = target;
      const atNs = performance.now() * 1e6;
      const all = await Promise.all(cgroups.map(async (group) => groupCpuNs(group)));
      const [first] = all;
      if (!first) return { role, atNs, used: groupless(target), origin: 'none' };
      const missing = all.flatMap((cpu) => ('none' in cpu ? [cpu.none] : []))[0];
      return { role, atNs, used: missing ?? all.reduce((sum, cpu) => sum + ('ns' in cpu ? cpu.ns : 0), 0), origin: first.origin };
    }),
  );
}

/** CPU seconds per second between two looks, per role. */
export function idleCpu(start: readonly RoleCpu[], end: readonly RoleCpu[]): readonly Reading[] {
  return end.map(({ role, atNs, used, origin }): Reading => {
    const from = start.find((other) => other.role === role);
    const place = { metric: 'idle_cpu', role, origin } as const;
    if (typeof used !== 'number' || typeof from?.used !== 'number') return { ...place, unavailable: String(used) };
    return { ...place, value: (used - from.used) / (atNs - from.atNs) };
  });
}
