import type { CounterEvent, MeterZone } from '../../core/model/event.ts';
import type { z } from 'zod';
import { AMBIGUOUS_SHARE, COUNTER_UPDATE_NS, type EnergyRuleId, type Flaw, mostWatts } from './rules.ts';

export type Zone = z.infer<typeof MeterZone>;
/** All zones of a meter once. */
export type Sweep = z.infer<typeof CounterEvent>['reads'];
export type ZoneRead = Sweep[number];

/** What one zone counted from its first to its last read. */
export interface Accumulation {
  /** absent where it cannot be known; present although flawed where only its truth is in doubt */
  readonly joules?: number;
  /** between consecutive reads; their sum is `joules` */
  readonly steps: readonly { readonly fromNs: number; readonly toNs: number; readonly joules: number }[];
  /** from the first to the last read, s */
  readonly seconds: number;
  readonly flaws: readonly Flaw[];
}

const NS_PER_S = 1e9;
/** J (or W) of raw units: 1e-6 × scale. Division by a million is correctly rounded, multiplication by 1e-6 is not. */
const MICRO = 1e6;

/** The file or device is gone, as opposed to a read that failed. */
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ENODEV', 'ENXIO', 'ESTALE']);

/**
 * Energy of one zone over its reads, in the order given, in exact integers until the sum. A counter below its last value has wrapped once: Δ = cur + range −
 * prev (the kernel's range is one unit short of the true period: 15 or 61 µJ per wrap). What could be two wraps is flagged as ambiguous, what no zone can draw
 * as implausible. That finds every reset except one while the counter stood within reach of its end (P_cap · dt, less than 1 % of a 65 kJ range at 1 Hz):
 * such a reset and a wrap leave the same two numbers. Gauges are integrated by trapezoid.
 */
export function accumulate(zone: Zone, reads: readonly ZoneRead[]): Accumulation {
  const first = reads[0];
  const last = reads.at(-1);
  const seconds = first && last ? (last.atNs - first.atNs) / NS_PER_S : 0;
  const values = reads.map(rawOf);
  const unreadable = [...rangeFlaws(zone), ...readFlaws(zone, reads)];
  if (unreadable.length > 0) return { steps: [], seconds, flaws: distinct([...unreadable, ...clockFlaws(zone, reads)]) };
  const raw = values.flatMap((value) => value ?? []);
  return zone.unit === 'uW' ? integrated(zone, reads, raw, seconds) : counted(zone, reads, raw, seconds);
}

function counted(zone: Zone, reads: readonly ZoneRead[], raw: readonly bigint[], seconds: number): Accumulation {
  const range = zone.endless ? undefined : BigInt(zone.rangeRaw ?? 0);
  const flaws = [...clockFlaws(zone, reads)];
  const note = (rule: EnergyRuleId, what: string): number => flaws.push({ rule, because: `${nameOf(zone)} ${what}` });
  const capW = mostWatts(zone);
  if (raw.some((value) => value < 0n || (range !== undefined && value > range))) note('counter-implausible', 'stood outside its own range');
  let total = 0n;
  let known = true;
  const steps = pairs(reads, raw).map(({ from, to, before, after }) => {
    const wrapped = after < before;
    if (wrapped && range === undefined) {
      known = false;
      note('counter-reset', 'went backwards although it does not wrap');
    }
    const delta = wrapped && range !== undefined ? after + range - before : after - before;
    total += delta;
    const joules = joulesOf(zone, delta);
    const dtNs = to.atNs - from.atNs;
    if (joules * NS_PER_S > capW * (Math.max(dtNs, 0) + COUNTER_UPDATE_NS))
      note('counter-implausible', `rose faster than ${capW} W: reset, or not a counter`);
    if (range !== undefined && dtNs * capW > AMBIGUOUS_SHARE * joulesOf(zone, range) * NS_PER_S) {
      note('counter-ambiguous', `was read too seldom to tell one wrap from two at ${capW} W`);
    }
    return { fromNs: from.atNs, toNs: to.atNs, joules };
  });
  if (!known) return { steps: [], seconds, flaws: distinct(flaws) };
  return { joules: joulesOf(zone, total), steps, seconds, flaws: distinct(flaws) };
}

