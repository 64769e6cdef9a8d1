import { z } from 'zod';
import { Interval } from './summary.ts';
import { EnergyMethod, FunctionalUnit, Identifier, Role } from './vocabulary.ts';

/** A value with the range it is believed to lie in; `low` ≤ `central` ≤ `high`. What the range is made of is said beside it. */
export const Band = z.strictObject({ low: z.number(), central: z.number(), high: z.number() });
export type Band = z.infer<typeof Band>;

/** What could be read for energy in this run, and why the others could not: one entry per source that was looked for. */
export const MeterState = z.strictObject({
  meter: Identifier,
  method: EnergyMethod,
  /** what its joules cover, in words: “packages + dram”, “whole machine, AC” */
  scope: z.string(),
  /** zone names with their domain; `counted`: part of the sum */
  zones: z.array(
    z.strictObject({ zone: Identifier, name: z.string(), domain: Identifier, counted: z.boolean(), because: z.string().optional() }),
  ),
  warnings: z.array(z.string()),
  /** absent: it was read */
  unavailable: z.strictObject({ code: Identifier, because: z.string(), remedy: z.string() }).optional(),
  /** reads of the run and how long one took, ns */
  reads: z.int().min(0),
  latencyMedianNs: z.number().optional(),
  latencyMaxNs: z.number().optional(),
});
export type MeterState = z.infer<typeof MeterState>;

/** Which technology a figure is about: cells that differ in nothing but their scenario or number of instances share it. */
const TechnologyKey = {
  runner: Identifier,
  variant: Identifier,
  workload: Identifier,
  /** ran in emulation on this host: its CPU time, and all that follows from it, is that of an imitated processor (docs/decisions/0006) */
  emulated: z.literal(true).optional(),
};

/** Share of the host that is reserved while one unit is done: the larger of the memory share (1 ÷ instances per host) and the CPU share. */
export const HostShare = z.strictObject({
  ...Band.shape,
  instancesPerHost: z.number().optional(),
  /** which figure it was taken from, in words */
  from: z.string(),
});
export type HostShare = z.infer<typeof HostShare>;

/**
 * Energy of one functional unit of one technology by one method. `dynamicJ`: what it costs above idle (measured: net; modelled: CPU-seconds × W) ·
 * `idleJ`: its share of the host’s idle power while it lasts · `energyJ`: both. A modelled row and a measured row of the same unit stand beside each other
 * and are never averaged, ranked or drawn on one axis.
 */
export const UnitEnergy = z.strictObject({
  ...TechnologyKey,
  unit: FunctionalUnit,
  method: EnergyMethod,
  /** cells the figure comes from */
  cells: z.array(Identifier),
  /** trials behind it */
  n: z.int().min(0),
  /** CPU seconds per unit, by role; empty where no CPU time is behind it */
  cpuS: z.array(z.strictObject({ role: Role, seconds: z.number() })),
  /** how long one unit holds its share of the host, s */
  durationS: z.number().optional(),
  grossJ: z.number().optional(),
  attributedJ: z.number().optional(),
  dynamicJ: Band.optional(),
  hostIdleW: Band.optional(),
  share: HostShare.optional(),
  idleJ: Band.optional(),
  energyJ: Band.optional(),
  interval: Interval.optional(),
  /** smallest energy of one unit that this meter can tell from nothing, J; a central value below it is printed as “< …” */
  detectionLimitJ: z.number().optional(),
  /** ids in results/carbon/data/coefficients.ts */
  coefficients: z.array(z.string()),
  /** why something is missing, sentences */
  note: z.string().optional(),
});
export type UnitEnergy = z.infer<typeof UnitEnergy>;

/** SCI = ((E·I)+M) per R (ISO/IEC 21031:2024) of one functional unit. g = grams of CO2 equivalent. */
export const Impact = z.strictObject({
  ...TechnologyKey,
  unit: FunctionalUnit,
  method: EnergyMethod,
  /** R: how many units the figures below are for (1,000 operations, one cold start, one instance-hour) */
  per: z.int().positive(),
  energyKwh: Band.optional(),
  /** E·I */
  operationalG: Band.optional(),
  /** M = TE·(TiR/EL)·(RR/ToR) */
  embodiedG: Band.optional(),
  sciG: Band.optional(),
  note: z.string().optional(),
});
export type Impact = z.infer<typeof Impact>;

/** Cold starts per hour above which a kept instance costs less than starting one for every request. */
export const BreakEven = z.strictObject({
  ...TechnologyKey,
  method: EnergyMethod,
  basis: z.enum(['energy', 'carbon']),
  perHour: Band.optional(),
  note: z.string().optional(),
});
export type BreakEven = z.infer<typeof BreakEven>;

/** A number from a table, with where it is from. `stale`: older than its table allows at the time of the run. */
export const Coefficient = z.strictObject({
  id: z.string(),
  title: z.string(),
  unit: z.string(),
  ...Band.shape,
  year: z.int(),
  source: z.string(),
  licence: z.string(),
  stale: z.string().optional(),
  /** what chose it: an option, or what of the host matched */
  chosen: z.string(),
});
export type Coefficient = z.infer<typeof Coefficient>;

/** What the user says that cannot be measured; assumptions.json in the run folder. Absent: the defaults of the data tables. */
export const Assumptions = z.strictObject({
  /** ISO 3166-1 alpha-2, `EU` or `WORLD` */
  grid: z.string().optional(),
  intensityGPerKwh: z.number().min(0).optional(),
  embodiedKg: z.number().min(0).optional(),
  lifetimeYears: z.number().positive().optional(),
  pue: z.number().min(1).optional(),
  /** for the disclosure */
  application: z.string().optional(),
  applicationVersion: z.string().optional(),
  organisation: z.string().optional(),
  accountablePerson: z.string().optional(),
  contact: z.string().optional(),
});
export type Assumptions = z.infer<typeof Assumptions>;

/** Everything of a report about energy and carbon. */
export const EnergyReport = z.strictObject({
  assumptions: Assumptions,
  meters: z.array(MeterState),
  coefficients: z.array(Coefficient),
  /** blocks whose idle brackets, counters or other CPU use voided them, by rule */
  voidBlocks: z.array(z.strictObject({ rule: Identifier, count: z.int().positive() })),
  units: z.array(UnitEnergy),
  impacts: z.array(Impact),
  breakEvens: z.array(BreakEven),
});
export type EnergyReport = z.infer<typeof EnergyReport>;

/** PUE and location given or not, no meters, nothing measured: reports of earlier versions. */
export const NO_ENERGY: EnergyReport = {
  assumptions: {},
  meters: [],
  coefficients: [],
  voidBlocks: [],
  units: [],
  impacts: [],
  breakEvens: [],
};
