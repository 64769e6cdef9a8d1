import type { EnergyReport } from '../../core/model/energy.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { DEFAULT_GRID } from './data/grid-intensity.ts';

type Note = ReportModel['notes'][number];

/** What a reader must know about the figures of carbon before any of them: where the run stands was not said, a table is too old. */
export function energyNotes({ assumptions, coefficients, impacts }: EnergyReport): Note[] {
  const stale = coefficients.flatMap(({ id, title, stale: because }): Note[] =>
    because === undefined ? [] : [{ kind: 'warning', code: 'stale-coefficient', text: `${id} (${title}) is ${because}`, count: 1 }],
  );
  const world = coefficients.find(({ id }) => id === DEFAULT_GRID.id);
  if (!world || assumptions.grid !== undefined || !impacts.some(({ sciG }) => sciG)) return stale;
  const { central, low, high } = world;
  const text = `carbon is for the world’s average electricity, ${central} gCO2e/kWh (countries: ${low} to ${high}): choose with --grid or --intensity`;
  return [...stale, { kind: 'warning', code: 'default-grid', text, count: 1 }];
}
