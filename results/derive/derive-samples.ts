import type { Event } from '../../core/model/event.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { countedSlots, expectedSlots } from './expected-slots.ts';
import { failureOf, groupByTrial, isUnplanned, type TrialRecord } from './trial-record.ts';
import { type MetricSlot, sampleOf, samplesOf } from './trial-samples.ts';
import { applyValidity } from './validity.ts';

/**
 * Every number of a run, or the reason why there is none, in the order of the record. A failed trial yields `failed` for every
 * number its cell was expected to have; a time-out is failed and censored, never dropped. Trials of the plan that were never begun
 * yield nothing (`recordNotes` counts them).
 */
export function deriveSamples(plan: Plan, events: readonly Event[]): Sample[] {
  const cells = new Map(plan.cells.map((cell) => [cell.id, cell]));
  const planned = new Set(plan.trials.map((trial) => trial.id));
  const records = groupByTrial(events).records.filter((record) => !isUnplanned(plan, record));
  const derived = records.map((record) => {
    const failure = planned.has(record.trialId) ? failureOf(record) : undefined;
    const samples = failure ? [] : applyValidity(record, samplesOf(record, cells.get(record.cell)));
    return { record, failure, samples };
  });
  const counted = countedSlots(derived.flatMap(({ samples }) => samples));
  return derived.flatMap(({ record, failure, samples }) => {
    const cell = cells.get(record.cell);
    if (!failure || !cell) return samples;
    return expectedSlots(cell, plan.cells, counted).map((slot) => failedSample(record, slot, failure));
  });
}

const NS_PER_S = 1e9;

/** The time limit bounds a mark metric from below, unless the mark is on record (the first byte came, the exit did not). */
function failedSample(
  record: TrialRecord,
  slot: MetricSlot,
  failure: { readonly code: string; readonly censoredAfterNs?: number },
): Sample {
  const bounded =
    slot.metric === 'run_time' || (slot.metric === 'cold_start' && !record.marksNs.has('t1')) ? failure.censoredAfterNs : undefined;
  const outcome: Outcome = {
    status: 'failed',
    code: failure.code,
    ...(bounded === undefined ? {} : { censoredAfter: bounded / NS_PER_S }),
  };
  return sampleOf(record, slot, outcome);
}
