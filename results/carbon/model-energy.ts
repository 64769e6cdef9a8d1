import type { Band } from '../../core/model/energy.ts';
import { median } from '../stats/quantile.ts';
import { product, scaled, sum } from './band.ts';
import { architectureOf } from './cpu-architecture.ts';
import { dynamicPowerEntry, idlePowerEntry, MEMORY_POWER, overAllRows, POWER_ROWS } from './data/coefficients.ts';
import type { TableEntry } from './data/table-entry.ts';
import type { HostCpu } from './host-cpu.ts';

/** A number of a table with what chose it for this host. */
export interface ChosenEntry {
  readonly entry: TableEntry;
  readonly chosen: string;
}

/** Modelled power of this host. */
export interface HostPower {
  /** W that one busy thread adds */
  readonly dynamicW: Band;
  /** W of the whole host (or of a guest’s threads of it) when it does nothing */
  readonly idleW: Band;
  readonly entries: readonly ChosenEntry[];
}

/**
 * CCF’s model: the watts of the table’s servers per thread, and memory only beyond what those servers had per chip. Idle power is that of the threads which
 * the host has: a guest is charged for the threads that are reserved for it.
 */
export function hostPower(cpu: HostCpu): HostPower {
  const { idle, dynamic, gbPerChip, chosen } = cpuEntries(cpu);
  const beyondGib = Math.max(0, cpu.memoryGib - gbPerChip * cpu.chips);
  const cpuW = scaled(idle, cpu.threads);
  const beyond = `${cpu.memoryGib.toFixed(1)} GiB, of which ${cpu.chips} × ${gbPerChip} GB are in the power per thread`;
  return {
    dynamicW: dynamic,
    idleW: beyondGib > 0 ? sum(cpuW, scaled(MEMORY_POWER, beyondGib)) : cpuW,
    entries: [
      { entry: dynamic, chosen },
      { entry: idle, chosen: `${chosen}; times ${cpu.threads} threads` },
      ...(beyondGib > 0 ? [{ entry: MEMORY_POWER, chosen: beyond }] : []),
    ],
  };
}

interface CpuEntries {
  readonly idle: TableEntry;
  readonly dynamic: TableEntry;
  readonly gbPerChip: number;
  readonly chosen: string;
}

function cpuEntries(cpu: HostCpu): CpuEntries {
  const { row, because } = architectureOf(cpu);
  if (row) return { idle: idlePowerEntry(row), dynamic: dynamicPowerEntry(row), gbPerChip: row.gbPerChip, chosen: because };
  return {
    idle: overAllRows('idle'),
    dynamic: overAllRows('dynamic'),
    gbPerChip: median(POWER_ROWS.map((one) => one.gbPerChip)),
    chosen: `${because}: the median of all ${POWER_ROWS.length} rows, with a range over all of them`,
  };
}

/** E_dyn = (P_max − P_min) · CPU-seconds, J. Carries no information beyond the CPU time. */
export function dynamicEnergyJ(cpuSeconds: Band, { dynamicW }: Pick<HostPower, 'dynamicW'>): Band {
  return product(dynamicW, cpuSeconds);
}

/** Share of the host’s idle power over the time it is reserved for, J. */
export function idleEnergyJ(idleW: Band, durationS: number, share: Band): Band {
  return scaled(product(idleW, share), durationS);
}
