import type { Assumptions } from '../../core/model/energy.ts';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import { didYouMean } from '../../core/plan/did-you-mean.ts';
import { DEFAULT_GRID, GRID_TABLE, type GridEntry } from './data/grid-intensity.ts';
import { exact } from './band.ts';
import type { ChosenEntry } from './model-energy.ts';

/** Codes that people write and ISO 3166-1 does not have. */
const ALIASES: Readonly<Record<string, string>> = { UK: 'GB', EL: 'GR', GLOBAL: 'WORLD' };

/** @throws BenchError `unknown-country`, exit 2, with the nearest name and the list */
export function gridEntry(code: string): GridEntry {
  const wanted = code.toUpperCase();
  const entry = GRID_TABLE.find((one) => one.code === (ALIASES[wanted] ?? wanted));
  if (entry) return entry;
  const near = nearest(code);
  const hint = near === undefined ? '' : `; did you mean “${near.code}” (${near.name})?`;
  throw new BenchError({
    code: 'unknown-country',
    message: `no grid intensity for “${code}”${hint}`,
    remedy: `--grid takes one of ${GRID_TABLE.map((one) => one.code).join(', ')}; for any other place give gCO2e/kWh with --intensity`,
    exitCode: EXIT_CODES.usage,
  });
}

/** By name: two letters are as near to every code as to any other. */
function nearest(word: string): GridEntry | undefined {
  const name =
    word.length < 3
      ? undefined
      : didYouMean(
          word,
          GRID_TABLE.flatMap((one) => [one.name, one.code]),
        );
  return GRID_TABLE.find((one) => one.name === name || one.code === name);
}

/** Carbon intensity of the electricity: as given, of the country named, or of the world. `year` is the run’s. */
export function gridIntensity({ grid, intensityGPerKwh }: Assumptions, year: number): ChosenEntry {
  if (intensityGPerKwh !== undefined) {
    const entry = {
      id: 'grid/given',
      title: 'grid intensity, as given',
      unit: 'gCO2e/kWh',
      ...exact(intensityGPerKwh),
      year,
      source: 'whoever ran or derived this',
      licence: 'not applicable',
      maxAgeYears: Number.MAX_SAFE_INTEGER,
    };
    return { entry, chosen: '--intensity' };
  }
  if (grid !== undefined) return { entry: gridEntry(grid), chosen: `--grid ${grid.toUpperCase()}` };
  return { entry: DEFAULT_GRID, chosen: 'nobody said where: choose with --grid or --intensity' };
}
