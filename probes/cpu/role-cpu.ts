import type { RoleTarget } from '../../runners/runner.ts';
import { groupCpuNs } from '../../core/host/cgroup-cpu.ts';
import type { Reading } from '../probe.ts';
import { groupless } from '../memory/role-memory.ts';

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

/**
 * CPU seconds per second, per role, over the youngest stretch of these looks that is at least `windowNs` long: the starts that the older ones saw are no
 * idleness. The whole of it where none is that long.
 */
export function idleCpu(looks: readonly (readonly RoleCpu[])[], windowNs: number): readonly Reading[] {
  const end = looks.at(-1) ?? [];
  const endNs = end[0]?.atNs ?? 0;
  const start = looks.findLast(([first]) => first !== undefined && first.atNs <= endNs - windowNs) ?? looks[0] ?? [];
  return end.map(({ role, atNs, used, origin }): Reading => {
    const from = start.find((other) => other.role === role);
    const place = { metric: 'idle_cpu', role, origin } as const;
    if (typeof used !== 'number' || typeof from?.used !== 'number') return { ...place, unavailable: String(used) };
    if (atNs <= from.atNs) return { ...place, unavailable: 'looked at only once' };
    return { ...place, value: (used - from.used) / (atNs - from.atNs) };
  });
}
