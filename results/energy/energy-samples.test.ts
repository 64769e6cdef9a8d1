import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../core/model/event.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import { DRAM, meterEvent, noMeter, PACKAGE, type SmallWindow, smallRecord, windowEvents } from '../testing/small-energy.ts';
import { zoneOf } from '../testing/power-traces.ts';
import { energySamples } from './energy-samples.ts';
import { voidBlocks } from './void-blocks.ts';

/** Idle 20 W + 5 W, work 50 W + 10 W over 10 s with 100 units, on 4 CPUs. */
const BEFORE: SmallWindow = {
  window: 'idle-before',
  seconds: 10,
  joules: { 'intel-rapl:0': 200, 'intel-rapl:0:0': 50 },
  cpu: { host: 0.2, harness: 0.05, total: 0.01 },
  capacityS: 40,
  stealShare: 0,
};
const WORK: SmallWindow = {
  window: 'work',
  seconds: 10,
  joules: { 'intel-rapl:0': 500, 'intel-rapl:0:0': 100 },
  // above idle: host 8.0, technology 7.0, harness 0.8, rest 0.2 (2.5 %)
  cpu: { host: 8.2, harness: 0.85, total: 7.01, instance: 6, daemon: 1.01 },
  capacityS: 40,
  stealShare: 0,
  operations: 100,
};
const AFTER: SmallWindow = { ...BEFORE, window: 'idle-after' };
const METER = meterEvent([PACKAGE, DRAM]);

type Found = Readonly<Record<string, Outcome>>;
function found(events: readonly EventBody[]): Found {
  return Object.fromEntries(energySamples(smallRecord(events)).map(({ metric, role, outcome }) => [`${metric} ${role}`, outcome]));
}
const trial = (
  change: { readonly before?: Partial<SmallWindow>; readonly work?: Partial<SmallWindow>; readonly after?: Partial<SmallWindow> } = {},
) => [
  METER,
  ...windowEvents([
    { ...BEFORE, ...change.before },
    { ...WORK, ...change.work },
    { ...AFTER, ...change.after },
  ]),
];
const ok = (value: number): Outcome => ({ status: 'ok', value: expect.closeTo(value, 9) as number });
const invalid = (rule: string, value: number): Outcome => ({ status: 'invalid', rule, value: expect.closeTo(value, 9) as number });
const ENERGY = ['energy_gross host', 'energy_net host', 'energy_attributed total', 'power_idle host'] as const;

describe('a metered window of work between two idle ones', () => {
  it('gives gross, net and attributed energy per unit, idle power, and CPU time and duration per unit', () => {
    expect(found(trial())).toEqual({
      'energy_gross host': ok(6),
      // (600 J − 25 W · 10 s) ÷ 100
      'energy_net host': ok(3.5),
      // 7.0 of 8.0 CPU seconds above idle
      'energy_attributed total': ok(3.5 * (7 / 8)),
      'power_idle host': ok(25),
      'cpu_per_unit harness': ok(0.0085),
      'cpu_per_unit total': ok(0.0701),
      'cpu_per_unit instance': ok(0.06),
      'cpu_per_unit daemon': ok(0.0101),
      'time_per_unit host': ok(0.1),
    });
  });

  it('weighs the idle brackets with their time', () => {
    const longer = { seconds: 30, joules: { 'intel-rapl:0': 606, 'intel-rapl:0:0': 150 }, cpu: { host: 0.6, harness: 0.15, total: 0.03 } };
    // 250 J in 10 s and 756 J in 30 s
    expect(found(trial({ after: longer }))).toMatchObject({ 'power_idle host': ok(1006 / 40), 'energy_net host': ok(6 - 100.6 / 40) });
  });

  it('can find less than nothing, and says so', () => {
    expect(found(trial({ work: { joules: { 'intel-rapl:0': 190, 'intel-rapl:0:0': 50 } } }))['energy_net host']).toEqual(ok(-0.1));
  });

  it('reports psys beside the sum', () => {
    const psys = zoneOf({ zone: 'intel-rapl:1', name: 'psys', domain: 'psys' });
    const events = [meterEvent([PACKAGE, psys]), ...windowEvents([{ ...WORK, joules: { 'intel-rapl:0': 500, 'intel-rapl:1': 900 } }])];
    expect(found(events)).toMatchObject({ 'energy_gross host': ok(5), 'energy_uncounted host': ok(9) });
  });
});