function integrated(zone: Zone, reads: readonly ZoneRead[], raw: readonly bigint[], seconds: number): Accumulation {
  const flaws = [...clockFlaws(zone, reads)];
  const capW = mostWatts(zone);
  if (raw.some((value) => value < 0n || joulesOf(zone, value) > capW)) {
    flaws.push({ rule: 'counter-implausible', because: `${nameOf(zone)} showed a power below 0 or above ${capW} W` });
  }
  const steps = pairs(reads, raw).map(({ from, to, before, after }) => {
    const joules = (joulesOf(zone, before + after) / 2) * ((to.atNs - from.atNs) / NS_PER_S);
    return { fromNs: from.atNs, toNs: to.atNs, joules };
  });
  return { joules: steps.reduce((sum, step) => sum + step.joules, 0), steps, seconds, flaws: distinct(flaws) };
}

/** J of a counter's units, W of a gauge's. */
export function joulesOf({ scale }: Pick<Zone, 'scale'>, raw: bigint): number {
  return (Number(raw) * scale) / MICRO;
}

/** A whole number as read; undefined for an error or anything else. */
export function rawOf({ raw, error }: ZoneRead): bigint | undefined {
  return error === undefined && raw !== undefined && /^-?\d+$/.test(raw) ? BigInt(raw) : undefined;
}

/** The kernel's name with the zone's, as in “package-0 (intel-rapl:0)”. */
export function nameOf({ name, zone }: Pick<Zone, 'name' | 'zone'>): string {
  return `${name} (${zone})`;
}

function rangeFlaws(zone: Zone): Flaw[] {
  if (zone.endless || zone.unit === 'uW') return [];
  const range = zone.rangeRaw !== undefined && /^\d+$/.test(zone.rangeRaw) ? BigInt(zone.rangeRaw) : 0n;
  if (range > 0n) return [];
  return [{ rule: 'counter-unreadable', because: `${nameOf(zone)} does not say at which value it wraps` }];
}

function readFlaws(zone: Zone, reads: readonly ZoneRead[]): Flaw[] {
  if (reads.length < 2) return [{ rule: 'counter-unreadable', because: `${nameOf(zone)} was not read at both ends of the window` }];
  return reads
    .filter((read) => rawOf(read) === undefined)
    .map((read): Flaw => {
      const error = read.error ?? 'not-a-number';
      if (GONE.has(error)) return { rule: 'zone-vanished', because: `${nameOf(zone)} was no longer there (${error})` };
      return { rule: 'counter-unreadable', because: `${nameOf(zone)} could not be read (${error})` };
    });
}

function clockFlaws(zone: Zone, reads: readonly ZoneRead[]): Flaw[] {
  const stepped = reads.some((read, index) => {
    const before = reads[index - 1];
    return before !== undefined && (read.atNs <= before.atNs || read.latencyNs > read.atNs - before.atNs);
  });
  if (!stepped) return [];
  return [
    { rule: 'clock-step', because: `times of reads of ${nameOf(zone)} do not increase, or are less certain than the gap between them` },
  ];
}

function pairs(reads: readonly ZoneRead[], raw: readonly bigint[]) {
  return reads.slice(1).flatMap((to, index) => {
    const from = reads[index];
    const before = raw[index];
    const after = raw[index + 1];
    return from === undefined || before === undefined || after === undefined ? [] : [{ from, to, before, after }];
  });
}

export function distinct(flaws: readonly Flaw[]): Flaw[] {
  return [...new Map(flaws.map((flaw) => [`${flaw.rule} ${flaw.because}`, flaw])).values()];
}
