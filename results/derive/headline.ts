import { LOOP_METRICS } from '../../core/model/metrics.ts';
import type { Activity } from '../../core/model/vocabulary.ts';
import { MARK_SLOTS, type MetricSlot } from './trial-samples.ts';

const LOOP_SLOTS: readonly MetricSlot[] = LOOP_METRICS.map(({ id, unit }) => ({ metric: id, role: 'instance', unit }));
const DENSITY_SLOT: MetricSlot = { metric: 'density_verified', role: 'host', unit: '1' };
const ENERGY_SLOTS: readonly MetricSlot[] = [
  { metric: 'energy_net', role: 'host', unit: 'J' },
  { metric: 'cpu_per_unit', role: 'total', unit: 's' },
];
const MEMORY_SLOT: MetricSlot = { metric: 'memory_unreclaimable', role: 'instance', unit: 'B' };

/** What a cell of this activity owes even if nothing at all was read: a cell that always fails still has its missing values. */
export const OWED_SLOTS: Readonly<Record<Activity, readonly MetricSlot[]>> = {
  run: MARK_SLOTS,
  hold: [MEMORY_SLOT],
  loop: LOOP_SLOTS,
  place: [{ ...MEMORY_SLOT, role: 'host-process' }],
  ramp: [DENSITY_SLOT],
  window: ENERGY_SLOTS,
};

/** The figures a scenario is asked for: the A/A twin, the adaptive stop and the checks look at these. */
export const HEADLINE_METRICS: Readonly<Record<Activity, readonly string[]>> = {
  run: ['cold_start'],
  hold: [MEMORY_SLOT.metric],
  loop: LOOP_SLOTS.map((slot) => slot.metric),
  place: [MEMORY_SLOT.metric],
  ramp: [DENSITY_SLOT.metric],
  window: ENERGY_SLOTS.map((slot) => slot.metric),
};