describe('a block that does not count', () => {
  const VOID = [
    { rule: 'idle-drift', change: { after: { joules: { 'intel-rapl:0': 206, 'intel-rapl:0:0': 50 } } }, gross: 6, net: 6 - 2.53 },
    { rule: 'host-steal', change: { work: { stealShare: 0.021 } }, gross: 6, net: 3.5 },
    { rule: 'foreign-cpu', change: { before: { cpu: { host: 0.87, harness: 0.05, total: 0.01 } } }, gross: 6, net: 3.5 },
    {
      rule: 'counter-implausible',
      change: { work: { joules: { 'intel-rapl:0': 50_000, 'intel-rapl:0:0': 100 } } },
      gross: 501,
      net: 498.5,
    },
  ] as const;

  it.each(VOID)('is invalid by rule $rule, keeps its values and is counted', ({ rule, change, gross, net }) => {
    const record = smallRecord(trial(change));
    const samples = found(trial(change));
    expect(samples['energy_gross host']).toEqual(invalid(rule, gross));
    expect(samples['energy_net host']).toEqual(invalid(rule, net));
    for (const metric of ENERGY) expect(samples[metric]).toMatchObject({ status: 'invalid', rule });
    // what the model needs does not depend on a meter
    expect(samples['cpu_per_unit total']).toEqual(ok(0.0701));
    expect(voidBlocks([record, smallRecord(trial()), record])).toEqual([{ rule, count: 2 }]);
  });

  it.each([
    { at: 'idle-before', change: { before: { joules: { 'intel-rapl:0': 'EIO', 'intel-rapl:0:0': 50 } } } },
    { at: 'work', change: { work: { joules: { 'intel-rapl:0': 'EIO', 'intel-rapl:0:0': 50 } } } },
  ] as const)('has no net energy where a counter could not be read in $at', ({ change }) => {
    expect(found(trial(change))['energy_net host']).toEqual({
      status: 'unavailable',
      reason: 'counter-unreadable: package-0 (intel-rapl:0) could not be read (EIO)',
    });
    expect(voidBlocks([smallRecord(trial(change))])).toEqual([{ rule: 'counter-unreadable', count: 1 }]);
  });

  it('is counted once, under the first of the rules it breaks', () => {
    const both = { work: { stealShare: 0.5 }, after: { joules: { 'intel-rapl:0': 300, 'intel-rapl:0:0': 50 } } };
    expect(voidBlocks([smallRecord(trial(both))])).toEqual([{ rule: 'idle-drift', count: 1 }]);
  });

  it('is not counted where the trial failed anyway', () => {
    const failure: EventBody = { kind: 'failure', atNs: 0, code: 'wrong-output', message: 'wrong' };
    expect(voidBlocks([smallRecord([...trial({ work: { stealShare: 0.5 } }), failure])])).toEqual([]);
  });

  it('is valid just within the limit: 2 % of idle power', () => {
    // 24.75 and 25.24 W: mean 25 W, difference 0.49 W
    const limit = {
      before: { joules: { 'intel-rapl:0': 197.5, 'intel-rapl:0:0': 50 } },
      after: { joules: { 'intel-rapl:0': 202.4, 'intel-rapl:0:0': 50 } },
    };
    expect(found(trial(limit))['energy_net host']).toMatchObject({ status: 'ok' });
  });

  it('leaves to the work what kernel threads and the ways in and out of idle take of it: 15 % of what the host was busy', () => {
    const cpu = { host: 8.2, harness: 0.85, total: 8.2 * 0.85 - 0.85 + 0.01 };
    expect(found(trial({ work: { cpu } }))['energy_net host']).toEqual(ok(3.5));
    const worse = found(trial({ work: { cpu: { ...cpu, total: cpu.total - 0.02 } } }));
    expect(worse['energy_net host']).toEqual(invalid('foreign-cpu', 3.5));
  });

  it('takes foreign CPU as a share of one CPU where the record does not say how many there are', () => {
    // 0.34 s in an idle window that nobody accounts for: 0.85 % of four CPUs, 3.4 % of one
    const before = { ...BEFORE, cpu: { host: 0.4, harness: 0.05, total: 0.01 } };
    const events = [METER, ...windowEvents([before, WORK, AFTER].map((window) => ({ ...window, capacityS: undefined })))];
    expect(found(events)['energy_gross host']).toEqual(invalid('foreign-cpu', 6));
    expect(found(trial({ before }))['energy_gross host']).toEqual(ok(6));
  });
});

