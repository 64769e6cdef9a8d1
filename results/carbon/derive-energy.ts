import type { Density, MemoryFit } from '../../core/model/density.ts';
import { type Assumptions, type Coefficient, type EnergyReport, NO_ENERGY, type UnitEnergy } from '../../core/model/energy.ts';
import type { Manifest } from '../../core/model/manifest.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Summary } from '../../core/model/summary.ts';
import { FunctionalUnit } from '../../core/model/vocabulary.ts';
import { groupedBy } from '../derive/grouped-by.ts';
import type { TrialRecord } from '../derive/trial-record.ts';
import { exact } from './band.ts';
import { meterStates } from '../energy/meter-states.ts';
import { voidBlocks } from '../energy/void-blocks.ts';
import { breakEvens } from './break-even.ts';
import { gridIntensity } from './grid.ts';
import { hostCpuOf } from './host-cpu.ts';
import { hostEmbodied } from './host-embodied.ts';
import { capacityOf } from './host-share.ts';
import { impactOf } from './impact.ts';
import { type ChosenEntry, hostPower } from './model-energy.ts';
import { measuredUnit } from './measured-units.ts';
import { modelledUnit, type ModelHost } from './modelled-units.ts';
import { technologiesOf } from './technologies.ts';
import { unitWork } from './unit-work.ts';

export interface EnergyInput {
  readonly plan: Plan;
  readonly manifest: Manifest;
  readonly assumptions: Assumptions;
  readonly records: readonly TrialRecord[];
  readonly samples: readonly Sample[];
  readonly summaries: readonly Summary[];
  readonly fits: readonly MemoryFit[];
  readonly densities: readonly Density[];
}

/**
 * Energy and carbon of every functional unit of every technology. Measured and modelled rows of one unit stand beside each other. Nothing of this enters
 * samples, summaries, ratios or verdicts.
 * @throws BenchError `unknown-country` where the assumptions name a place without data
 */
export function deriveEnergy(input: EnergyInput): EnergyReport {
  const { manifest, assumptions } = input;
  const cpu = hostCpuOf(manifest.host);
  const year = Number(manifest.startedAt.slice(0, 4));
  const power = hostPower(cpu);
  const grid = gridIntensity(assumptions, year);
  const embodied = hostEmbodied(assumptions, cpu, year);
  const pue = assumptions.pue ?? 1;
  const units = unitsOf(input, { power, threads: cpu.threads }, cpu.memoryGib);
  const meters = meterStates(input.records);
  if (units.length === 0) return { ...NO_ENERGY, assumptions, meters };
  const { hostKg, lifetimeYears } = embodied;
  const impacts = units.map((unit) => impactOf(unit, { intensityGPerKwh: grid.entry, hostKg, lifetimeYears, pue }));
  const chosen = [...power.entries, grid, ...embodied.entries, pueEntry(assumptions, year)];
  return {
    assumptions,
    meters,
    coefficients: chosen.map((one) => coefficientOf(one, year)),
    voidBlocks: voidBlocks(input.records),
    units,
    impacts,
    breakEvens: breakEvens(units, impacts),
  };
}

function unitsOf(input: EnergyInput, host: ModelHost, memoryGib: number): UnitEnergy[] {
  const byCell = groupedBy(input.samples, ({ cell }) => cell);
  const capacityInput = { plan: input.plan, byCell, fits: input.fits, densities: input.densities, memoryGib };
  const recordsByCell = groupedBy(input.records, ({ cell }) => cell);
  const measuredInput = { ...capacityInput, samples: input.samples, recordsByCell, threads: host.threads };
  return technologiesOf(input.plan).flatMap((technology) => {
    const found = capacityOf(technology.key, capacityInput);
    const guestCpus = Number(technology.cells[0]?.factors['guest_cpus'] ?? 0);
    const capacity = found && (guestCpus > 0 ? { ...found, guestCpus } : found);
    return FunctionalUnit.options.flatMap((unit): UnitEnergy[] => {
      const work = unitWork(technology, unit, byCell, input.fits);
      const measured = measuredUnit(technology, unit, work, capacity, measuredInput);
      return [
        ...(measured ? [measured] : []),
        ...(work
          ? [
              modelledUnit(
                technology,
                unit,
                work,
                capacity,
                host,
                work.cells.flatMap((cell) => recordsByCell.get(cell) ?? []),
              ),
            ]
          : []),
      ];
    });
  });
}

/** SCI asks for PUE in data centres; it is nobody’s to guess. */
function pueEntry({ pue }: Assumptions, year: number): ChosenEntry {
  const entry = {
    id: 'pue',
    title: pue === undefined ? 'power usage effectiveness of the data centre: not applied' : 'power usage effectiveness of the data centre',
    unit: '1',
    ...exact(pue ?? 1),
    year,
    source: pue === undefined ? 'none' : 'whoever ran or derived this',
    licence: 'not applicable',
    maxAgeYears: Number.MAX_SAFE_INTEGER,
  };
  return { entry, chosen: pue === undefined ? 'not given: energy is that of the computer alone' : '--pue' };
}

/** As shown; stale where the run is later than the table allows. */
export function coefficientOf({ entry, chosen }: ChosenEntry, runYear: number): Coefficient {
  const { id, title, unit, low, central, high, year, source, licence, maxAgeYears } = entry;
  const age = runYear - year;
  const stale =
    age > maxAgeYears
      ? { stale: `of ${year}, ${age} years before this run; figures of this kind are used for ${maxAgeYears} years at most` }
      : {};
  return { id, title, unit, low, central, high, year, source, licence, ...stale, chosen };
}
