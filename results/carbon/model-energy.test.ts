import { describe, expect, it } from 'vitest';
import { architectureOf } from './cpu-architecture.ts';
import { exact, product, scaled } from './band.ts';
import { dynamicPowerEntry, idlePowerEntry, overAllRows, POWER_ROWS, type PowerRow } from './data/coefficients.ts';
import { DEFAULT_GRID, GRID_DISAGREEMENT, GRID_TABLE } from './data/grid-intensity.ts';
import { type HostCpu, hostCpuOf } from './host-cpu.ts';
import { hostEmbodied } from './host-embodied.ts';
import { dynamicEnergyJ, hostPower, idleEnergyJ } from './model-energy.ts';

function row(id: string): PowerRow {
  const found = POWER_ROWS.find((one) => one.id === id);
  if (!found) throw new Error(`no row ${id}`);
  return found;
}

const GUEST: HostCpu = {
  name: 'Intel(R) Xeon(R) Processor',
  vendor: 'GenuineIntel',
  family: 6,
  model: 207,
  stepping: 2,
  threads: 2,
  chips: 1,
  memoryGib: 23.5,
  isGuest: true,
};

describe('the power table', () => {
  it.each([
    ['broadwell', 0.7128, 3.6853],
    ['skylake', 0.613, 4.1042],
    ['cascade-lake', 0.6903, 4.0632],
    ['ice-lake', 0.7668, 3.7582],
    ['sapphire-rapids', 1.0363, 4.1605],
    ['emerald-rapids', 0.814, 4.482],
    ['granite-rapids', 0.5816, 2.5275],
    ['epyc-1', 0.8468, 2.6042],
    ['epyc-2', 0.4743, 1.693],
    ['epyc-3', 0.4556, 1.9573],
    ['epyc-4', 0.7391, 2.2822],
    ['haswell', 1.8574, 5.5954],
    ['ivy-bridge', 1.7074, 5.5569],
    ['sandy-bridge', 2.2122, 8.6309],
  ])('has the means that CCF publishes for %s (coefficients-aws-use.csv, b0032d92)', (id, idle, max) => {
    expect(row(id).idle.mean).toBeCloseTo(idle, 2);
    expect(row(id).max.mean).toBeCloseTo(max, 2);
  });

  it('has EPYC 5 from its own servers and says what CCF publishes instead, and Haswell by its median', () => {
    expect(row('epyc-5').idle.mean).toBe(0.27);
    expect(dynamicPowerEntry(row('epyc-5')).source).toMatch(/3\.68 and 8\.96 W/);
    expect(idlePowerEntry(row('haswell'))).toMatchObject({ central: 0.66 });
    expect(idlePowerEntry(row('haswell')).source).toMatch(/desktop/);
  });

  it.each(POWER_ROWS.map((one) => [one.id, one] as const))(
    '%s: ordered bands, at least ×/÷ 2 at idle and ± 50 % above it, with P10–P90 inside',
    (_, one) => {
      const [idle, dynamic] = [idlePowerEntry(one), dynamicPowerEntry(one)];
      expect(idle.low).toBeLessThanOrEqual(Math.min(one.idle.median / 2, one.idle.p10));
      expect(idle.high).toBeGreaterThanOrEqual(Math.max(one.idle.median * 2, one.idle.p90));
      expect(dynamic.central).toBeCloseTo(one.max.median - one.idle.median, 12);
      expect(dynamic.low).toBeLessThanOrEqual(dynamic.central / 2);
      expect(dynamic.high).toBeGreaterThanOrEqual(dynamic.central * 1.5);
      expect(dynamic.low).toBeGreaterThan(0);
    },
  );

  it('encloses what three models say of an EPYC 7763: idle, 10 %, 50 % and 100 % load', () => {
    const [idle, dynamic] = [idlePowerEntry(row('epyc-3')), dynamicPowerEntry(row('epyc-3'))];
    // W per thread by Teads, GMT and CCF
    const published = { 0: [0.26, 0.44, 0.46], 0.1: [0.7, 0.9, 0.61], 0.5: [1.64, 1.29, 1.21], 1: [2.23, 2.04, 1.96] };
    const outside = Object.entries(published).flatMap(([load, watts]) => {
      const [low, high] = [idle.low + Number(load) * dynamic.low, idle.high + Number(load) * dynamic.high];
      return watts.filter((one) => one < low || one > high);
    });
    expect(outside).toEqual([]);
  });

  it('has a range over all rows for a host that none describes', () => {
    const any = overAllRows('dynamic');
    expect(POWER_ROWS.map(dynamicPowerEntry).every(({ low, high }) => any.low <= low && high <= any.high)).toBe(true);
    expect(any.central).toBeGreaterThan(1);
  });
});

