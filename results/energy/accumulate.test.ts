import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counterAt, zoneOf } from '../testing/power-traces.ts';
import { accumulate, type ZoneRead } from './accumulate.ts';

/** One read per second; text that is no number is an error. */
function reads(values: readonly (string | number | bigint)[], everyS = 1): ZoneRead[] {
  return values.map((value, index) => {
    const place = { zone: 'intel-rapl:0', atNs: 1e9 + index * everyS * 1e9, latencyNs: 20_000 };
    const raw = String(value);
    return /^-?\d+(\.\d+)?$/.test(raw) ? { ...place, raw } : { ...place, error: raw };
  });
}

const rulesOf = (zone = zoneOf(), list: readonly ZoneRead[] = []): string[] => accumulate(zone, list).flaws.map(({ rule }) => rule);

/** (2³² − 1) units in the kernel’s integer arithmetic; energy §2, “Ranges”. */
const RANGES = [
  { domain: 'Intel, ESU 14', rangeRaw: '262143328850', minutesAt100W: 43.7 },
  { domain: 'AMD, ESU 16', rangeRaw: '65532610987', minutesAt100W: 10.9 },
  { domain: 'Xeon dram', rangeRaw: '65712999613', minutesAt100W: 11 },
  { domain: 'older kernels', rangeRaw: '262143999938', minutesAt100W: 43.7 },
];

describe('joules between reads of one counter', () => {
  it('adds what was counted between consecutive reads', () => {
    const { joules, steps, seconds, flaws } = accumulate(zoneOf(), reads([5_000_000, 65_000_000, 66_500_000]));
    expect({ joules, seconds, flaws }).toEqual({ joules: 61.5, seconds: 2, flaws: [] });
    expect(steps.map((step) => step.joules)).toEqual([60, 1.5]);
  });

  it.each(RANGES)('crosses the wrap of $domain and loses nothing', ({ rangeRaw }) => {
    const range = BigInt(rangeRaw);
    const { joules, flaws } = accumulate(zoneOf({ rangeRaw }), reads([range - 40_000_000n, range - 10_000_000n, 25_000_000]));
    expect({ joules, flaws }).toEqual({ joules: 65, flaws: [] });
  });

  it.each(RANGES)('calls reads of $domain too far apart for one wrap ambiguous: more than half of $minutesAt100W min at 100 W', (one) => {
    const zone = zoneOf({ rangeRaw: one.rangeRaw, maxPowerW: 100 / 1.5 });
    const halfS = (one.minutesAt100W * 60) / 2;
    expect(rulesOf(zone, reads([0, 1_000_000], halfS * 0.99))).toEqual([]);
    expect(rulesOf(zone, reads([0, 1_000_000], halfS * 1.01))).toEqual(['counter-ambiguous']);
  });

  it('finds a double wrap by the time that passed, whatever the counter shows', () => {
    const range = 2_000_000_000n;
    const zone = zoneOf({ rangeRaw: String(range), maxPowerW: 200 });
    // 2.5 ranges = 5 kJ in 25 s: 200 W
    expect(rulesOf(zone, reads([0, ((range * 5n) / 2n) % range], 25))).toEqual(['counter-ambiguous']);
  });

  it('multiplies by the unit of the meter: perf counts 2⁻³² J and never wraps', () => {
    const zone = zoneOf({ scale: 2 ** -32 * 1e6, endless: true, rangeRaw: undefined });
    const start = 2n ** 53n + 1n;
    expect(accumulate(zone, reads([start, start + 2n ** 33n]))).toMatchObject({ joules: 2, flaws: [] });
  });

  it('keeps every unit of numbers beyond 2⁵³', () => {
    const zone = zoneOf({ rangeRaw: '4294967295000000' });
    const start = 2n ** 53n;
    expect(accumulate(zoneOf({ endless: true }), reads([start, start + 1n, start + 3n])).steps.map(({ joules }) => joules)).toEqual([
      1e-6, 2e-6,
    ]);
    expect(accumulate(zone, reads([4294967294000000n, 1_000_000])).joules).toBe(2);
  });
});

