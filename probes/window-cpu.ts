import { type CpuReading, groupCpuNs } from '../core/host/cgroup-cpu.ts';
import { type HarnessCpu, harnessCpu } from '../core/host/harness-cpu.ts';
import { busySeconds, type HostCpu, readHostCpu } from '../core/host/host-cpu.ts';
import type { Engine } from '../core/model/context.ts';
import type { MetricDeclaration, Role } from '../core/model/vocabulary.ts';
import type { ExitFacts, RoleTarget, Target } from '../runners/runner.ts';
import { cpuOf, type RoleCpu } from './cpu/role-cpu.ts';
import type { Probe, Reading, WindowReader } from './probe.ts';

/*
 * Reads: CPU time (user + system) over a window, by role. Of what stands in the window: the counters of its groups at both ends. Of lives that begin and
 * end in it: what only their parent knows (wait4, the process's CPU clock), or their own group's counter before it is removed. Daemons: their group. The
 * suite itself: getrusage and /proc/pid/stat of its launcher and of the rest of the Wasm host. The host: what idle and steal of /proc/stat leave of all CPU time.
 * Resolution: ns (v1), µs (v2, wait4); /proc/stat and /proc/pid/stat 10 ms.
 * Cannot see: what the kernel does in its own threads (it is in the host's, and in nobody's); shims and daemons of an engine that is not ours.
 */

const METRICS: readonly MetricDeclaration[] = [
  {
    id: 'window_cpu',
    title: 'CPU time of a window',
    unit: 's',
    better: 'lower',
    noise: 'noisy',
    definition: 'user + system CPU time from the beginning to the end of the window, by role',
  },
  {
    id: 'window_steal',
    title: 'Stolen CPU time of a window',
    unit: '1',
    better: 'neither',
    noise: 'noisy',
    definition: 'CPU time taken by the hypervisor ÷ (window × CPUs)',
  },
  {
    id: 'window_capacity',
    title: 'CPU time there was in a window',
    unit: 's',
    better: 'neither',
    noise: 'noisy',
    definition: 'length of the window × CPUs of the host',
  },
];

const probe: Probe = {
  id: 'window-cpu',
  title: 'CPU time of energy windows, by role',
  metrics: METRICS,
  scope: 'instance',
  sensitive: true,
  activities: ['window', 'hold'],
  open: async (context, cell) => {
    const engine = cell.rung === 'docker-engine' || cell.rung === 'containerd' ? await context.engine() : undefined;
    const isBlank = cell.role === 'blank';
    return { window: async (target) => openCpuWindow(target, isBlank ? undefined : engine) };
  },
};
export default probe;

async function openCpuWindow(target: Target, engine: Engine | undefined): Promise<WindowReader> {
  const standing = standingRoles(target, engine);
  const lives = new Lives();
  const start = await look(standing);
  return {
    lived: async (exit, lifeTarget) => lives.add(exit, lifeTarget),
    close: async () => {
      const end = await look(standing);
      const roles = [...standingReadings(start.roles, end.roles), ...lives.readings()];
      const seconds = end.atS - start.atS;
      return [
        ...roles,
        totalReading(roles),
        reading('harness', {
          ns: harnessNs(start.harness, end.harness, standing, lives),
          origin: 'getrusage + /proc/pid/stat of its helpers',
        }),
        reading('host', { ns: busySeconds(start.host, end.host, seconds) * 1e9, origin: 'CPUs × time − idle − steal of /proc/stat' }),
        ofHost('window_steal', (end.host.stealS - start.host.stealS) / (seconds * end.host.cpus)),
        ofHost('window_capacity', seconds * end.host.cpus),
      ];
    },
  };
}

/** What has a group that outlives the window; the daemons too where nothing of the technology stands. */
function standingRoles({ roles }: Target, engine: Engine | undefined): readonly RoleTarget[] {
  const counted = roles.filter(({ cgroups, countedIn }) => cgroups.length > 0 || countedIn === undefined);
  if (engine === undefined || counted.some(({ role }) => role === 'daemon')) return counted;
  return [...counted, { role: 'daemon', pids: engine.daemonPids, cgroups: engine.cgroup ? [engine.cgroup] : [] }];
}

