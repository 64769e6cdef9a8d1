import type { CgroupRef } from '../core/model/context.ts';
import { chargedBytes, settledGroupMemory } from '../core/host/cgroup-memory.ts';
import { usedMemoryBytes } from '../core/host/memory-info.ts';
import type { SettleRule } from '../core/model/plan.ts';
import type { MetricDeclaration } from '../core/model/vocabulary.ts';
import type { Target } from '../runners/runner.ts';
import { cpuOf, idleCpu, type RoleCpu } from './cpu/role-cpu.ts';
import { roleMemory, type RoleMemory, totalTarget } from './memory/role-memory.ts';
import { untilSettled } from './memory/settle.ts';
import type { Probe, Reading } from './probe.ts';

/*
 * Reads, of held instances, by role: what its cgroup cannot give back (v2: anon + shmem + kernel of memory.stat; v1: rss + shmem of memory.stat +
 * memory.kmem.usage_in_bytes), the kernel's part of it, its page cache, its peak, and Σ PSS of its processes (smaps_rollup; kernel
 * Documentation/admin-guide/cgroup-v2.rst and filesystems/proc.rst). Of fleets also all roles together, what the host has used more than before the first
 * launch, and the CPU time of doing nothing, over the last window of settling.
 * Resolution: a page, but the kernel adds up its counters in per-CPU batches: a reading may be late by up to 64 pages per CPU (core/host/cgroup-memory.ts).
 * Cannot see: page cache first touched by somebody else (it is charged to the first toucher), kernel memory in PSS, memory of the engine that
 * only exists because of this instance when the engine has no group of ours, and in the host's reading who caused it. Never ru_maxrss: it inherits the
 * parent's. docs/memory.md says what each reading misses.
 */

const metric = (id: string, title: string, definition: string): MetricDeclaration => ({
  id,
  title,
  unit: 'B',
  better: 'lower',
  noise: 'noisy',
  definition,
});

const METRICS: readonly MetricDeclaration[] = [
  metric(
    'memory_unreclaimable',
    'Unreclaimable memory',
    'anonymous + shared + kernel memory of the role’s cgroup while its instances are held',
  ),
  metric('memory_kernel', 'Kernel memory', 'of the unreclaimable memory the kernel’s own part: page tables, stacks, sockets, slab objects'),
  metric('memory_file', 'Page cache', 'file pages charged to the role’s cgroup; reclaimable, and charged to whoever touched them first'),
  metric('memory_peak', 'Peak memory', 'largest charge of the role’s cgroup since it was made, page cache included'),
  metric('memory_pss', 'PSS', 'proportional set size, summed over the role’s processes, while its instances are held'),
  metric(
    'memory_pss_anon',
    'PSS without files',
    'of the PSS the anonymous and shared memory: without pages of files, which all processes of the host that map the file have a share in',
  ),
  metric(
    'memory_host_used',
    'Host memory used',
    'MemTotal − MemAvailable while the fleet is held, minus the same just before its first launch',
  ),
  metric(
    'memory_before',
    'Memory before',
    'unreclaimable memory of the daemons’ cgroup, and used memory of the host, before the first launch of a trial',
  ),
  {
    id: 'idle_cpu',
    title: 'CPU at idle',
    unit: '1',
    better: 'lower',
    noise: 'noisy',
    definition:
      'CPU seconds per second that the role’s cgroup used over the last settle window, in which the fleet was held and did nothing',
  },
];

const probe: Probe = {
  id: 'memory',
  title: 'Memory of held instances, by role',
  metrics: METRICS,
  scope: 'instance',
  sensitive: true,
  activities: ['hold', 'place', 'window'],
  open: async (context, cell) => {
    const engine = cell.rung === 'docker-engine' || cell.rung === 'containerd' ? await context.engine() : undefined;
    const isFleet = cell.population !== undefined;
    let hostBefore: number | undefined;
    return {
      before: async () => {
        if (!isFleet) return [];
        hostBefore = await usedMemoryBytes();
        const host: Reading = { metric: 'memory_before', role: 'host', origin: '/proc/meminfo', value: hostBefore };
        return engine?.cgroup === undefined ? [host] : [host, await daemonBefore(engine.cgroup)];
      },
      held: async (target, settle) => (isFleet ? fleetReadings(target, settle, hostBefore) : instanceReadings(target)),
    };
  },
};
export default probe;

async function daemonBefore(group: CgroupRef): Promise<Reading> {
  const { unreclaimable, origin } = await settledGroupMemory(group);
  return reading('memory_before', 'daemon', unreclaimable, origin);
}

/** One instance, as it is right after its first output. */
async function instanceReadings({ roles }: Target): Promise<readonly Reading[]> {
  return (await Promise.all(roles.map(roleMemory))).flatMap(memoryReadings);
}

/** A fleet, once it has settled. What has not settled has a reason instead of numbers. */
async function fleetReadings(
  { roles }: Target,
  settle: SettleRule | undefined,
  hostBefore: number | undefined,
): Promise<readonly Reading[]> {
  const total = totalTarget(roles);
  const all = [...roles, total];
  const hostUsed: number[] = [];
  const looks: (readonly RoleCpu[])[] = [await cpuOf(all)];
  const observe = async (): Promise<number> => {
    looks.push(await cpuOf(all));
    hostUsed.push(await usedMemoryBytes());
    const charged = await Promise.all(total.cgroups.map(chargedBytes));
    const known = charged.filter((bytes) => bytes !== undefined);
    return known.length === 0 ? (hostUsed.at(-1) ?? 0) : known.reduce((sum, bytes) => sum + bytes, 0);
  };
  const rest = settle === undefined ? ({ settled: true } as const) : await untilSettled(settle, observe);
  looks.push(await cpuOf(all));
  const memories = await Promise.all(all.map(roleMemory));
  const host = hostReading(hostBefore, hostUsed.at(-1) ?? (await usedMemoryBytes()));
  const readings = [...memories.flatMap(memoryReadings), host];
  const known = rest.settled
    ? readings
    : readings.map(({ metric: id, role, origin }) => ({ metric: id, role, origin, unavailable: rest.because }));
  return [...known, ...idleCpu(looks, settle?.windowNs ?? 0)];
}

function memoryReadings({ role, unreclaimable, kernel, file, peak, pss, origin }: RoleMemory): readonly Reading[] {
  return [
    reading('memory_unreclaimable', role, unreclaimable, origin),
    reading('memory_kernel', role, kernel, origin),
    reading('memory_file', role, file, origin),
    reading('memory_peak', role, peak, origin),
    reading('memory_pss', role, pss.all, 'smaps_rollup Pss'),
    reading('memory_pss_anon', role, pss.anonymous, 'smaps_rollup Pss_Anon + Pss_Shmem'),
  ];
}

function hostReading(before: number | undefined, now: number): Reading {
  const place = { metric: 'memory_host_used', role: 'host', origin: '/proc/meminfo' } as const;
  return before === undefined ? { ...place, unavailable: 'not read before the first launch' } : { ...place, value: now - before };
}

function reading(id: string, role: Reading['role'], bytes: number | string, origin: string): Reading {
  return typeof bytes === 'number' ? { metric: id, role, origin, value: bytes } : { metric: id, role, origin, unavailable: bytes };
}
