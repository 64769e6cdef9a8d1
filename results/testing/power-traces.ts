import type { Sweep, Zone } from '../energy/accumulate.ts';

/** Power over time whose energy is known in closed form: straight lines between corners, and rectangular pulses on top. Times in s, power in W. */
export interface PowerFunction {
  readonly corners: readonly { readonly s: number; readonly watts: number }[];
  readonly pulses: readonly { readonly fromS: number; readonly toS: number; readonly watts: number }[];
}

/** Corners every 1–8 s between 20 and 150 W, and a pulse of 2 ms – 3 s and up to 100 W every 4 s on average, over `seconds`. */
export function randomPower(random: () => number, seconds: number): PowerFunction {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const corners = [{ s: 0, watts: between(20, 150) }];
  for (let s = 0; s < seconds;) {
    s += between(1, 8);
    corners.push({ s, watts: between(20, 150) });
  }
  const pulses = Array.from({ length: Math.ceil(seconds / 4) }, () => {
    const fromS = between(0, seconds);
    return { fromS, toS: fromS + between(0.002, 3), watts: between(10, 100) };
  });
  return { corners, pulses: apart(pulses) };
}

/** Pulses that do not overlap: the sum stays below 250 W. */
function apart(pulses: PowerFunction['pulses']): PowerFunction['pulses'] {
  const kept: PowerFunction['pulses'][number][] = [];
  for (const pulse of pulses.toSorted((x, y) => x.fromS - y.fromS)) {
    if (pulse.fromS >= (kept.at(-1)?.toS ?? 0)) kept.push(pulse);
  }
  return kept;
}

/** ∫ P dt from 0 to `s`, J, exact up to the rounding of doubles. */
export function energyUntil({ corners, pulses }: PowerFunction, s: number): number {
  let joules = 0;
  for (const [index, to] of corners.entries()) {
    const from = corners[index - 1];
    if (!from || from.s >= s) continue;
    const end = Math.min(to.s, s);
    const slope = (to.watts - from.watts) / (to.s - from.s);
    joules += (end - from.s) * (from.watts + (slope * (end - from.s)) / 2);
  }
  for (const { fromS, toS, watts } of pulses) joules += watts * Math.max(0, Math.min(toS, s) - fromS);
  return joules;
}

/** A counter as the kernel shows it: whole units, updated once per 976 µs, beginning again after `range`. */
export interface CounterSpec {
  readonly power: PowerFunction;
  /** energy of one unit, µJ; what is shown is rounded down to whole µJ */
  readonly unitUj: number;
  readonly rangeUj: bigint;
  readonly startUj: bigint;
  /** instants at which the counter falls to 0, s */
  readonly resetsS?: readonly number[];
}

const UPDATE_S = 976e-6;

/** What `energy_uj` says at `s`, decimal. */
export function counterAt(spec: CounterSpec, s: number): string {
  const shownS = Math.floor(s / UPDATE_S) * UPDATE_S;
  const reset = (spec.resetsS ?? []).filter((at) => at <= shownS).at(-1);
  const joules = energyUntil(spec.power, shownS) - (reset === undefined ? 0 : energyUntil(spec.power, reset));
  const units = Math.floor((joules * 1e6) / spec.unitUj);
  const start = reset === undefined ? spec.startUj : 0n;
  return String((start + BigInt(Math.floor(units * spec.unitUj))) % spec.rangeUj);
}

/** `package-0` as `intel-rapl:0`, or whatever `change` makes of it. */
export function zoneOf(change: Partial<Zone> = {}): Zone {
  return {
    zone: 'intel-rapl:0',
    name: 'package-0',
    domain: 'package',
    unit: 'uJ',
    scale: 1,
    control: 'intel-rapl',
    rangeRaw: '262143328850',
    origin: 'test',
    ...change,
  };
}

/** One read of every zone at `s`, 30 µs after each other, each taking 20 µs; a number is µJ, other text an errno. */
export function sweep(s: number, values: Readonly<Record<string, string | number | bigint>>): Sweep {
  return Object.entries(values).map(([zone, value], index) => {
    const place = { zone, atNs: Math.round(s * 1e9) + index * 30_000, latencyNs: 20_000 };
    const text = String(value);
    return /^-?\d+$/.test(text) ? { ...place, raw: text } : { ...place, error: text };
  });
}
