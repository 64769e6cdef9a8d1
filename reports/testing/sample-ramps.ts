import type { Event, EventBody } from '../../core/model/event.ts';
import type { Cell, Plan, Trial } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { lineOf } from './sample-fleets.ts';

interface Limit {
  readonly name: string;
  readonly evidence: string;
}
const MEMORY: Limit = { name: 'memory', evidence: 'the next start was killed: oom_kill of the fleet’s group rose from 0 to 1' };
const LIMITS: Readonly<Record<string, Limit>> = {
  'process/native': { name: 'most-instances', evidence: 'all 4096 instances that the scenario allows are alive, and none was refused' },
  'wasmtime/aot-pooled': { name: 'pool-size', evidence: 'wasmtime: maximum concurrent core instance limit of 1000 reached' },
  'container/runc-scratch': {
    name: 'answer-time',
    evidence: 'p95 of 60 requests was 2.4 times its value at N = 1 (2.16 ms beside 0.90 ms)',
  },
};

/** What ramps leave on record, as far as densities are derived from it. The second ramp of one technology is cut off. */
export function rampEvents(plan: Plan, samples: readonly Sample[]): Event[] {
  const cells = new Map(plan.cells.map((cell) => [cell.id, cell]));
  return plan.trials.flatMap((trial) => {
    const cell = cells.get(trial.cell);
    const reached = samples.find(({ trialId, metric }) => trialId === trial.id && metric === 'density_verified')?.outcome;
    if (cell?.activity !== 'ramp' || reached?.status !== 'ok') return [];
    const { cell: id, round, position } = trial;
    const bodies: EventBody[] = [
      { kind: 'trial', state: 'begin', cell: id, round, position, atNs: 0 },
      ...bodiesOf(cell, trial, reached.value),
      { kind: 'output', bytes: 5, sha256: 'verified', correct: true, atNs: 8.5e11 },
      { kind: 'trial', state: 'end', cell: id, round, position, atNs: 9e11 },
    ];
    return bodies.map((body, seq): Event => ({ ...body, seq, trialId: trial.id }));
  });
}

function bodiesOf(cell: Cell, { round }: Trial, instances: number): EventBody[] {
  const limit = LIMITS[`${cell.runner}/${cell.variant}`] ?? MEMORY;
  const { fixed, each } = lineOf(cell, 'idle', 'total');
  const level = (count: number, ok: boolean): EventBody => ({
    kind: 'level',
    atNs: Math.round(count * 2.5e7),
    instances: count,
    ok,
    probeP95Ns: Math.round(0.9e6 * (1 + (1.4 * count) / instances) * (1 + round / 100)),
    probeCount: 60,
    memoryBytes: Math.round(fixed + each * count),
    hostAvailableBytes: Math.round(20e9 - fixed - each * count),
    daemonCpus: 0.2,
    ...(ok ? {} : { because: limit.name }),
  });
  const headroom = (name: string, used: number, max: number | undefined, origin: string): EventBody => ({
    kind: 'headroom',
    atNs: 8e11,
    limit: name,
    used,
    origin,
    ...(max === undefined ? {} : { max }),
  });
  const doublings = Array.from({ length: Math.floor(Math.log2(instances)) + 1 }, (_, index) => 2 ** index);
  const isCutOff = cell.runner === 'v8' && round === 2;
  return [
    ...[...doublings, instances].map((count) => level(count, true)),
    ...(limit.name === 'most-instances' ? [] : [level(Math.ceil(instances * 1.02), false)]),
    headroom('memory', Math.round(fixed + each * instances), 2 * 1024 ** 3, 'memory.current of the fleet’s group'),
    headroom('pids', instances + 180, 4_194_304, '/proc/sys/kernel/pid_max'),
    headroom('max_map_count', 61, 65_530, '/proc/sys/vm/max_map_count'),
    headroom('bridge-ports', instances, undefined, 'network none: not used'),
    ...(isCutOff ? [] : [{ kind: 'limit', atNs: 8e11, limit: limit.name, instances, evidence: limit.evidence } as const]),
  ];
}
