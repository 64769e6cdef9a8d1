import { median } from '../../stats/quantile.ts';
import { spanning } from '../band.ts';
import type { TableEntry } from './table-entry.ts';

/*
 * Power of whole servers (AC) per hardware thread, derived from published SPECpower_ssj2008 results as Cloud Carbon Footprint has collected and sorted them.
 * Only statistics over servers are here, no result of a single server. n, median and 10th and 90th percentile were computed again from
 * ccf-coefficients b0032d92, data/SPECpower-2026-03-09.csv and data/<family>.csv, blank lines of the lists left out; means equal CCF's published table
 * except for EPYC 5. Where CCF publishes a mean that one server distorts (Haswell: an i5-4570 desktop at 20.8 W per thread), the median is what remains.
 */

const SOURCE =
  'statistics over SPECpower_ssj2008 results (spec.org) collected by Cloud Carbon Footprint, ccf-coefficients b0032d92, 2026-03-09';
const LICENCE = 'Apache-2.0 (CCF); SPEC’s results quoted as derived statistics';
const YEAR = 2026;
const MAX_AGE_YEARS = 5;

/** W per hardware thread over the servers of one microarchitecture. */
export interface PowerStatistic {
  readonly mean: number;
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

export interface PowerRow {
  readonly id: string;
  readonly title: string;
  readonly servers: number;
  /** at active idle */
  readonly idle: PowerStatistic;
  /** at 100 % load */
  readonly max: PowerStatistic;
  /** memory per chip that these watts already contain, GB */
  readonly gbPerChip: number;
  readonly note?: string;
}

type Numbers = readonly [mean: number, median: number, p10: number, p90: number];

function row(id: string, title: string, servers: number, idle: Numbers, max: Numbers, gbPerChip: number, note?: string): PowerRow {
  const statistic = ([mean, median, p10, p90]: Numbers): PowerStatistic => ({ mean, median, p10, p90 });
  return { id, title, servers, idle: statistic(idle), max: statistic(max), gbPerChip, ...(note === undefined ? {} : { note }) };
}

const DESKTOP = 'one desktop distorts CCF’s published mean, so the median is used';
const BLANK_LINES =
  'CCF publishes 3.68 and 8.96 W: blank lines in its list of models match 1,039 of all 1,088 servers; these are the 41 servers of the family';

export const POWER_ROWS: readonly PowerRow[] = [
  row('sandy-bridge', 'Intel Sandy Bridge', 126, [2.21, 1.77, 1.57, 3.25], [8.63, 7.92, 6.56, 12.75], 17),
  row('ivy-bridge', 'Intel Ivy Bridge', 3, [1.71, 1.39, 1.32, 2.22], [5.56, 5.46, 5.42, 5.73], 13),
  row('haswell', 'Intel Haswell', 17, [1.86, 0.66, 0.56, 0.79], [5.6, 3.83, 3.69, 4.27], 31, DESKTOP),
  row('broadwell', 'Intel Broadwell', 17, [0.71, 0.53, 0.47, 0.68], [3.69, 3.09, 2.78, 4.43], 70),
  row('skylake', 'Intel Skylake', 75, [0.61, 0.54, 0.4, 0.8], [4.1, 4.18, 3.27, 4.5], 75),
  row('cascade-lake', 'Intel Cascade Lake', 69, [0.69, 0.6, 0.43, 0.89], [4.06, 4.05, 3.28, 4.46], 106),
  row('ice-lake', 'Intel Ice Lake', 16, [0.77, 0.76, 0.69, 0.86], [3.76, 3.88, 3.52, 4.04], 136),
  row('sapphire-rapids', 'Intel Sapphire Rapids', 47, [1.04, 0.95, 0.64, 1.66], [4.16, 4, 3.34, 4.97], 131),
  row('emerald-rapids', 'Intel Emerald Rapids', 4, [0.81, 0.8, 0.71, 0.93], [4.48, 3.81, 2.76, 6.75], 160),
  row('granite-rapids', 'Intel Granite Rapids', 22, [0.58, 0.56, 0.47, 0.68], [2.53, 2.69, 2.19, 2.88], 221),
  row('skylake-client', 'Intel Skylake (client)', 4, [1.82, 1.9, 1.55, 2.01], [5.86, 5.93, 5.68, 5.98], 16),
  row('coffee-lake', 'Intel Coffee Lake', 9, [1.14, 1.05, 0.95, 1.45], [5.42, 5.98, 3.46, 7.37], 20),
  row('epyc-1', 'AMD EPYC, 1st generation', 9, [0.85, 0.75, 0.66, 0.96], [2.6, 2.33, 2.3, 2.83], 92),
  row('epyc-2', 'AMD EPYC, 2nd generation', 36, [0.47, 0.44, 0.32, 0.68], [1.69, 1.66, 1.54, 1.92], 130),
  row('epyc-3', 'AMD EPYC, 3rd generation', 28, [0.46, 0.42, 0.33, 0.61], [1.96, 1.92, 1.77, 2.21], 137),
  row('epyc-4', 'AMD EPYC, 4th generation', 41, [0.74, 0.38, 0.32, 1.43], [2.28, 1.85, 1.64, 3.52], 152),
  row('epyc-5', 'AMD EPYC, 5th generation', 41, [0.27, 0.22, 0.18, 0.37], [1.48, 1.18, 1.11, 1.98], 194, BLANK_LINES),
  row('neoverse-n1', 'Arm Neoverse N1', 7, [0.74, 0.62, 0.57, 0.98], [1.71, 1.92, 1.17, 1.95], 91),
];

/** Default uncertainty of the models (reference: energy §3): idle power × or ÷ 2, power above idle ± 50 %; wider where the servers themselves differ by more. */
const IDLE_FACTOR = 2;
const DYNAMIC_SHARE = 0.5;

/** W of one thread that does nothing, whole server included. */
export function idlePowerEntry({ id, title, servers, idle, note }: PowerRow): TableEntry {
  const { median, p10, p90 } = idle;
  return {
    ...about(note, `× or ÷ ${IDLE_FACTOR}`),
    id: `cpu-idle/${id}`,
    title: `idle power per thread, ${title} (median of ${servers} servers)`,
    unit: 'W',
    ...spanning(median, median / IDLE_FACTOR, median * IDLE_FACTOR, p10, p90),
  };
}

/** W that one busy thread adds: P_max − P_min. */
export function dynamicPowerEntry({ id, title, servers, idle, max, note }: PowerRow): TableEntry {
  const central = max.median - idle.median;
  const servers90 = [max.p10 - idle.p90, max.p90 - idle.p10];
  return {
    ...about(
      note,
      `± ${100 * DYNAMIC_SHARE} %; linear between idle and full load, at low load a busy thread may take up to three times that`,
    ),
    id: `cpu-dynamic/${id}`,
    title: `power of a busy thread above idle, ${title} (${max.median} − ${idle.median} W, medians of ${servers} servers)`,
    unit: 'W',
    ...spanning(central, central * (1 - DYNAMIC_SHARE), central * (1 + DYNAMIC_SHARE), ...servers90),
  };
}

/** What all figures of the power table share. */
function about(note?: string, range?: string): Pick<TableEntry, 'year' | 'source' | 'licence' | 'maxAgeYears'> {
  const ranged = range === undefined ? [] : [`range: ${range}; wider where 10 to 90 % of the servers are`];
  return {
    year: YEAR,
    source: [SOURCE, ...ranged, ...(note === undefined ? [] : [note])].join('; '),
    licence: LICENCE,
    maxAgeYears: MAX_AGE_YEARS,
  };
}

/** For a host that no row describes: the median over the rows, with a range over all of them. */
export function overAllRows(what: 'idle' | 'dynamic'): TableEntry {
  const entries = POWER_ROWS.map(what === 'idle' ? idlePowerEntry : dynamicPowerEntry);
  const ends = entries.flatMap(({ low, high }) => [low, high]);
  return {
    ...about(),
    id: `cpu-${what}/any`,
    title: `${what === 'idle' ? 'idle power per thread' : 'power of a busy thread above idle'}, any server of the table (median of ${POWER_ROWS.length} rows)`,
    unit: 'W',
    ...spanning(median(entries.map(({ central }) => central)), ...ends),
  };
}

/** Memory beyond what the servers of the table had. */
export const MEMORY_POWER: TableEntry = {
  id: 'memory',
  title: 'power per GB of memory beyond what the table’s servers had',
  unit: 'W/GB',
  low: 0.08,
  central: 0.392,
  high: 0.63,
  year: 2021,
  source: 'Cloud Carbon Footprint, methodology (0.392 W/GB); range: published figures from 0.08 to 0.63 W/GB',
  licence: 'Apache-2.0 (CCF)',
  maxAgeYears: 10,
};