describe('attributed energy', () => {
  it('is invalid where more than 5 % of the CPU time above idle belongs to nobody; gross and net stay', () => {
    const samples = found(trial({ work: { cpu: { host: 8.2, harness: 0.85, total: 6.81 } } }));
    // rest 0.4 of 8.0
    expect(samples['energy_attributed total']).toEqual(ok(3.5 * (6.8 / 8)));
    const worse = found(trial({ work: { cpu: { host: 8.2, harness: 0.85, total: 6.8 } } }));
    expect(worse['energy_attributed total']).toEqual(invalid('foreign-cpu', 3.5 * (6.79 / 8)));
    expect(worse['energy_net host']).toEqual(ok(3.5));
  });

  it('is missing where technology and harness used more than the host has counted: that is no foreign program, but a coarse clock', () => {
    const found_ = found(trial({ work: { cpu: { host: 7.2, harness: 0.85, total: 7 } } }));
    expect(found_['energy_attributed total']).toMatchObject({
      status: 'unavailable',
      reason: expect.stringContaining('its clock is too coarse') as string,
    });
    expect(found_['energy_net host']).toEqual(ok(3.5));
  });

  it.each([
    { what: 'the harness was not read', cpu: { host: 8.2, total: 7 }, reason: 'CPU time of role harness was not read in window work' },
    {
      what: 'the technology could not be read',
      cpu: { host: 8.2, harness: 1, total: 'no cgroup of its own' },
      reason: 'no cgroup of its own',
    },
    {
      what: 'nothing was launched',
      cpu: { host: 8.2, harness: 8, total: 0 },
      reason: 'no CPU time of a technology was read in the window of work',
    },
    {
      what: 'the host was not busier',
      cpu: { host: 0.1, harness: 0, total: 0.01 },
      reason: 'the host was no busier in the window of work than at idle',
    },
  ])('is missing with the reason where $what', ({ cpu, reason }) => {
    expect(found(trial({ work: { cpu } }))['energy_attributed total']).toEqual({ status: 'unavailable', reason });
  });
});

describe('a trial without a meter', () => {
  const SOURCES = [
    noMeter('hwmon', 'absent', 'No sensor of this machine gives its power.'),
    noMeter('powercap', 'denied', 'Only root may read energy_uj.'),
    noMeter('perf', 'always-zero', 'The power PMU counts nothing.'),
  ];

  it('says the most telling reason and what else was looked for', () => {
    const samples = found([...SOURCES, ...windowEvents([{ window: 'work', seconds: 2, cpu: { total: 1, host: 1.5 }, operations: 4 }])]);
    const reason = 'Only root may read energy_uj; looked for hwmon (absent), powercap (denied), perf (always-zero)';
    for (const metric of ENERGY) expect(samples[metric]).toEqual({ status: 'unavailable', reason });
    expect(samples['cpu_per_unit total']).toEqual(ok(0.25));
    expect(samples['time_per_unit host']).toEqual(ok(0.5));
    expect(Object.keys(samples)).toHaveLength(6);
  });

  it('says so where nothing was looked for, and gives no number per unit where none was done', () => {
    const samples = found(windowEvents([{ window: 'work', seconds: 2, cpu: { total: 1, daemon: 'no group' } }]));
    expect(samples['energy_net host']).toEqual({ status: 'unavailable', reason: 'no energy meter was looked for in this trial' });
    for (const metric of ['cpu_per_unit total', 'time_per_unit host']) {
      expect(samples[metric]).toEqual({ status: 'unavailable', reason: 'no unit was done in the window of work' });
    }
    expect(samples['cpu_per_unit daemon']).toEqual({ status: 'unavailable', reason: 'no group' });
  });

  it('takes the meter highest on the evidence ladder, whatever its place in the record', () => {
    const wall = meterEvent([zoneOf({ zone: 'hwmon0', name: 'power1', domain: 'machine', unit: 'uW', endless: true })], {
      meter: 'hwmon',
      method: 'wall',
    });
    const events = [METER, wall, ...windowEvents([WORK])];
    expect(found(events)['energy_gross host']).toMatchObject({ status: 'unavailable' });
    expect(found([METER, ...SOURCES.slice(0, 1), ...windowEvents([WORK])])['energy_gross host']).toEqual(ok(6));
  });
});

describe('a fleet that is held', () => {
  const held: SmallWindow = {
    window: 'held',
    seconds: 10,
    joules: { 'intel-rapl:0': 230, 'intel-rapl:0:0': 50 },
    cpu: { host: 0.3, harness: 0.05, total: 0.2 },
    capacityS: 40,
  };

  it('gives the power of the whole meter', () => {
    expect(found([METER, ...windowEvents([held])])).toEqual({ 'power_held host': ok(28) });
  });

  it('does not count where something else ran', () => {
    const busy = { ...held, cpu: { ...held.cpu, host: 1.1 } };
    expect(found([METER, ...windowEvents([busy])])).toEqual({ 'power_held host': invalid('foreign-cpu', 28) });
    expect(voidBlocks([smallRecord([METER, ...windowEvents([busy])])])).toEqual([{ rule: 'foreign-cpu', count: 1 }]);
  });

  it('yields no sample where no energy was read', () => {
    expect(found([])).toEqual({});
  });
});
