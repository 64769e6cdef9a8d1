import type { CgroupRef } from '../model/context.ts';
import type { Role } from '../model/vocabulary.ts';
import type { RoleTarget, Target } from '../../runners/runner.ts';

/**
 * The roles of several instances as one target: each process and each group once. The fleet's own group stands for every group of an instance in it,
 * and for the instances that live in it even if there are none at all, so that an empty fleet has a reading too.
 */
export function mergeTargets(targets: readonly Target[], fleetGroup: CgroupRef | undefined): Target {
  const merged = new Map<Role, { pids: Set<number>; cgroups: CgroupRef[]; countedIn: Role | undefined }>();
  for (const { role, pids, cgroups, countedIn } of targets.flatMap(({ roles }) => roles)) {
    const known = merged.get(role) ?? { pids: new Set(), cgroups: [], countedIn };
    merged.set(role, known);
    for (const pid of pids) known.pids.add(pid);
    for (const cgroup of cgroups) if (!known.cgroups.some((other) => sameGroup(other, cgroup))) known.cgroups.push(cgroup);
  }
  const housed = [...merged.values()].some(
    ({ cgroups }) => fleetGroup !== undefined && cgroups.some((cgroup) => sameGroup(cgroup, fleetGroup)),
  );
  if (fleetGroup !== undefined && !housed) {
    const role = merged.has('instance') ? undefined : 'instance';
    if (role) merged.set(role, { pids: new Set(), cgroups: [fleetGroup], countedIn: undefined });
  }
  const roles = [...merged].map(([role, { pids, cgroups, countedIn }]): RoleTarget => ({
    role,
    pids: [...pids],
    cgroups,
    ...(countedIn === undefined ? {} : { countedIn }),
  }));
  return { roles };
}

function sameGroup(x: CgroupRef, y: CgroupRef): boolean {
  return x.memoryV1 === y.memoryV1 && x.cpuacctV1 === y.cpuacctV1 && x.v2 === y.v2;
}
