import { describe, expect, it } from 'vitest';
import { sweep, zoneOf } from '../testing/power-traces.ts';
import type { Sweep, Zone } from './accumulate.ts';
import { hostEnergy } from './host-energy.ts';

const pkg = (zone: string, name: string, change: Partial<Zone> = {}): Zone => zoneOf({ zone, name, ...change });
const sub = (zone: string, domain: Zone['domain'], parent: string): Zone => zoneOf({ zone, name: domain, domain, parent });
const ESU16 = { rangeRaw: '65532610987' };
const MMIO = { control: 'intel-rapl-mmio' };

/** Two sweeps 10 s apart: every zone begins at 1000 J and then counts the joules given; text is an errno in the second sweep. */
function counts(joules: Readonly<Record<string, number | string>>): Sweep[] {
  const end = (value: number | string): string => (typeof value === 'string' ? value : String(Math.round((1000 + value) * 1e6)));
  const begin = Object.keys(joules).map((zone) => [zone, '1000000000'] as const);
  return [sweep(1, Object.fromEntries(begin)), sweep(11, Object.fromEntries(Object.entries(joules).map(([zone, j]) => [zone, end(j)])))];
}

interface Row {
  readonly fixture: string;
  readonly zones: readonly Zone[];
  readonly joules: Readonly<Record<string, number>>;
  readonly sum: number;
  readonly counted: readonly string[];
}

