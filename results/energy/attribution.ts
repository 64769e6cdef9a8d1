import type { Role } from '../../core/model/vocabulary.ts';
import type { TrialRecord } from '../derive/trial-record.ts';
import { CLOSURE_SHARE } from './rules.ts';
import { cpuSeconds, windowSeconds } from './window-energy.ts';

/** How much of the host’s CPU time above idle the technology used. */
export interface Attribution {
  /** technology ÷ host, both above idle */
  readonly share: number;
  /** (host − technology − harness) ÷ host, all above idle: what nobody accounts for; may be negative where clocks tick coarsely */
  readonly restShare: number;
  /** `restShare` is small enough for energy to be shared out */
  readonly closes: boolean;
}

/**
 * Closure check (energy §7.4). Of the host’s busy time (/proc/stat), of the technology (role `total`: all its roles, each group once) and of the harness,
 * each: above = CPU seconds of the work window − T_work · (CPU seconds of both idle brackets ÷ length of both). Then
 * host above idle = technology above idle + harness above idle + rest, and |rest| ≤ 5 % of the host’s; otherwise energy cannot be shared out by CPU time, because
 * something else had a part in it. A technology that is idle in the brackets (a held instance, a daemon) keeps only what the work added.
 * A string: why there is no share.
 */
export function attribution(record: TrialRecord): Attribution | string {
  const host = aboveIdle(record, 'host');
  const technology = aboveIdle(record, 'total');
  const harness = aboveIdle(record, 'harness');
  for (const part of [host, technology, harness]) if (typeof part === 'string') return part;
  if (typeof host === 'string' || typeof technology === 'string' || typeof harness === 'string') return 'CPU time was not read';
  if (cpuSeconds(record, 'work', 'total') === 0) return 'no CPU time of a technology was read in the window of work';
  if (host <= 0) return 'the host was no busier in the window of work than at idle';
  const restShare = (host - technology - harness) / host;
  return { share: technology / host, restShare, closes: Math.abs(restShare) <= CLOSURE_SHARE };
}

function aboveIdle(record: TrialRecord, role: Role): number | string {
  const seconds = windowSeconds(record, 'idle-before') + windowSeconds(record, 'idle-after');
  const work = cpuSeconds(record, 'work', role);
  const before = cpuSeconds(record, 'idle-before', role);
  const after = cpuSeconds(record, 'idle-after', role);
  for (const part of [work, before, after]) if (typeof part === 'string') return part;
  if (typeof work === 'string' || typeof before === 'string' || typeof after === 'string') return 'CPU time was not read';
  if (seconds <= 0) return 'there is no idle window to compare with';
  return work - windowSeconds(record, 'work') * ((before + after) / seconds);
}