describe('what makes energy of a counter doubtful', () => {
  it('calls a reset implausible: as a wrap it would be more than the zone can draw', () => {
    const zone = zoneOf({ rangeRaw: '65532610987', maxPowerW: 200 });
    expect(rulesOf(zone, reads([30_000_000_000, 20_000_000]))).toEqual(['counter-implausible']);
  });

  it('cannot tell a reset from a wrap where the counter stood within reach of its end', () => {
    const zone = zoneOf({ rangeRaw: '65532610987', maxPowerW: 200 });
    expect(rulesOf(zone, reads([65_532_610_987n - 1_000_000n, 20_000_000]))).toEqual([]);
  });

  it('calls a counter that does not wrap and goes backwards reset, with no energy', () => {
    const found = accumulate(zoneOf({ endless: true }), reads([100, 200, 50]));
    expect(found.joules).toBeUndefined();
    expect(found.flaws.map(({ rule }) => rule)).toEqual(['counter-reset']);
  });

  it('takes one and a half times the stated limit, or 1000 W, as the most a zone can draw', () => {
    expect(rulesOf(zoneOf({ maxPowerW: 100 }), reads([0, 150_000_000]))).toEqual([]);
    expect(rulesOf(zoneOf({ maxPowerW: 100 }), reads([0, 151_000_000]))).toEqual(['counter-implausible']);
    expect(rulesOf(zoneOf(), reads([0, 1_000_000_000]))).toEqual([]);
    expect(rulesOf(zoneOf(), reads([0, 1_002_000_000]))).toEqual(['counter-implausible']);
  });

  it('allows one update of the counter where reads are closer than that', () => {
    // 60 W for 1 ms, seen by reads 0.2 ms apart
    expect(rulesOf(zoneOf({ maxPowerW: 65 }), reads([0, 60_000], 0.0002))).toEqual([]);
  });

  it.each(['-5', '262143328851'])('does not believe %s, which is outside the range', (value) => {
    expect(rulesOf(zoneOf(), reads([0, value]))).toContain('counter-implausible');
  });

  it.each([
    { values: [1, 'EIO', 3], rule: 'counter-unreadable' },
    { values: ['EACCES', 2, 3], rule: 'counter-unreadable' },
    { values: [1, 2, 'not-a-number'], rule: 'counter-unreadable' },
    { values: [1, 2.5, 3], rule: 'counter-unreadable' },
    { values: [1], rule: 'counter-unreadable' },
    { values: [], rule: 'counter-unreadable' },
    { values: [1, 2, 'ENODEV'], rule: 'zone-vanished' },
    { values: [1, 'ENOENT', 'ENOENT'], rule: 'zone-vanished' },
  ])('has no energy, and not 0, for reads $values', ({ values, rule }) => {
    const found = accumulate(zoneOf(), reads(values));
    expect(found.joules).toBeUndefined();
    expect(found.flaws.map((flaw) => flaw.rule)).toEqual([rule]);
  });

  it.each([undefined, '0', 'x'])('has no energy where the range reads %s, even if nothing wrapped', (rangeRaw) => {
    const found = accumulate(zoneOf({ rangeRaw }), reads([1, 2]));
    expect(found.joules).toBeUndefined();
    expect(found.flaws).toEqual([{ rule: 'counter-unreadable', because: 'package-0 (intel-rapl:0) does not say at which value it wraps' }]);
  });

  it('finds times that stand still, run backwards, or are less certain than the gap between them', () => {
    const [a, b] = reads([0, 10]) as [ZoneRead, ZoneRead];
    expect(rulesOf(zoneOf(), [a, { ...b, atNs: a.atNs }])).toEqual(['clock-step']);
    expect(rulesOf(zoneOf(), [a, { ...b, atNs: a.atNs - 1 }])).toEqual(['clock-step']);
    expect(rulesOf(zoneOf(), [a, { ...b, latencyNs: 1_000_000_001 }])).toEqual(['clock-step']);
    expect(rulesOf(zoneOf(), [a, { ...b, latencyNs: 1_000_000_000 }])).toEqual([]);
  });

  it('says one flaw once, however often it occurred', () => {
    expect(accumulate(zoneOf(), reads([1, 'EIO', 3, 'EIO', 5])).flaws).toHaveLength(1);
  });
});

