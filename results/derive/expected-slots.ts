import type { Cell } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { OWED_SLOTS } from './headline.ts';
import type { MetricSlot } from './trial-samples.ts';

/**
 * Which numbers a failed trial of a cell lost: what the cell's other trials yielded. A cell that never succeeded owes what its
 * activity owes and what every other cell of its scenario yielded, phases excepted (each technology has its own).
 */
export function expectedSlots(cell: Cell, cells: readonly Cell[], counted: SlotsByCell): readonly MetricSlot[] {
  const own = counted.get(cell.id);
  if (own && own.size > 0) return distinct([...(cell.activity === 'run' ? OWED_SLOTS.run : []), ...own.values()]);
  const peers = cells
    .filter((other) => other.scenario === cell.scenario && other.activity === cell.activity)
    .flatMap((other) => counted.get(other.id) ?? []);
  const [first, ...others] = peers;
  const shared = [...(first?.entries() ?? [])]
    .filter(([key, slot]) => !slot.metric.startsWith('phase_') && others.every((slots) => slots.has(key)))
    .map(([, slot]) => slot);
  return distinct(cell.activity === 'loop' && shared.length > 0 ? shared : [...OWED_SLOTS[cell.activity], ...shared]);
}

export type SlotsByCell = ReadonlyMap<string, ReadonlyMap<string, MetricSlot>>;

/** Slots seen in the trials whose numbers count, by cell; `prepare` readings (round 0) belong to no trial. */
export function countedSlots(samples: readonly Sample[]): SlotsByCell {
  const byCell = new Map<string, Map<string, MetricSlot>>();
  for (const { cell, round, metric, role, unit } of samples) {
    if (round === 0) continue;
    const slots = byCell.get(cell) ?? new Map<string, MetricSlot>();
    byCell.set(cell, slots);
    slots.set(slotKey({ metric, role }), { metric, role, unit });
  }
  return byCell;
}

export function slotKey(slot: Pick<MetricSlot, 'metric' | 'role'>): string {
  return `${slot.metric} ${slot.role}`;
}

function distinct(slots: readonly MetricSlot[]): MetricSlot[] {
  return [...new Map(slots.map((slot) => [slotKey(slot), slot])).values()];
}
