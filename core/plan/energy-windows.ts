import type { EnergyRules } from '../model/plan.ts';
import { parseDurationNs } from '../model/quantity.ts';
import type { Scenario } from '../model/scenario.ts';
import type { CellRole, FunctionalUnit } from '../model/vocabulary.ts';

/** The functional units a scenario asks for, a cell each, with what their ids end in. */
export function unitsOf(units: readonly FunctionalUnit[]): readonly { readonly unit: FunctionalUnit; readonly suffix: string }[] {
  return units.map((unit) => ({ unit, suffix: `:${unit}` }));
}

interface Named {
  readonly runner: string;
  readonly variant: string;
  readonly workload: string;
  readonly role: CellRole;
}

/** Every scenario of windows has one blank: the harness with a launch that does nothing, whose spread gives the detection limit (energy §7.5). */
export function blankCell({ activity }: Pick<Scenario, 'activity'>, wanted: readonly Named[]): readonly Named[] {
  const [first] = wanted;
  if (activity !== 'window' || !first) return [];
  const { runner, variant, workload } = first;
  return [{ runner, variant, workload, role: 'blank' }];
}

/** Windows have their lengths always; held fleets are metered only where the scenario asks. */
export function energyRules({ activity, energy }: Pick<Scenario, 'activity' | 'energy'>): { readonly energy?: EnergyRules } {
  const asked = energy ?? (activity === 'window' ? DEFAULT_ENERGY : undefined);
  if (asked === undefined) return {};
  return {
    energy: {
      windowNs: parseDurationNs(asked.window) ?? 0,
      bracketNs: parseDurationNs(asked.bracket) ?? 0,
      unmeteredWindowNs: parseDurationNs(asked.unmetered) ?? 0,
    },
  };
}

const DEFAULT_ENERGY = { window: '10s', bracket: '10s', unmetered: '2s' } as const;