describe('gauges', () => {
  const gauge = zoneOf({ domain: 'machine', unit: 'uW', endless: true, rangeRaw: undefined });

  it('are integrated by trapezoid: exact for power that changes in straight lines', () => {
    // 100 → 200 W in 1 s, then 200 → 0 W in 1 s
    expect(accumulate(gauge, reads([100_000_000, 200_000_000, 0]))).toMatchObject({ joules: 250, seconds: 2, flaws: [] });
  });

  it('weigh every read with the time around it', () => {
    const list = reads([100_000_000, 100_000_000, 300_000_000]).map((read, index) => (index === 2 ? { ...read, atNs: 6e9 } : read));
    expect(accumulate(gauge, list).joules).toBe(100 + 4 * 200);
  });

  it('have no negative power, and no more than a machine can draw', () => {
    expect(rulesOf(gauge, reads([-1, 5]))).toEqual(['counter-implausible']);
    expect(rulesOf(gauge, reads([19_000_000_000, 21_000_000_000]))).toEqual(['counter-implausible']);
  });
});

describe('joules between reads, whatever the counter showed', () => {
  const deltas = fc.array(fc.integer({ min: 0, max: 900_000_000 }), { minLength: 2, maxLength: 40 });
  const range = 65_532_610_987n;
  const zone = zoneOf({ rangeRaw: String(range) });
  const values = (start: bigint, list: readonly number[]): bigint[] => {
    let total = start;
    return [start % range, ...list.map((delta) => (total += BigInt(delta)) % range)];
  };

  it('do not depend on where in its range the counter began', () => {
    fc.assert(
      fc.property(deltas, fc.bigInt({ min: 0n, max: range - 1n }), (list, start) => {
        const fromZero = accumulate(zone, reads(values(0n, list)));
        const shifted = accumulate(zone, reads(values(start, list)));
        expect(shifted).toEqual(fromZero);
        expect(shifted.joules).toBe(list.reduce((sum, delta) => sum + delta, 0) / 1e6);
      }),
    );
  });

  it('add up over any split of the window at a read', () => {
    fc.assert(
      fc.property(deltas, fc.bigInt({ min: 0n, max: range - 1n }), fc.nat(), (list, start, cut) => {
        const all = reads(values(start, list));
        const at = 1 + (cut % (all.length - 2));
        const [left, right, whole] = [all.slice(0, at + 1), all.slice(at), all].map((part) => accumulate(zone, part));
        expect(Math.round(((left?.joules ?? 0) + (right?.joules ?? 0)) * 1e6)).toBe(Math.round((whole?.joules ?? 0) * 1e6));
        expect([...(left?.steps ?? []), ...(right?.steps ?? [])]).toEqual(whole?.steps);
      }),
    );
  });
});

it('makes counters for these tests that the kernel’s rules describe', () => {
  const power = {
    corners: [
      { s: 0, watts: 100 },
      { s: 10, watts: 200 },
    ],
    pulses: [{ fromS: 2, toS: 4, watts: 50 }],
  };
  const spec = { power, unitUj: 61.035156, rangeUj: 1_000_000_000n, startUj: 999_000_000n };
  // ∫ 0..10 = 1500 + 100 J, shown modulo 1000 J, at the last update before 10 s
  const shown = Number(counterAt(spec, 10));
  expect(shown).toBeGreaterThan(599_000_000 - 200 * 976);
  expect(shown).toBeLessThanOrEqual(599_000_000);
});
