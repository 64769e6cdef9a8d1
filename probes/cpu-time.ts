import { type CpuReading, groupCpuNs } from '../core/host/cgroup-cpu.ts';
import type { MetricDeclaration, Role } from '../core/model/vocabulary.ts';
import type { Probe, Reading } from './probe.ts';

/*
 * Reads: CPU time (user + system) of a trial by role. Processes of ours: wait4 rusage or the process's own CPU clock, handed over with the exit
 * (only the parent can know them). Containers: cpuacct.usage (v1, ns) or usage_usec of cpu.stat (v2) of the trial's own group, which began at 0.
 * Daemons with their shims and runc: the same counter of their group, as a difference over the trial.
 * Resolution: ns (v1), µs (v2); wait4 counts in scheduler time, exact to the µs.
 * Cannot see: work the kernel does on behalf of a trial in its own threads; shims of an engine that is not ours.
 */

const METRIC: MetricDeclaration = {
  id: 'cpu_time',
  title: 'CPU time',
  unit: 's',
  better: 'lower',
  noise: 'noisy',
  definition: 'user + system CPU time from launch to exit, by role; the daemon role holds the engine, its shims and OCI runtime',
};

const probe: Probe = {
  id: 'cpu-time',
  title: 'CPU time by role',
  metrics: [METRIC],
  scope: 'instance',
  sensitive: true,
  activities: ['run'],
  open: async (context, cell) => {
    const engine = cell.rung === 'docker-engine' || cell.rung === 'containerd' ? await context.engine() : undefined;
    let daemonStart: CpuReading | undefined;
    return {
      before: async () => {
        daemonStart = engine && (await groupCpuNs(engine.cgroup));
        return [];
      },
      after: async (exit, target) => {
        const found: Reading[] = exit.cpu.map(({ role, cpuNs, origin }) => reading(role, { ns: cpuNs, origin }));
        for (const { role, cgroups } of target.roles) {
          if (role === 'instance' && cgroups[0]) found.push(reading(role, await groupCpuNs(cgroups[0])));
        }
        if (engine && daemonStart) found.push(reading('daemon', difference(daemonStart, await groupCpuNs(engine.cgroup))));
        if (found.length > 0) return found;
        return [reading('instance', { none: 'neither the parent of the process nor a cgroup of its own counts it here', origin: 'none' })];
      },
    };
  },
};
export default probe;

function difference(start: CpuReading, end: CpuReading): CpuReading {
  return 'ns' in start && 'ns' in end ? { ns: end.ns - start.ns, origin: end.origin } : end;
}

function reading(role: Role, cpu: CpuReading): Reading {
  const base = { metric: METRIC.id, role, origin: cpu.origin };
  return 'ns' in cpu ? { ...base, value: cpu.ns / 1e9 } : { ...base, unavailable: cpu.none };
}
