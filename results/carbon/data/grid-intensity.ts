import { spanning } from '../band.ts';
import type { TableEntry } from './table-entry.ts';

/*
 * Yearly average of electricity used in a country, life cycle, location-based, gCO2e per kWh. No certificates, no marginal values: SCI allows location-based
 * figures only, and a marginal one answers another question (give it with --intensity, and say so).
 */

const YEAR = 2024;
const MAX_AGE_YEARS = 3;

const EMBER_2024: readonly (readonly [code: string, name: string, gPerKwh: number])[] = [
  ['EU', 'European Union', 213.02],
  ['US', 'United States', 383.55],
  ['DE', 'Germany', 342.06],
  ['FR', 'France', 44.18],
  ['GB', 'United Kingdom', 215.79],
  ['SE', 'Sweden', 35.89],
  ['NO', 'Norway', 30.75],
  ['PL', 'Poland', 614.98],
  ['IN', 'India', 708.96],
  ['CN', 'China', 557.5],
  ['JP', 'Japan', 483.73],
  ['IE', 'Ireland', 279.79],
  ['AU', 'Australia', 553.76],
  ['CA', 'Canada', 184.99],
  ['BR', 'Brazil', 106.06],
  ['ZA', 'South Africa', 713.9],
];
const WORLD_2024 = 472.94;

/** The same quantity as Our World in Data gives it for 2023: how far two publications disagree about one country. */
const OWID_2023: Readonly<Record<string, number>> = { US: 369.5, DE: 381, FR: 56, IN: 713.4 };

/** × or ÷: the largest disagreement between the two (France: 1.27). */
export const GRID_DISAGREEMENT = Math.max(
  ...EMBER_2024.flatMap(([code, , ember]) => {
    const other = OWID_2023[code];
    return other === undefined ? [] : [Math.max(other / ember, ember / other)];
  }),
);

const ABOUT = {
  unit: 'gCO2e/kWh',
  year: YEAR,
  source: 'Ember, yearly electricity data 2024 (life cycle); range: largest disagreement with Our World in Data, 2023',
  licence: 'CC BY 4.0',
  maxAgeYears: MAX_AGE_YEARS,
};

export interface GridEntry extends TableEntry {
  /** ISO 3166-1 alpha-2, `EU` or `WORLD` */
  readonly code: string;
  readonly name: string;
}

const COUNTRIES: readonly GridEntry[] = EMBER_2024.map(([code, name, gPerKwh]) => ({
  ...ABOUT,
  id: `grid/${code}`,
  code,
  name,
  title: `grid intensity, ${name}, average of ${YEAR}`,
  ...spanning(gPerKwh, gPerKwh / GRID_DISAGREEMENT, gPerKwh * GRID_DISAGREEMENT),
}));

/** The cleanest and the dirtiest country of the table, for a comparison. */
export const GRID_EXTREMES: readonly GridEntry[] = [
  ...COUNTRIES.toSorted((one, other) => one.central - other.central).slice(0, 1),
  ...COUNTRIES.toSorted((one, other) => one.central - other.central).slice(-1),
];

/** The world’s average stands for any country at all, so its range is that of the countries. */
const WORLD: GridEntry = {
  ...ABOUT,
  id: 'grid/WORLD',
  code: 'WORLD',
  name: 'World',
  title: `grid intensity, world average of ${YEAR}; range: lowest to highest country of this table`,
  source: 'Ember, yearly electricity data 2024 (life cycle)',
  ...spanning(WORLD_2024, ...EMBER_2024.map(([, , gPerKwh]) => gPerKwh)),
};

export const GRID_TABLE: readonly GridEntry[] = [WORLD, ...COUNTRIES];
export const DEFAULT_GRID = WORLD;
