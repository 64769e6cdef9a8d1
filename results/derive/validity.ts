import type { Sample } from '../../core/model/sample.ts';
import type { TrialRecord } from './trial-record.ts';

/**
 * A rule that takes a trial's time values out of the statistics. Fixed before any number is seen (DESIGN §4), counted and printed;
 * an invalid sample keeps its value. Nothing else is ever left out: there is no trimming of outliers.
 */
export interface ValidityRule {
  readonly id: string;
  readonly definition: string;
  /** in the unit the definition names */
  readonly threshold: number;
  readonly source: string;
  readonly breaks: (record: TrialRecord) => boolean;
}

/** /proc/stat counts ticks of 10 ms: over a shorter window one tick of steal already looks like a tenth of it. */
const SHORTEST_STEAL_WINDOW_NS = 100e6;
const LARGEST_STEAL_SHARE = 0.1;

export const VALIDITY_RULES: readonly ValidityRule[] = [
  {
    id: 'mark-order',
    definition: 'marks do not follow each other as t0 ≤ t1 ≤ t2 ≤ t3, or a phase ends before it starts: a clock or the harness is wrong',
    threshold: 0,
    source: 'DESIGN §4, marks',
    breaks: (record) => {
      const times = (['t0', 't1', 't2', 't3'] as const).flatMap((mark) => record.marksNs.get(mark) ?? []);
      const disordered = times.some((time, index) => index > 0 && time < (times[index - 1] ?? time));
      return disordered || record.phases.some((phase) => phase.endNs < phase.atNs);
    },
  },
  {
    id: 'host-steal',
    definition: 'more than this share of CPU time was stolen by the hypervisor during a trial of at least 100 ms: the host did not run it',
    threshold: LARGEST_STEAL_SHARE,
    source: 'reference notes, method §4.11; proc(5) for the 10 ms resolution of the steal counter',
    breaks: (record) => {
      const t0 = record.marksNs.get('t0');
      const t2 = record.marksNs.get('t2');
      const steal = record.readings.find((reading) => reading.metric === 'host_steal_share')?.value;
      if (t0 === undefined || t2 === undefined || steal === undefined) return false;
      return t2 - t0 >= SHORTEST_STEAL_WINDOW_NS && steal > LARGEST_STEAL_SHARE;
    },
  },
];

/** Time values of a trial that breaks a rule become `invalid`, keeping the value; sizes and host readings stay as they are. */
export function applyValidity(record: TrialRecord, samples: readonly Sample[]): readonly Sample[] {
  const rule = VALIDITY_RULES.find((candidate) => candidate.breaks(record));
  if (!rule) return samples;
  return samples.map((sample) =>
    sample.outcome.status === 'ok' && sample.unit === 's' && sample.role !== 'host'
      ? { ...sample, outcome: { status: 'invalid', rule: rule.id, value: sample.outcome.value } }
      : sample,
  );
}