/** The fixture table of the reference notes (energy §2), as pure traces. */
const ROWS: readonly Row[] = [
  {
    fixture: 'intel-1s',
    zones: [pkg('intel-rapl:0', 'package-0'), sub('intel-rapl:0:0', 'dram', 'intel-rapl:0')],
    joules: { 'intel-rapl:0': 600, 'intel-rapl:0:0': 50 },
    sum: 650,
    counted: ['intel-rapl:0', 'intel-rapl:0:0'],
  },
  {
    fixture: 'intel-2s',
    zones: [
      pkg('intel-rapl:0', 'package-0'),
      sub('intel-rapl:0:0', 'dram', 'intel-rapl:0'),
      pkg('intel-rapl:1', 'package-1'),
      sub('intel-rapl:1:0', 'dram', 'intel-rapl:1'),
    ],
    joules: { 'intel-rapl:0': 600, 'intel-rapl:0:0': 50, 'intel-rapl:1': 600, 'intel-rapl:1:0': 40 },
    sum: 1290,
    counted: ['intel-rapl:0', 'intel-rapl:0:0', 'intel-rapl:1', 'intel-rapl:1:0'],
  },
  {
    fixture: 'perf on two sockets: one name for both events, and no twins',
    zones: ['cpu0', 'cpu28'].flatMap((cpu) => [
      zoneOf({ zone: `power:energy-pkg:${cpu}`, name: 'energy-pkg', control: 'power', endless: true }),
      zoneOf({ zone: `power:energy-ram:${cpu}`, name: 'energy-ram', domain: 'dram', control: 'power', endless: true }),
    ]),
    joules: { 'power:energy-pkg:cpu0': 120, 'power:energy-ram:cpu0': 18, 'power:energy-pkg:cpu28': 300, 'power:energy-ram:cpu28': 22 },
    sum: 460,
    counted: ['power:energy-pkg:cpu0', 'power:energy-ram:cpu0', 'power:energy-pkg:cpu28', 'power:energy-ram:cpu28'],
  },
  {
    fixture: 'spr-psys: the index of a zone is no socket, psys moves in whole joules and is never added',
    zones: [
      pkg('intel-rapl:0', 'package-0'),
      sub('intel-rapl:0:0', 'dram', 'intel-rapl:0'),
      zoneOf({ zone: 'intel-rapl:1', name: 'psys', domain: 'psys', rangeRaw: '4294967295000000' }),
      pkg('intel-rapl:2', 'package-1'),
      sub('intel-rapl:2:0', 'dram', 'intel-rapl:2'),
    ],
    joules: { 'intel-rapl:0': 1500, 'intel-rapl:0:0': 100, 'intel-rapl:1': 4000, 'intel-rapl:2': 1400, 'intel-rapl:2:0': 90 },
    sum: 3090,
    counted: ['intel-rapl:0', 'intel-rapl:0:0', 'intel-rapl:2', 'intel-rapl:2:0'],
  },
  {
    fixture: 'client: package once, by MSR; core, uncore and psys beside it',
    zones: [
      pkg('intel-rapl:0', 'package-0'),
      sub('intel-rapl:0:0', 'core', 'intel-rapl:0'),
      sub('intel-rapl:0:1', 'uncore', 'intel-rapl:0'),
      zoneOf({ zone: 'intel-rapl:1', name: 'psys', domain: 'psys' }),
      pkg('intel-rapl-mmio:0', 'package-0', MMIO),
    ],
    joules: { 'intel-rapl:0': 157.3, 'intel-rapl:0:0': 90, 'intel-rapl:0:1': 10, 'intel-rapl:1': 299.7, 'intel-rapl-mmio:0': 157.3 },
    sum: 157.3,
    counted: ['intel-rapl:0'],
  },
  {
    fixture: 'amd-zen: core is one core’s register',
    zones: [pkg('intel-rapl:0', 'package-0', ESU16), { ...sub('intel-rapl:0:0', 'core', 'intel-rapl:0'), ...ESU16 }],
    joules: { 'intel-rapl:0': 680, 'intel-rapl:0:0': 30 },
    sum: 680,
    counted: ['intel-rapl:0'],
  },
  {
    fixture: 'zen1-dies: 68 W shown twice is 68 W',
    zones: [pkg('intel-rapl:0', 'package-0-die-0', ESU16), pkg('intel-rapl:1', 'package-0-die-1', ESU16)],
    joules: { 'intel-rapl:0': 680, 'intel-rapl:1': 680 },
    sum: 680,
    counted: ['intel-rapl:0'],
  },
  {
    fixture: 'two real dies of one socket',
    zones: [pkg('intel-rapl:0', 'package-0-die-0'), pkg('intel-rapl:1', 'package-0-die-1')],
    joules: { 'intel-rapl:0': 680, 'intel-rapl:1': 640 },
    sum: 1320,
    counted: ['intel-rapl:0', 'intel-rapl:1'],
  },
  {
    fixture: 'two sockets of two mirrored dies each',
    zones: [0, 1].flatMap((s) => [0, 1].map((d) => pkg(`intel-rapl:${2 * s + d}`, `package-${s}-die-${d}`, ESU16))),
    joules: { 'intel-rapl:0': 680, 'intel-rapl:1': 680, 'intel-rapl:2': 680, 'intel-rapl:3': 680 },
    sum: 1360,
    counted: ['intel-rapl:0', 'intel-rapl:2'],
  },
  {
    fixture: 'a wall meter beside RAPL counts alone',
    zones: [
      zoneOf({ zone: 'hwmon0:energy1', name: 'energy1', domain: 'machine', control: 'ibmpowernv', rangeRaw: undefined, endless: true }),
      pkg('intel-rapl:0', 'package-0'),
    ],
    joules: { 'hwmon0:energy1': 1200, 'intel-rapl:0': 600 },
    sum: 1200,
    counted: ['hwmon0:energy1'],
  },
];

const rules = (zones: readonly Zone[], sweeps: readonly Sweep[]): string[] => hostEnergy(zones, sweeps).flaws.map(({ rule }) => rule);

describe('the energy of a host', () => {
  it.each(ROWS)('is $sum J on $fixture', ({ zones, joules, sum, counted }) => {
    const found = hostEnergy(zones, counts(joules));
    expect(found.flaws).toEqual([]);
    expect(found.joules).toBeCloseTo(sum, 6);
    expect(found.seconds).toBeCloseTo(10, 9);
    expect(found.zones.filter((zone) => zone.counted).map(({ zone }) => zone)).toEqual(counted);
    // what is outside the sum is still reported, and everything that might surprise has its reason
    expect(found.zones.map(({ zone, joules: own }) => [zone, own])).toEqual(Object.entries(joules));
    for (const zone of found.zones) if (!zone.counted) expect(zone.because).toMatch(/\w{4}/);
  });

  it('does not depend on the order in which zones are listed', () => {
    for (const { zones, joules, sum } of ROWS) {
      expect(hostEnergy(zones.toReversed(), counts(joules)).joules).toBeCloseTo(sum, 6);
    }
  });
});

