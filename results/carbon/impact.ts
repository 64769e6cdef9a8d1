import type { Band, Impact, UnitEnergy } from '../../core/model/energy.ts';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import type { FunctionalUnit } from '../../core/model/vocabulary.ts';
import { product, scaled, sum } from './band.ts';

const JOULES_PER_KWH = 3.6e6;
const GRAMS_PER_KG = 1000;
/** CCF and the SCI guide count 8,760 hours */
const SECONDS_PER_YEAR = 365 * 24 * 3600;

/** R of each unit: an operation is too little for a figure that anybody can read. */
const UNITS_PER_FIGURE: Readonly<Record<FunctionalUnit, number>> = { 'cold-start': 1, operation: 1000, 'instance-hour-idle': 1 };

/** The one place where joules become kilowatt-hours. */
export function kwhOf(joules: Band): Band {
  const { low, central, high } = joules;
  return { low: low / JOULES_PER_KWH, central: central / JOULES_PER_KWH, high: high / JOULES_PER_KWH };
}

/** M = TE · (TiR / EL) · (RR / ToR), g: kg for the whole host, the time it is reserved for, and the share of it. */
export function embodiedG(totalKg: Band, reservedS: number, lifetimeYears: number, share: Band): Band {
  return scaled(product(totalKg, share), (GRAMS_PER_KG * reservedS) / (lifetimeYears * SECONDS_PER_YEAR));
}

/**
 * SCI = ((E · I) + M) per R (ISO/IEC 21031:2024), g per functional unit; low and high by interval product.
 * @throws BenchError `no-functional-units` where R is not positive: the tools of the field silently print the total as if it were a rate
 */
export function sciG(energyKwh: Band, intensityGPerKwh: Band, embodied: Band, functionalUnits: number): Band {
  if (!(functionalUnits > 0 && Number.isFinite(functionalUnits))) {
    throw new BenchError({
      code: 'no-functional-units',
      message: `a carbon intensity per ${functionalUnits} functional units does not exist`,
      remedy: 'measure at least one unit: SCI is a rate, its R must be above 0',
      exitCode: EXIT_CODES.usage,
    });
  }
  return scaled(sum(product(energyKwh, intensityGPerKwh), embodied), 1 / functionalUnits);
}

/** What turns energy into carbon, for all figures of a report alike. */
export interface CarbonFactors {
  readonly intensityGPerKwh: Band;
  /** of the host, or of a guest’s part of it */
  readonly hostKg: Band;
  readonly lifetimeYears: number;
  /** 1: not applied */
  readonly pue: number;
}

/** SCI of one row of the energy table. PUE multiplies the energy of the computer; what a row lacks is missing here too, with the row’s reason. */
export function impactOf(unit: UnitEnergy, { intensityGPerKwh, hostKg, lifetimeYears, pue }: CarbonFactors): Impact {
  const { runner, variant, workload, emulated, method, energyJ, share, durationS } = unit;
  const per = UNITS_PER_FIGURE[unit.unit];
  const energyKwh = energyJ && scaled(kwhOf(energyJ), per * pue);
  const embodied = share && durationS !== undefined ? scaled(embodiedG(hostKg, durationS, lifetimeYears, share), per) : undefined;
  // Both are for `per` units already: R is one such group.
  const sci = energyKwh && embodied && sciG(energyKwh, intensityGPerKwh, embodied, 1);
  return {
    runner,
    variant,
    workload,
    ...(emulated ? { emulated } : {}),
    unit: unit.unit,
    method,
    per,
    ...(energyKwh ? { energyKwh, operationalG: product(energyKwh, intensityGPerKwh) } : {}),
    ...(embodied ? { embodiedG: embodied } : {}),
    ...(sci ? { sciG: sci } : {}),
    ...noteOf(unit.note ?? (sci ? undefined : 'energy or share of the host is missing')),
  };
}

function noteOf(note: string | undefined): Pick<Impact, 'note'> {
  return note === undefined ? {} : { note };
}