interface Look {
  readonly atS: number;
  readonly roles: readonly RoleCpu[];
  readonly harness: HarnessCpu;
  readonly host: HostCpu;
}

async function look(roles: readonly RoleTarget[]): Promise<Look> {
  const [cpus, harness, host] = await Promise.all([cpuOf(roles), harnessCpu(), readHostCpu()]);
  return { atS: performance.now() / 1000, roles: cpus, harness, host };
}

/** Of a host process of Wasm instances that stands in the window, all is the technology's; else only what its instances have used from launch to exit. */
function harnessNs(start: HarnessCpu, end: HarnessCpu, standing: readonly RoleTarget[], lives: Lives): number {
  const suiteNs = end.suiteNs - start.suiteNs;
  if (standing.some(({ role }) => role === 'host-process')) return suiteNs;
  return suiteNs + Math.max(0, end.wasmHostsNs - start.wasmHostsNs - lives.inWasmHostsNs);
}

function standingReadings(start: readonly RoleCpu[], end: readonly RoleCpu[]): readonly Reading[] {
  return end.map(({ role, used, origin }) => {
    const from = start.find((other) => other.role === role)?.used;
    if (typeof used !== 'number' || typeof from !== 'number') return reading(role, { none: String(used), origin });
    return reading(role, { ns: used - from, origin });
  });
}

/** Sums over the lives that ended in the window; a role one of them has no number for has none. */
class Lives {
  /** of these, in host processes that outlive them, ns */
  inWasmHostsNs = 0;
  readonly #sums = new Map<Role, { ns: number; origin: string; missing: string | undefined }>();

  async add(exit: ExitFacts, target: Target): Promise<void> {
    const own: { readonly role: Role; readonly cpu: CpuReading }[] = exit.cpu.map(({ role, cpuNs, origin }) => ({
      role,
      cpu: { ns: cpuNs, origin },
    }));
    for (const { role, cgroups } of target.roles) {
      if (role === 'instance' && cgroups[0]) own.push({ role, cpu: await groupCpuNs(cgroups[0]) });
    }
    if (own.length === 0) own.push({ role: 'instance', cpu: { none: UNCOUNTED, origin: 'none' } });
    for (const { cpuNs, origin } of exit.cpu) if (origin.startsWith(IN_HOST)) this.inWasmHostsNs += cpuNs;
    for (const { role, cpu } of own) {
      const known = this.#sums.get(role) ?? { ns: 0, origin: cpu.origin, missing: undefined };
      const missing = 'none' in cpu ? cpu.none : known.missing;
      this.#sums.set(role, { ns: known.ns + ('ns' in cpu ? cpu.ns : 0), origin: cpu.origin, missing });
    }
  }

  readings(): readonly Reading[] {
    return [...this.#sums].map(([role, { ns, origin, missing }]) =>
      reading(role, missing === undefined ? { ns, origin } : { none: missing, origin }),
    );
  }
}

/** How an embedded instance's CPU time is known (runners/wasmtime). */
const IN_HOST = 'CLOCK_PROCESS_CPUTIME_ID of the host process';
const UNCOUNTED = 'neither the parent of the process nor a cgroup of its own counts it here';

/** The technology: every role of it; one without a number leaves the sum without one. */
function totalReading(roles: readonly Reading[]): Reading {
  const place = { metric: 'window_cpu', role: 'total', origin: 'sum of the roles' } as const;
  const missing = roles.flatMap((one) => ('unavailable' in one ? [`${one.role}: ${one.unavailable}`] : []))[0];
  if (missing !== undefined) return { ...place, unavailable: missing };
  return { ...place, value: roles.reduce((sum, one) => sum + ('value' in one ? one.value : 0), 0) };
}

function ofHost(metric: string, value: number): Reading {
  return { metric, role: 'host', origin: '/proc/stat', value };
}

function reading(role: Role, cpu: CpuReading): Reading {
  const base = { metric: 'window_cpu', role, origin: cpu.origin };
  return 'ns' in cpu ? { ...base, value: cpu.ns / 1e9 } : { ...base, unavailable: cpu.none };
}