describe('one counter that can be read in two ways', () => {
  const zones = [pkg('intel-rapl:0', 'package-0'), pkg('intel-rapl-mmio:0', 'package-0', MMIO)];

  it('is read by MMIO where MSR cannot be read', () => {
    const found = hostEnergy(zones, counts({ 'intel-rapl:0': 'EIO', 'intel-rapl-mmio:0': 300 }));
    expect(found).toMatchObject({ joules: 300, flaws: [] });
    expect(found.zones.map(({ counted, because }) => ({ counted, because }))).toEqual([
      { counted: false, because: 'could not be read; the same counter as intel-rapl-mmio:0' },
      { counted: true, because: 'in place of intel-rapl:0, which could not be read' },
    ]);
  });

  it('may differ by 2 % and by what is drawn while it is updated', () => {
    expect(rules(zones, counts({ 'intel-rapl:0': 294.1, 'intel-rapl-mmio:0': 300 }))).toEqual([]);
  });

  it('disagrees beyond that: one of the two is wrong and nobody knows which', () => {
    expect(hostEnergy(zones, counts({ 'intel-rapl:0': 293, 'intel-rapl-mmio:0': 300 }))).toMatchObject({
      joules: 293,
      flaws: [
        { rule: 'meters-disagree', because: 'package-0 (intel-rapl-mmio:0) and intel-rapl:0 read one counter and differ by more than 2 %' },
      ],
    });
  });

  it('has no energy where neither way can be read', () => {
    const found = hostEnergy(zones, counts({ 'intel-rapl:0': 'EACCES', 'intel-rapl-mmio:0': 'EACCES' }));
    expect(found.joules).toBeUndefined();
    expect(found.flaws.map(({ because }) => because)).toEqual(['package-0 (intel-rapl:0) could not be read (EACCES)']);
  });
});

describe('dies that show one counter', () => {
  const zones = [pkg('intel-rapl:0', 'package-0-die-0', ESU16), pkg('intel-rapl:1', 'package-0-die-1', ESU16)];

  it('match across a wrap and a few updates of difference', () => {
    const found = hostEnergy(zones, [
      sweep(0, { 'intel-rapl:0': 65_532_610_000n, 'intel-rapl:1': 65_532_610_000n }),
      // the second die is read 30 µs later: the counter has wrapped and moved on by one update of 68 W
      sweep(10, { 'intel-rapl:0': 65_532_600_000n, 'intel-rapl:1': 57_000 }),
      sweep(20, { 'intel-rapl:0': 680_000_000, 'intel-rapl:1': 680_068_000 }),
    ]);
    expect(found.zones[1]).toMatchObject({
      counted: false,
      because: 'shows what intel-rapl:0 shows at every read: one counter for all dies',
    });
  });

  it('are two counters as soon as one read differs by more than that', () => {
    const found = hostEnergy(zones, [
      sweep(0, { 'intel-rapl:0': 1_000_000, 'intel-rapl:1': 1_000_000 }),
      sweep(10, { 'intel-rapl:0': 500_000_000, 'intel-rapl:1': 500_000_000 }),
      sweep(20, { 'intel-rapl:0': 900_000_000, 'intel-rapl:1': 902_000_000 }),
    ]);
    expect(found).toMatchObject({ joules: 1800, zones: [{ counted: true }, { counted: true }] });
  });

  it('stay one counter where a read of one of them failed, and the window is void', () => {
    const found = hostEnergy(zones, [
      sweep(0, { 'intel-rapl:0': 1_000_000, 'intel-rapl:1': 1_000_000 }),
      sweep(10, { 'intel-rapl:0': 'EIO', 'intel-rapl:1': 500_000_000 }),
      sweep(20, { 'intel-rapl:0': 900_000_000, 'intel-rapl:1': 900_000_000 }),
    ]);
    expect(found.zones.map(({ counted }) => counted)).toEqual([true, false]);
    expect(found.flaws.map(({ rule }) => rule)).toEqual(['counter-unreadable']);
  });
});

