import type { Density, MemoryFit } from '../../core/model/density.ts';
import { type Assumptions, type EnergyReport, NO_ENERGY } from '../../core/model/energy.ts';
import type { Manifest } from '../../core/model/manifest.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Summary } from '../../core/model/summary.ts';
import type { TrialRecord } from '../derive/trial-record.ts';

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

/** Energy and carbon of every functional unit of every technology: in work. */
export function deriveEnergy({ assumptions }: EnergyInput): EnergyReport {
  return { ...NO_ENERGY, assumptions };
}
