import { Assumptions } from '../../core/model/energy.ts';
import { usageError } from '../../core/model/error.ts';
import { EMBODIED_TABLE } from '../../results/carbon/data/embodied.ts';
import { gridEntry } from '../../results/carbon/grid.ts';
import type { RunFolder } from '../../results/record/run-folder.ts';
import type { Command, CommandArguments } from '../bench.ts';

/** Options of every command that derives: what nobody can measure about energy and carbon. */
export const ASSUMPTION_OPTIONS: Command['options'] = {
  grid: { type: 'string' },
  intensity: { type: 'string' },
  embodied: { type: 'string' },
  pue: { type: 'string' },
};

type Values = CommandArguments['values'];

/** What the options say; nothing where none is given. @throws BenchError `usage` or `unknown-country`, exit 2, before anything is measured */
export function assumptionsFrom(values: Values): Assumptions {
  const { grid, intensity, embodied, pue } = values;
  if (grid !== undefined && intensity !== undefined) {
    throw usageError('--grid and --intensity both say how carbon-intensive the electricity is', 'give one of them');
  }
  const forScale = EMBODIED_TABLE.map(({ central, title }) => `${central} kg: ${title}`).join('; ');
  const given = {
    grid: typeof grid === 'string' ? gridEntry(grid).code : undefined,
    intensityGPerKwh: numberFrom(intensity, '--intensity', 0, 'grams of CO2e per kWh, as in --intensity 342'),
    embodiedKg: numberFrom(embodied, '--embodied', 0, `kg of CO2e for making this host, as in --embodied 1300; for scale: ${forScale}`),
    pue: numberFrom(pue, '--pue', 1, 'all energy of the data centre ÷ energy of its computers, so at least 1, as in --pue 1.3'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function numberFrom(text: string | boolean | undefined, option: string, least: number, what: string): number | undefined {
  if (text === undefined) return undefined;
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
  if (Number.isFinite(value) && value >= least) return value;
  throw usageError(`${option} takes a number from ${least}, not “${String(text)}”`, what);
}

/** Keeps what options say with the run: each replaces its own earlier value, and one way to say the intensity replaces the other. */
export async function keepAssumptions(folder: RunFolder, given: Assumptions): Promise<void> {
  if (Object.keys(given).length === 0) return;
  const { grid, intensityGPerKwh, ...others } = await folder.readAssumptions();
  const says = given.grid !== undefined || given.intensityGPerKwh !== undefined;
  const place = says ? {} : { grid, intensityGPerKwh };
  await folder.writeAssumptions(Assumptions.parse({ ...others, ...place, ...given }));
}
