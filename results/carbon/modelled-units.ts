import type { UnitEnergy } from '../../core/model/energy.ts';
import type { FunctionalUnit } from '../../core/model/vocabulary.ts';
import type { TrialRecord } from '../derive/trial-record.ts';
import { disturbances } from '../energy/window-energy.ts';
import { sum } from './band.ts';
import { type Capacity, hostShare, NO_CAPACITY } from './host-share.ts';
import { dynamicEnergyJ, type HostPower, idleEnergyJ } from './model-energy.ts';
import type { Technology } from './technologies.ts';
import type { UnitWork } from './unit-work.ts';

/** What the model knows of the host. */
export interface ModelHost {
  readonly power: HostPower;
  readonly threads: number;
}

/**
 * Energy of one unit by the model: CPU seconds × the watts that a busy thread adds, and a share of the host’s idle power while it lasts. It carries no
 * information beyond CPU time and memory (reference: energy §3): it is never a sample, never gated, never ranked.
 */
export function modelledUnit(
  { key, cells }: Technology,
  unit: FunctionalUnit,
  work: UnitWork,
  capacity: Capacity | undefined,
  { power, threads }: ModelHost,
  records: readonly TrialRecord[],
): UnitEnergy {
  const { totalCpuS, durationS } = work;
  const share = capacity && totalCpuS && durationS && threads > 0 ? hostShare(capacity, totalCpuS, threads, durationS) : undefined;
  const dynamicJ = totalCpuS && dynamicEnergyJ(totalCpuS, power);
  const idleJ = share && durationS !== undefined ? idleEnergyJ(power.idleW, durationS, share) : undefined;
  const energyJ = dynamicJ && idleJ && sum(dynamicJ, idleJ);
  const emulated = cells.some((cell) => cell.emulated === true && work.cells.includes(cell.id));
  const notes = [
    ...work.notes,
    ...(threads > 0 ? [] : ['the record does not say how many threads this host has']),
    ...(capacity || threads === 0 ? [] : [NO_CAPACITY]),
    ...busyText(records),
    ...(emulated ? ['emulated: the CPU time is that of an imitated processor'] : []),
  ];
  return {
    ...key,
    unit,
    method: 'modelled',
    cells: [...work.cells],
    n: work.n,
    cpuS: [...work.cpuS],
    ...(durationS === undefined ? {} : { durationS }),
    ...(dynamicJ ? { dynamicJ } : {}),
    ...(threads > 0 ? { hostIdleW: power.idleW } : {}),
    ...(share ? { share } : {}),
    ...(idleJ ? { idleJ } : {}),
    ...(energyJ ? { energyJ } : {}),
    coefficients: power.entries.map(({ entry }) => entry.id),
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}

/** Where others used the processors while units were done, these took longer than they would have; their CPU time is their own all the same. */
function busyText(records: readonly TrialRecord[]): readonly string[] {
  const windows = records.filter((record) => record.windows.some(({ window }) => window === 'work'));
  const busy = windows.filter((record) => disturbances(record, 'work').length > 0).length;
  return busy === 0 ? [] : [`other programs ran in ${busy} of ${windows.length} windows: it took longer than alone`];
}
