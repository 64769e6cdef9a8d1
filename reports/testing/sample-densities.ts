import type { Density, MemoryFit, Ramp, Reconciliation } from '../../core/model/density.ts';
import type { Cell } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Interval, Summary } from '../../core/model/summary.ts';
import type { Role } from '../../core/model/vocabulary.ts';
import { grouped } from '../view.ts';
import { lineOf, truthOf } from './sample-fleets.ts';

const GIB = 1024 ** 3;
const CAP_BYTES = 2 * GIB;

/** The true line with an interval around it, over the medians of the sample's own readings. One technology leaks, one line is bent. */
export function sampleFits(cells: readonly Cell[], summaries: readonly Summary[]): MemoryFit[] {
  const fleets = cells.filter((cell) => cell.population !== undefined);
  const groups = grouped(fleets, ({ scenario, runner, variant, workload, population }) =>
    [scenario, runner, variant, workload, population?.state].join(' '),
  );
  return [...groups.values()].flatMap((list) => {
    const ids = new Set(list.map(({ id }) => id));
    const mine = summaries.filter(({ cell, metric }) => ids.has(cell) && /^(memory_|idle_cpu)/.test(metric));
    return [...grouped(mine, ({ metric, role }) => `${metric} ${role}`).values()].map((rows) => fitOf(list, rows));
  });
}

function fitOf(cells: readonly Cell[], rows: readonly Summary[]): MemoryFit {
  const [cell] = cells;
  const [row] = rows;
  if (!cell?.population || !row) throw new Error('a fit of nothing');
  const { scenario, runner, variant, workload, population } = cell;
  const { state } = population;
  const medians = rows.flatMap(({ cell: id, median, counts }) => {
    const instances = cells.find((candidate) => candidate.id === id)?.population?.instances;
    return instances === undefined || median === undefined ? [] : [{ instances, value: median, count: counts.ok }];
  });
  const rounds = Math.max(...medians.map(({ count }) => count));
  const key = { scenario, runner, variant, workload, state, metric: row.metric, role: row.role, unit: row.unit };
  const counted = { points: medians.reduce((sum, { count }) => sum + count, 0), rounds, medians };
  if (variant === 'runc-debian' && row.metric === 'memory_host_used') {
    return { ...key, ...counted, points: 2, note: '2 rounds span half of the range of N, an interval needs 3' };
  }
  const { each, fixed } = trueLine(cell, state, row.metric, row.role);
  return {
    ...key,
    ...counted,
    slope: { estimate: each, interval: around(each, 0.02) },
    intercept: { estimate: fixed, interval: around(fixed, 0.06) },
    curvature: runner === 'v8' ? { status: 'curved', relative: 0.12 } : { status: 'straight', relative: -0.004 },
    ...(variant === 'runc-debian' && state === 'idle'
      ? { invalid: 'leak: the daemon kept 1.9 MB from trial to trial (5 of 5 rounds)' }
      : {}),
  };
}

function trueLine(cell: Cell, state: string, metric: string, role: Role): { fixed: number; each: number } {
  if (metric === 'idle_cpu') return { fixed: 0, each: truthOf(cell).idleCpu };
  const share = metric === 'memory_pss' ? 0.8 : metric === 'memory_kernel' ? 0.21 : 1;
  const { fixed, each } = lineOf(cell, state, role === 'host' ? 'total' : role);
  return { fixed: fixed * share, each: each * share };
}

function around(value: number, share: number): Interval {
  return { method: 'none', level: 0.95, low: value - Math.abs(value) * share, high: value + Math.abs(value) * share };
}

export function sampleReconciliations(fits: readonly MemoryFit[]): Reconciliation[] {
  return fits
    .filter(({ metric, role, scenario }) => metric === 'memory_unreclaimable' && role === 'total' && scenario === 'memory')
    .map(({ scenario, runner, variant, workload, state, slope }) => {
      const key = { scenario, runner, variant, workload, state };
      if (!slope) return { ...key, status: 'incomplete' as const, because: 'there is no line' };
      const third = runner === 'v8' ? 1.22 : 1.03;
      const host = slope.estimate * third;
      const shared = { unreclaimable: slope, pssPlusKernel: { estimate: slope.estimate * 1.01, interval: around(slope.estimate, 0.03) } };
      if (variant === 'runc-debian')
        return { ...key, ...shared, status: 'incomplete' as const, because: 'the host’s own reading has no line' };
      return {
        ...key,
        ...shared,
        host: { estimate: host, interval: around(host, 0.04) },
        spread: third - 1,
        status: third > 1.1 ? ('differ' as const) : ('agree' as const),
        because:
          third > 1.1
            ? 'the host uses 22 % more per instance than the groups: page tables and slabs that no group is charged with'
            : 'all three lie within 10 %',
      };
    });
}