describe('which row a host is', () => {
  it.each([
    ['Emerald Rapids behind a hypervisor’s name', {}, 'emerald-rapids'],
    ['Skylake by its stepping', { model: 85, stepping: 4 }, 'skylake'],
    ['Cascade Lake, the same model number', { model: 85, stepping: 7 }, 'cascade-lake'],
    ['EPYC 7763', { vendor: 'AuthenticAMD', family: 25, model: 1, name: 'AMD EPYC 7763 64-Core Processor' }, 'epyc-3'],
  ])('%s', (_, change, expected) => {
    expect(architectureOf({ ...GUEST, ...change }).row?.id).toBe(expected);
  });

  it('is Neoverse N1 by implementer and part', () => {
    const { family: _, stepping: __, ...arm } = GUEST;
    expect(architectureOf({ ...arm, vendor: '0x41', model: 0xd0c }).row?.id).toBe('neoverse-n1');
  });

  it.each([
    ['AMD EPYC 7763 64-Core Processor', 'epyc-3'],
    ['AMD EPYC 9654 96-Core Processor', 'epyc-4'],
    ['AMD EPYC 9755 128-Core Processor', 'epyc-5'],
    ['Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz', 'broadwell'],
    ['Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz', 'cascade-lake'],
    ['Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz', 'ice-lake'],
    ['INTEL(R) XEON(R) PLATINUM 8592+', undefined],
    ['Intel(R) Xeon(R) Processor', undefined],
  ])('by name, in a record without numbers: %s', (name, expected) => {
    const { vendor: _, model: __, ...old } = GUEST;
    expect(architectureOf({ ...old, name }).row?.id).toBe(expected);
  });

  it('is none for a processor that the table lacks: all rows then, and said so', () => {
    const cpu = { ...GUEST, family: 15, model: 107, name: 'QEMU Virtual CPU' };
    expect(architectureOf(cpu)).toEqual({
      because: 'no row of the table is GenuineIntel family 15 model 107 stepping 2 (“QEMU Virtual CPU”)',
    });
    const { entries } = hostPower(cpu);
    expect(entries[0]).toMatchObject({
      entry: { id: 'cpu-dynamic/any' },
      chosen: expect.stringMatching(/median of all 18 rows/) as string,
    });
  });

  it('is read from the facts of the record, bytes before whole GiB', () => {
    const value = (of: string | number | boolean): { value: string | number | boolean } => ({ value: of });
    const facts = {
      cpu_model: value('x'),
      cpu_count: value(8),
      cpu_vendor: value('GenuineIntel'),
      cpu_family: value(6),
      cpu_model_number: value(143),
      cpu_stepping: { unavailable: 'hidden' },
      memory_gib: value(24),
      memory_bytes: value(23.5 * 2 ** 30),
      hypervisor: value(true),
    };
    expect(hostCpuOf({ key: 'k', keyFields: [], facts })).toEqual({
      name: 'x',
      vendor: 'GenuineIntel',
      family: 6,
      model: 143,
      threads: 8,
      chips: 1,
      memoryGib: 23.5,
      isGuest: true,
    });
  });
});

describe('modelled energy', () => {
  it('is CPU seconds times the watts of a busy thread: 2 s on Emerald Rapids are 6.02 J', () => {
    expect(dynamicEnergyJ(exact(2), hostPower(GUEST)).central).toBeCloseTo(2 * (3.81 - 0.8), 12);
  });

  it('is CCF’s provisioned formula when idle and busy parts are added: [P_min + u (P_max − P_min)] · V · T', () => {
    const power = hostPower(GUEST);
    const [load, durationS] = [0.35, 60];
    const cpuSeconds = load * GUEST.threads * durationS;
    const total = dynamicEnergyJ(exact(cpuSeconds), power).central + idleEnergyJ(power.idleW, durationS, exact(1)).central;
    expect(total).toBeCloseTo((0.8 + load * (3.81 - 0.8)) * GUEST.threads * durationS, 9);
  });

  it('charges memory only beyond what the table’s servers had per chip', () => {
    expect(hostPower({ ...GUEST, memoryGib: 160 }).idleW).toEqual(hostPower(GUEST).idleW);
    const more = hostPower({ ...GUEST, memoryGib: 260 });
    expect(more.idleW.central - hostPower(GUEST).idleW.central).toBeCloseTo(100 * 0.392, 9);
    expect(more.entries.map(({ entry }) => entry.id)).toContain('memory');
    expect(hostPower({ ...GUEST, memoryGib: 260, chips: 2 }).idleW).toEqual(hostPower(GUEST).idleW);
  });
});

describe('the making of the host', () => {
  it('is that of a whole server where nothing virtualises it', () => {
    expect(hostEmbodied({}, { ...GUEST, isGuest: false }, 2026).hostKg).toMatchObject({ low: 680, central: 1300, high: 4280 });
  });

  it('is a guest’s threads of a server of 96, with a range over 64 to 384', () => {
    const { hostKg } = hostEmbodied({}, GUEST, 2026);
    expect(hostKg.central).toBeCloseTo((1300 * 2) / 96, 9);
    expect(hostKg.low).toBeCloseTo((680 * 2) / 384, 9);
    expect(hostKg.high).toBeCloseTo((4280 * 2) / 64, 9);
  });

  it('is what was given for this host as it stands, guest or not, over the lifetime given', () => {
    const given = hostEmbodied({ embodiedKg: 40, lifetimeYears: 6 }, GUEST, 2026);
    expect(given).toMatchObject({ hostKg: exact(40), lifetimeYears: 6 });
    expect(given.entries.map(({ chosen }) => chosen)).toEqual(['--embodied', 'assumptions.json']);
  });
});

describe('the grid table', () => {
  it('has 17 places, each with a range of the largest disagreement between two publications of one country: France, 1.27', () => {
    expect(GRID_TABLE).toHaveLength(17);
    expect(GRID_DISAGREEMENT).toBeCloseTo(56 / 44.18, 12);
    const germany = GRID_TABLE.find(({ code }) => code === 'DE');
    expect(germany?.central).toBe(342.06);
    expect(germany && product(germany, exact(1 / germany.central)).high).toBeCloseTo(GRID_DISAGREEMENT, 12);
  });

  it('has the range of all countries for the world', () => {
    expect(scaled(DEFAULT_GRID, 1)).toEqual({ low: 30.75, central: 472.94, high: 713.9 });
  });
});
