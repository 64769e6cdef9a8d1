import type { Sample } from '../../core/model/sample.ts';
import type { TrialRecord } from '../derive/trial-record.ts';

/** Samples that follow from a trial's windows: in work. */
export function energySamples(_record: TrialRecord): Sample[] {
  return [];
}
