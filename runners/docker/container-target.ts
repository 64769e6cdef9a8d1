import type { CgroupRef, Engine } from '../../core/model/context.ts';
import { locateCgroup } from '../../core/host/cgroups.ts';
import { descendantsOf, pidNamespaceOf, type ProcessEntry, readProcessesTogether } from '../engine/processes.ts';
import type { RoleTarget, Target } from '../runner.ts';

/**
 * Processes and groups of a live container by role. The shim stands above the container's first process; it has no group of its own: with a
 * private engine it is counted in the daemons' group.
 */
export async function containerTarget(enginePid: number, engine: Engine, ownGroup: CgroupRef | undefined): Promise<Target> {
  const table = await readProcessesTogether();
  const init = await hostProcess(enginePid, engine, table);
  const daemon = daemonTarget(engine);
  // gone already: its own group still holds what it has used
  if (!init) return { roles: [...(ownGroup === undefined ? [] : [{ role: 'instance' as const, pids: [], cgroups: [ownGroup] }]), daemon] };
  const group = ownGroup ?? (await locateCgroup(init.pid));
  const instance = [init, ...descendantsOf(init.pid, table)].map((entry) => entry.pid);
  return {
    roles: [
      {
        role: 'instance',
        pids: instance,
        cgroups: group === undefined ? [] : [group],
      },
      shimTarget(shimPids(init, instance, engine.daemonPids, table), engine),
      daemon,
    ],
  };
}

/**
 * The shim of a container: the outermost process above its first one that is neither a daemon nor the first of a PID namespace, which adopts shims, with
 * all that belongs to it. Shims of the runwasi kind are two, one that speaks with containerd and one that forks the guest.
 */
export function shimPids(
  init: ProcessEntry,
  instance: readonly number[],
  daemons: readonly number[],
  table: readonly ProcessEntry[],
): readonly number[] {
  let shim: ProcessEntry | undefined;
  for (let pid = init.parentPid; ; pid = shim.parentPid) {
    const above = table.find((entry) => entry.pid === pid);
    if (!above || daemons.includes(above.pid) || above.namespacePids.at(-1) === 1) break;
    shim = above;
  }
  if (!shim) return [];
  return [shim, ...descendantsOf(shim.pid, table)].map((entry) => entry.pid).filter((pid) => !instance.includes(pid));
}

/** What stands on an engine whether a container lives or not: its daemons, and the role of the shims without one. */
export function standingRoles(engine: Engine): readonly RoleTarget[] {
  return [shimTarget([], engine), daemonTarget(engine)];
}

function shimTarget(pids: readonly number[], { cgroup }: Engine): RoleTarget {
  return { role: 'shim', pids, cgroups: [], ...(cgroup === undefined ? {} : { countedIn: 'daemon' }) };
}

/** The engine's daemons, which stand whether a container lives or not. */
function daemonTarget({ cgroup, daemonPids }: Engine): RoleTarget {
  return { role: 'daemon', pids: daemonPids, cgroups: cgroup === undefined ? [] : [cgroup] };
}

/**
 * The engine names processes as its own PID namespace does. The host's is the process with that pid at that nesting depth, and for a private
 * engine below the daemons' namespace.
 */
async function hostProcess(enginePid: number, engine: Engine, table: readonly ProcessEntry[]): Promise<ProcessEntry | undefined> {
  const daemon = table.find((entry) => entry.pid === engine.daemonPids[0]);
  const depth = (daemon?.namespacePids.length ?? 1) - 1;
  const candidates = table.filter((entry) => entry.namespacePids[depth] === enginePid);
  if (depth === 0) return candidates[0];
  for (const candidate of candidates) {
    if (await sharesNamespace(candidate, engine.daemonPids[0] ?? 0, table)) return candidate;
  }
  return undefined;
}

/** Whether an ancestor of the process lives in the daemon's PID namespace: two private engines may use the same inner pid. */
async function sharesNamespace(entry: ProcessEntry, daemonPid: number, table: readonly ProcessEntry[]): Promise<boolean> {
  const wanted = await pidNamespaceOf(daemonPid);
  for (let at: ProcessEntry | undefined = entry; at !== undefined;) {
    const parent: ProcessEntry | undefined = table.find((candidate) => candidate.pid === at?.parentPid);
    if (parent && (await pidNamespaceOf(parent.pid)) === wanted) return true;
    at = parent;
  }
  return false;
}
