import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnitEnergy } from '../../core/model/energy.ts';
import { BenchError } from '../../core/model/error.ts';
import { exact, spanning } from './band.ts';
import { DEFAULT_EMBODIED, EMBODIED_TABLE } from './data/embodied.ts';
import { embodiedG, impactOf, kwhOf, sciG } from './impact.ts';

const HOUR_S = 3600;
const kgOf = (id: string): number => EMBODIED_TABLE.find((entry) => entry.id === id)?.central ?? Number.NaN;

describe('SCI, against published figures', () => {
  it('is that of the application server of GSF’s eShoppen case study (M printed there as 4.305 g, its factors give 4.3005)', () => {
    const m = embodiedG(exact(1205.52), HOUR_S, 4, exact(2 / 16));
    expect(m.central).toBeCloseTo(4.3005, 4);
    expect(Math.abs(m.central / 4.305 - 1)).toBeLessThan(0.0011);
    const total = sciG(exact(0.0656), exact(951), m, 1);
    expect(total.central).toBeCloseTo(62.3856 + 4.3005, 4);
    expect(Math.abs(total.central / 66.6906 - 1)).toBeLessThan(1e-4);
  });

  it('is that of the SCI guide’s quick start: 1,329 g for energy, e2-standard-4 of 1,230.3 kg for a month, 4 of 32 CPUs, 20,000 requests: 0.226 g', () => {
    const month = (365 * 24 * HOUR_S) / 12;
    const m = embodiedG(exact(1230.3), month, 4, exact(4 / 32));
    expect(m.central).toBeCloseTo((1230.3 * 1000) / 48 / 8, 6);
    // E · I is published as one number: 1 kWh at 1,329 g/kWh. The result is printed as 0.226.
    expect(sciG(exact(1), exact(1329), m, 20_000).central).toBeCloseTo((1329 + 3203.906_25) / 20_000, 9);
  });

  it('gives CCF’s m5.24xlarge 0.479 g per vCPU and hour', () => {
    expect(embodiedG(exact(kgOf('embodied/ccf-m5.24xlarge')), HOUR_S, 4, exact(1 / 96)).central).toBeCloseTo(0.479, 3);
  });
});

describe('embodied figures', () => {
  it('are what CCF’s formula gives for 2 CPUs and 384 GB', () => {
    expect(1000 + 100 + (533 / 384) * (384 - 16)).toBeCloseTo(kgOf('embodied/ccf-m5.24xlarge'), 1);
  });

  it('are the share of making in Dell’s sheet for the R740', () => {
    expect(8640 * 0.152).toBeCloseTo(kgOf('embodied/r740-sheet'), 0);
  });

  it('lie around the default, whose range reaches from the lightest servers to the R740’s full assessment', () => {
    const { low, central, high } = DEFAULT_EMBODIED;
    expect([kgOf('embodied/r740-sheet'), kgOf('embodied/boavizta-servers')].every((kg) => Math.abs(kg / central - 1) < 0.1)).toBe(true);
    expect(EMBODIED_TABLE.every((entry) => entry.central >= low && entry.central <= high * 1.001)).toBe(true);
  });
});

describe('a carbon intensity', () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('per %d functional units is refused', (units) => {
    expect(() => sciG(exact(1), exact(1), exact(1), units)).toThrow(BenchError);
  });

  it('counts 3.6 MJ as one kWh', () => {
    expect(kwhOf(exact(3.6e6))).toEqual(exact(1));
  });

  it('is ordered, and grows with each of energy, intensity, embodied carbon and share, and falls with lifetime and units', () => {
    const amount = fc.double({ min: 1e-6, max: 1e4, noNaN: true });
    const band = fc.tuple(amount, amount, amount).map(([central, ...ends]) => spanning(central, ...ends));
    const more = fc.double({ min: 1.01, max: 10, noNaN: true });
    fc.assert(
      fc.property(band, band, band, band, more, (energy, intensity, kg, share, factor) => {
        const of = (by: { e?: number; i?: number; kg?: number; s?: number; years?: number; r?: number }) => {
          const grown = (x: typeof energy, k = 1) => spanning(x.central * k, x.low * k, x.high * k);
          const m = embodiedG(grown(kg, by.kg), HOUR_S, 4 * (by.years ?? 1), grown(share, by.s));
          return sciG(grown(energy, by.e), grown(intensity, by.i), m, by.r ?? 1);
        };
        const base = of({});
        expect(base.low <= base.central && base.central <= base.high).toBe(true);
        for (const key of ['e', 'i', 'kg', 's'] as const) {
          const larger = of({ [key]: factor });
          expect(larger.low >= base.low && larger.central >= base.central && larger.high >= base.high).toBe(true);
        }
        for (const key of ['years', 'r'] as const) {
          const smaller = of({ [key]: factor });
          expect(smaller.low <= base.low && smaller.central <= base.central && smaller.high <= base.high).toBe(true);
        }
      }),
    );
  });
});

describe('the impact of a row of the energy table', () => {
  const factors = { intensityGPerKwh: exact(500), hostKg: exact(1000), lifetimeYears: 4, pue: 1 };
  const row = (change: Partial<UnitEnergy>): UnitEnergy => ({
    runner: 'process',
    variant: 'native',
    workload: 'noop',
    unit: 'operation',
    method: 'modelled',
    cells: [],
    n: 5,
    cpuS: [],
    durationS: 0.002,
    energyJ: exact(3.6),
    share: { ...exact(0.01), from: 'a test' },
    coefficients: [],
    ...change,
  });

  it('is for 1,000 operations, and for one cold start', () => {
    const thousand = impactOf(row({}), factors);
    expect(thousand.per).toBe(1000);
    expect(thousand.energyKwh?.central).toBeCloseTo(1e-3, 12);
    expect(thousand.operationalG?.central).toBeCloseTo(0.5, 12);
    expect(thousand.embodiedG?.central).toBeCloseTo((1000 * 1e6 * 0.002 * 0.01) / (4 * 365 * 24 * HOUR_S), 12);
    expect(thousand.sciG?.central).toBeCloseTo(0.5 + (thousand.embodiedG?.central ?? 0), 12);
    expect(impactOf(row({ unit: 'cold-start' }), factors).energyKwh?.central).toBeCloseTo(1e-6, 15);
  });

  it('multiplies energy by PUE and leaves the making of the computer alone', () => {
    const [without, with15] = [impactOf(row({}), factors), impactOf(row({}), { ...factors, pue: 1.5 })];
    expect(with15.operationalG?.central).toBeCloseTo(1.5 * (without.operationalG?.central ?? 0), 12);
    expect(with15.embodiedG).toEqual(without.embodiedG);
  });

  it('of a row without energy has no SCI but the row’s reason', () => {
    const { energyJ: _, ...bare } = row({ method: 'unavailable', note: 'no meter' });
    const impact = impactOf(bare, factors);
    expect(impact).not.toHaveProperty('sciG');
    expect(impact.note).toBe('no meter');
  });
});
