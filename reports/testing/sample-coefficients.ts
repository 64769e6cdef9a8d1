import type { Band, Coefficient, MeterState } from '../../core/model/energy.ts';

/** Invented in form, near the published values in size. */
export const WATTS_PER_CPU: Band = { low: 1.02, central: 1.47, high: 2.86 };
export const IDLE_W: Band = { low: 0.64, central: 0.76, high: 2.86 };
export const GRID: Band = { low: 256.5, central: 342.06, high: 434.4 };
/** kg per server */
export const EMBODIED: Band = { low: 14.2, central: 27.1, high: 89.2 };

export const COEFFICIENTS: readonly [Coefficient, Coefficient, Coefficient, Coefficient] = [
  {
    id: 'power.dynamic.epyc-4',
    title: 'Power at full load minus idle, per hardware thread',
    unit: 'W',
    ...WATTS_PER_CPU,
    year: 2026,
    source: 'SPECpower results as collected by Cloud Carbon Footprint',
    licence: 'Apache-2.0',
    chosen: 'the host’s processor, AMD EPYC 9R14, is an EPYC 4',
  },
  {
    id: 'power.idle.epyc-4',
    title: 'Power at idle of the host’s threads',
    unit: 'W',
    ...IDLE_W,
    year: 2026,
    source: 'SPECpower results as collected by Cloud Carbon Footprint',
    licence: 'Apache-2.0',
    chosen: 'the host’s processor, AMD EPYC 9R14, is an EPYC 4',
  },
  {
    id: 'grid.DE.2024',
    title: 'Germany, life-cycle average, location-based',
    unit: 'gCO2e/kWh',
    ...GRID,
    year: 2024,
    source: 'Ember, yearly electricity data',
    licence: 'CC-BY-4.0',
    chosen: '--grid DE',
    stale: 'the figure is of 2024, the run of 2028: more than 3 years',
  },
  {
    id: 'embodied.server',
    title: 'Manufacture of the server, share of this guest’s threads',
    unit: 'kgCO2e',
    ...EMBODIED,
    year: 2021,
    source: 'Dell R740 product carbon footprint; band: 48 servers of the Boavizta database',
    licence: 'facts',
    chosen: 'no --embodied was given',
  },
];

export const RAPL: MeterState = {
  meter: 'rapl',
  method: 'rapl',
  scope: 'packages + dram',
  zones: [
    { zone: 'intel-rapl:0', name: 'package-0', domain: 'package', counted: true },
    { zone: 'intel-rapl:0:0', name: 'core', domain: 'core', counted: false, because: 'part of package-0' },
    { zone: 'intel-rapl:0:1', name: 'dram', domain: 'dram', counted: true },
    { zone: 'intel-rapl-mmio:0', name: 'package-0', domain: 'package', counted: false, because: 'the same meter as intel-rapl:0' },
  ],
  warnings: ['psys is not there: the power supply and the board are in no figure'],
  reads: 4120,
  latencyMedianNs: 6100,
  latencyMaxNs: 48_000,
};

export const DENIED: MeterState = {
  meter: 'rapl',
  method: 'unavailable',
  scope: 'packages + dram',
  zones: [{ zone: 'intel-rapl:0', name: 'package-0', domain: 'package', counted: false, because: 'energy_uj cannot be read' }],
  warnings: [],
  unavailable: {
    code: 'denied',
    because: 'energy_uj belongs to root since Linux 5.10 (CVE-2020-8694)',
    remedy: 'run as root, or: sudo chmod a+r /sys/class/powercap/intel-rapl:0/energy_uj (until the next boot)',
  },
  reads: 0,
};