/** Three ramps per technology; one of them was cut off. */
export function sampleDensities(cells: readonly Cell[], samples: readonly Sample[]): Density[] {
  return cells.filter(({ activity }) => activity === 'ramp').map((cell) => densityOf(cell, samples));
}

function densityOf(cell: Cell, samples: readonly Sample[]): Density {
  const reached = samples.filter((sample) => sample.cell === cell.id && sample.metric === 'density_verified');
  const { fixed, each } = lineOf(cell, 'idle', 'total');
  const limit = LIMITS[`${cell.runner}/${cell.variant}`] ?? MEMORY;
  const ramps = reached.map((sample, index) => rampOf(cell, sample, limit, cell.runner === 'v8' && index === 1));
  const verified = ramps.flatMap((ramp) => (ramp.limit ? [ramp.limit.instances] : []));
  const median = verified.toSorted((a, b) => a - b)[Math.floor(verified.length / 2)];
  const perGib = median === undefined ? {} : { median, instancesPerGib: (median * GIB) / (fixed + each * median) };
  const predict = (slope: number): number => Math.floor((CAP_BYTES - fixed) / slope);
  return {
    cell: cell.id,
    memoryCapBytes: CAP_BYTES,
    ...(cell.variant === 'runc-debian'
      ? { note: 'its line is invalid (leak)' }
      : { predicted: { estimate: predict(each), low: predict(each * 1.02), high: predict(each * 0.98), from: 'memory, noop, idle' } }),
    verified,
    ...perGib,
    limit: limit.name,
    ramps,
  };
}

interface Limit {
  readonly name: string;
  readonly evidence: string;
}
const MEMORY: Limit = { name: 'memory', evidence: 'the next start was killed: oom_kill of the fleet’s group rose from 0 to 1' };
const LIMITS: Readonly<Record<string, Limit>> = {
  'process/native': { name: 'scenario-cap', evidence: 'all 4096 instances that the scenario allows are alive, and none was refused' },
  'wasmtime/aot-pooled': { name: 'pool-size', evidence: 'wasmtime: maximum concurrent core instance limit of 1000 reached' },
  'container/runc-scratch': { name: 'probe-p95', evidence: 'p95 of 60 requests was 2.4 times its value at N = 1 (2.16 ms beside 0.90 ms)' },
};

function rampOf(cell: Cell, { trialId, round, outcome }: Sample, limit: Limit, cutOff: boolean): Ramp {
  const instances = outcome.status === 'ok' ? outcome.value : 0;
  const { fixed, each } = lineOf(cell, 'idle', 'total');
  const doublings = Array.from({ length: Math.floor(Math.log2(instances)) + 1 }, (_, index) => 2 ** index);
  const level = (count: number, ok: boolean): Ramp['levels'][number] => ({
    instances: count,
    ok,
    probeP95S: 0.9e-3 * (1 + (1.4 * count) / instances) * (1 + round / 100),
    probeCount: 60,
    memoryBytes: Math.round(fixed + each * count),
    hostAvailableBytes: 20e9 - fixed - each * count,
    daemonCpus: 0.2,
    atS: count / 40,
    ...(ok ? {} : { because: limit.name }),
  });
  const steps = [...doublings, instances].map((count) => level(count, true));
  return {
    cell: cell.id,
    trialId,
    round,
    levels: limit.name === 'scenario-cap' ? steps : [...steps, level(Math.ceil(instances * 1.02), false)],
    headroom: [
      { limit: 'memory', used: Math.round(fixed + each * instances), max: CAP_BYTES, origin: 'memory.current of the fleet’s group' },
      { limit: 'pids', used: instances + 180, max: 4_194_304, origin: '/proc/sys/kernel/pid_max' },
      { limit: 'max_map_count', used: 61, max: 65_530, origin: '/proc/sys/vm/max_map_count' },
      { limit: 'bridge-ports', used: instances, origin: 'network none: not used' },
    ],
    ...(cutOff ? {} : { limit: { limit: limit.name, instances, evidence: limit.evidence } }),
  };
}
