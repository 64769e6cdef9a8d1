import type { TableEntry } from './table-entry.ts';

/* Carbon of making one server, kgCO2e. Single figures are quoted, no rows of a database are shipped. */

const MAX_AGE_YEARS = 10;

/** For scale: published figures for whole servers. The default below lies among them. */
export const EMBODIED_TABLE: readonly TableEntry[] = [
  {
    id: 'embodied/r740-sheet',
    title: 'Dell PowerEdge R740, product carbon footprint sheet (15.2 % of 8,640 kg)',
    unit: 'kgCO2e',
    low: 1313,
    central: 1313,
    high: 1313,
    year: 2019,
    source: 'Dell, as quoted in Boavizta’s environmental-footprint-data',
    licence: 'ODbL 1.0 (the database); one figure quoted',
    maxAgeYears: MAX_AGE_YEARS,
  },
  {
    id: 'embodied/r740-lca',
    title: 'Dell PowerEdge R740 with much storage, full life-cycle assessment',
    unit: 'kgCO2e',
    low: 4283,
    central: 4283,
    high: 4283,
    year: 2019,
    source: 'thinkstep for Dell, life-cycle assessment of the R740',
    licence: 'one figure quoted',
    maxAgeYears: MAX_AGE_YEARS,
  },
  {
    id: 'embodied/boavizta-servers',
    title: '48 servers of several makers: median, 10th and 90th percentile',
    unit: 'kgCO2e',
    low: 678,
    central: 1215,
    high: 1693,
    year: 2023,
    source: 'Boavizta, environmental-footprint-data 61323eb',
    licence: 'ODbL 1.0 (the database); derived statistics',
    maxAgeYears: MAX_AGE_YEARS,
  },
  {
    id: 'embodied/ccf-m5.24xlarge',
    title: 'AWS m5.24xlarge, the whole host (96 threads, 384 GB)',
    unit: 'kgCO2e',
    low: 1610.8,
    central: 1610.8,
    high: 1610.8,
    year: 2021,
    source: 'Cloud Carbon Footprint, ccf-coefficients b0032d92: 1,000 + 100 for the second CPU + 1.388 per GB over 16',
    licence: 'Apache-2.0',
    maxAgeYears: MAX_AGE_YEARS,
  },
];

export const DEFAULT_EMBODIED: TableEntry = {
  id: 'embodied/default',
  title: 'making one server, default',
  unit: 'kgCO2e',
  low: 680,
  central: 1300,
  high: 4280,
  year: 2019,
  source:
    'between the R740’s sheet (1,313 kg) and the median of 48 servers (1,215 kg); from their 10th percentile to the R740’s full assessment',
  licence: 'CC0 for this choice; the figures behind it are quoted',
  maxAgeYears: MAX_AGE_YEARS,
};

/** How long a server stays in use. */
export const DEFAULT_LIFETIME: TableEntry = {
  id: 'lifetime',
  title: 'years a server is used',
  unit: 'years',
  low: 4,
  central: 4,
  high: 4,
  year: 2021,
  source: 'Cloud Carbon Footprint, Dell’s sheet for the R740 and the SCI guide all take 4 years',
  licence: 'Apache-2.0 (CCF)',
  maxAgeYears: MAX_AGE_YEARS,
};

/** A guest sees a part of a server and not how large that server is. */
export const SERVER_THREADS: TableEntry = {
  id: 'server-threads',
  title: 'hardware threads of the server that a virtual machine is a part of',
  unit: '1',
  low: 64,
  central: 96,
  high: 384,
  year: 2026,
  source:
    'AWS m5.24xlarge (96), the host that CCF’s embodied figures were made for; range: 10th to 90th percentile of 272 servers with one or two chips, Skylake and later, in ccf-coefficients b0032d92',
  licence: 'Apache-2.0 (CCF)',
  maxAgeYears: MAX_AGE_YEARS,
};
