import { MARK_METRICS, phaseMetric } from '../../core/model/metrics.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { Cell } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Activity, Role, Unit } from '../../core/model/vocabulary.ts';
import { energySamples } from '../energy/energy-samples.ts';
import type { TrialRecord } from './trial-record.ts';

const NS_PER_S = 1e9;

/** A number that a cell yields: one metric of one role. */
export interface MetricSlot {
  readonly metric: string;
  readonly role: Role;
  readonly unit: Unit;
}

/** Samples of a record whose numbers count: marks and phases of timed trials, then readings, then what follows from energy windows. */
export function samplesOf(record: TrialRecord, cell: Cell | undefined): Sample[] {
  const timed = record.round > 0 ? timedSamples(record, cell?.activity) : [];
  const read = record.readings
    .filter(({ window }) => window === undefined)
    .map((reading) => {
      const outcome: Outcome =
        reading.value === undefined
          ? { status: 'unavailable', reason: reading.unavailable ?? 'neither a value nor a reason is on record' }
          : { status: 'ok', value: reading.value };
      return sampleOf(record, reading, outcome);
    });
  return [...timed, ...read, ...energySamples(record)];
}

/** Placing is timed inside the host process, around nothing but itself; the marks of such a trial are no cold start. */
function timedSamples(record: TrialRecord, activity: Activity | undefined): Sample[] {
  if (activity === 'place') return phaseSamples(record);
  return activity === 'run' ? [...markSamples(record), ...phaseSamples(record)] : [];
}

export function sampleOf(record: TrialRecord, slot: MetricSlot, outcome: Outcome): Sample {
  const { cell, trialId, round, position } = record;
  return { cell, trialId, round, position, metric: slot.metric, role: slot.role, unit: slot.unit, outcome };
}

/**
 * The slots that marks give, which every cell of activity `run` owes. A held instance joins its cgroup between clone and exec and
 * its exit waits for the probes, a loop exits after its loops: times of such trials would be no cold starts and are not derived.
 */
export const MARK_SLOTS: readonly MetricSlot[] = MARK_METRICS.map(({ id, unit }) => ({ metric: id, role: 'instance', unit }));

function markSamples(record: TrialRecord): Sample[] {
  const t0 = record.marksNs.get('t0');
  const until = { cold_start: record.marksNs.get('t1'), run_time: record.marksNs.get('t2') };
  const missing = { cold_start: 'the program ended without a byte of output', run_time: 'its exit (t2) is not on record' };
  return MARK_METRICS.map(({ id, unit }) => {
    const end = until[id];
    const slot: MetricSlot = { metric: id, role: 'instance', unit };
    if (t0 === undefined) return sampleOf(record, slot, { status: 'unavailable', reason: 'its launch (t0) is not on record' });
    if (end === undefined) return sampleOf(record, slot, { status: 'unavailable', reason: missing[id] });
    return sampleOf(record, slot, { status: 'ok', value: (end - t0) / NS_PER_S });
  });
}

/** A phase that occurs several times in one life is summed: the breakdown says where the time went, not how often. */
function phaseSamples(record: TrialRecord): Sample[] {
  const totals = new Map<string, { slot: MetricSlot; ns: number }>();
  for (const { phase, layer, atNs, endNs } of record.phases.toSorted((x, y) => x.atNs - y.atNs)) {
    const { id, unit } = phaseMetric(phase, layer);
    const known = totals.get(id) ?? { slot: { metric: id, role: 'instance', unit }, ns: 0 };
    totals.set(id, { ...known, ns: known.ns + (endNs - atNs) });
  }
  return [...totals.values()].map(({ slot, ns }) => sampleOf(record, slot, { status: 'ok', value: ns / NS_PER_S }));
}