describe('a meter that changes under the measurement', () => {
  const [first, dram] = [pkg('intel-rapl:0', 'package-0'), sub('intel-rapl:0:0', 'dram', 'intel-rapl:0')];

  it('is void when a zone is gone, by its error or because it is no longer listed', () => {
    expect(hostEnergy([first, dram], counts({ 'intel-rapl:0': 600, 'intel-rapl:0:0': 'ENODEV' }))).toEqual({
      seconds: expect.closeTo(10, 6),
      zones: [expect.objectContaining({ joules: 600 }), expect.not.objectContaining({ joules: 0 })],
      flaws: [{ rule: 'zone-vanished', because: 'dram (intel-rapl:0:0) was no longer there (ENODEV)' }],
      notes: [],
    });
    const unlisted = [
      sweep(0, { 'intel-rapl:0': 0, 'intel-rapl:0:0': 0 }),
      sweep(5, { 'intel-rapl:0': 9, 'intel-rapl:0:0': 1 }),
      sweep(10, { 'intel-rapl:0': 20 }),
    ];
    expect(rules([first, dram], unlisted)).toContain('zone-vanished');
  });

  it('is void when the zone that is gone was not even part of the sum', () => {
    const core = sub('intel-rapl:0:0', 'core', 'intel-rapl:0');
    expect(rules([first, core], counts({ 'intel-rapl:0': 600, 'intel-rapl:0:0': 'ENOENT' }))).toEqual(['zone-vanished']);
  });

  it('is void when a zone appears', () => {
    const sweeps = [sweep(0, { 'intel-rapl:0': 0 }), sweep(10, { 'intel-rapl:0': 600_000_000, 'intel-rapl:1': 'appeared' })];
    expect(hostEnergy([first], sweeps).flaws).toEqual([
      { rule: 'zone-appeared', because: 'intel-rapl:1 was not there when the meter was found' },
    ]);
  });

  it('still counts when only a zone outside the sum fails to be read', () => {
    const core = sub('intel-rapl:0:0', 'core', 'intel-rapl:0');
    const found = hostEnergy([first, core], counts({ 'intel-rapl:0': 600, 'intel-rapl:0:0': 'EIO' }));
    expect(found).toMatchObject({ joules: 600, flaws: [] });
    expect(found.zones[1]).not.toHaveProperty('joules');
  });
});

describe('a meter with nothing to add', () => {
  it('has no energy where there is only psys', () => {
    const zones = [zoneOf({ zone: 'intel-rapl:0', name: 'psys', domain: 'psys' })];
    const found = hostEnergy(zones, counts({ 'intel-rapl:0': 600 }));
    expect(found.joules).toBeUndefined();
    expect(found.flaws.map(({ because }) => because)).toEqual(['the meter has neither a package nor dram nor a machine counter']);
  });

  it('has no energy, and not 0, where it was read once or never', () => {
    const zones = [pkg('intel-rapl:0', 'package-0')];
    for (const sweeps of [[], [sweep(0, { 'intel-rapl:0': 5 })]]) {
      expect(hostEnergy(zones, sweeps).joules).toBeUndefined();
      expect(rules(zones, sweeps)).toEqual(['counter-unreadable']);
    }
  });
});

it('notes dram of one socket that is absurd beside another’s', () => {
  const { zones } = ROWS[1] as Row;
  const drams = (one: number, other: number): readonly string[] =>
    hostEnergy(zones, counts({ 'intel-rapl:0': 600, 'intel-rapl:0:0': one, 'intel-rapl:1': 600, 'intel-rapl:1:0': other })).notes;
  expect(drams(60, 2000)).toEqual(['dram of package-1 shows more than 20 times the energy of dram of package-0: one of them is misread']);
  expect(drams(60, 1200)).toEqual([]);
});
