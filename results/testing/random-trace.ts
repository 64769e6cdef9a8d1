import type { Sweep, Zone, ZoneRead } from '../energy/accumulate.ts';
import { counterAt, type CounterSpec, energyUntil, randomPower, zoneOf } from './power-traces.ts';

export type FaultKind = 'reset' | 'error' | 'vanished' | 'sleep';

/** What went wrong in a window, from when to when (s). */
export interface Fault {
  readonly kind: FaultKind;
  readonly fromS: number;
  readonly toS: number;
}

export interface TracedWindow {
  readonly sweeps: readonly Sweep[];
  readonly fault: Fault | undefined;
  /** ∫ P dt of all zones, each between its own first and last read, J */
  readonly truthJ: number;
  /** a counter began again between two reads of the window */
  readonly wrapped: boolean;
  /** a counter went once around, or more, between two reads: nothing in its values shows it */
  readonly hidden: boolean;
}

interface Kind {
  /** energy §2, “Ranges”: µJ of one unit, and of the range */
  readonly unitUj: number;
  readonly rangeUj: bigint;
  readonly everyS: number;
  /** where the counter stands at first: so many µJ before its wrap, at least and at most; absent: anywhere */
  readonly leastUj?: number;
  readonly mostUj?: number;
  readonly faults: readonly FaultKind[];
}

/** More than any of the functions draws in all its windows: no counter comes near its wrap. */
const FAR_UJ = 30e9;

/**
 * AMD’s range about to wrap, with reads that fail · both kernel ranges far from their wrap, with resets · a range of 600 J, which wraps every few seconds, with
 * a reader that sleeps. A reset while the counter stands just before its end is left to a test of its own (accumulate.test.ts): no reader can tell it from a wrap.
 */
const KINDS: readonly Kind[] = [
  { unitUj: 15.258789, rangeUj: 65_532_610_987n, everyS: 1, mostUj: 4e9, faults: ['error', 'vanished'] },
  { unitUj: 15.258789, rangeUj: 65_532_610_987n, everyS: 1, leastUj: FAR_UJ, faults: ['reset'] },
  { unitUj: 61.035156, rangeUj: 262_143_328_850n, everyS: 1, leastUj: FAR_UJ, faults: ['reset', 'error'] },
  { unitUj: 15.258789, rangeUj: 600_000_000n, everyS: 0.5, faults: ['sleep'] },
];

const WINDOWS = 6;
const WINDOW_S = 12;
const FAULTY_SHARE = 0.4;
/** above what `randomPower` draws */
const MOST_WATTS = 250;

/** One or two sockets, each with a random power function, read in six windows of 12 s; `index` chooses the kind of counter and of faults. */
export function randomTrace(
  index: number,
  random: () => number,
): { readonly zones: readonly Zone[]; readonly windows: readonly TracedWindow[] } {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const kind = KINDS[index % KINDS.length] as Kind;
  const faults = Array.from({ length: WINDOWS }, (_, window) => faultIn(1 + window * WINDOW_S, kind, random));
  const resetsS = faults.flatMap((fault) => (fault?.kind === 'reset' ? [fault.fromS] : []));
  const specs = Array.from({ length: random() < 0.5 ? 1 : 2 }, (): CounterSpec => {
    const before = BigInt(Math.floor(between(kind.leastUj ?? 1, kind.mostUj ?? Number(kind.rangeUj) - 1)));
    return { ...kind, power: randomPower(random, 2 + WINDOWS * WINDOW_S), startUj: kind.rangeUj - before, resetsS };
  });
  const zones = specs.map((_, socket) =>
    zoneOf({ zone: `intel-rapl:${socket}`, name: `package-${socket}`, rangeRaw: String(kind.rangeUj), maxPowerW: MOST_WATTS / 1.5 }),
  );
  const windows = faults.map((fault, window) => {
    const fromS = 1 + window * WINDOW_S;
    const sweeps = readTimes(fromS, kind.everyS, fault, random).map((s) => sweepAt(s, zones, specs, random));
    return { ...whatIsTrue(specs, sweeps), sweeps: broken(sweeps, fault), fault };
  });
  return { zones, windows };
}

function faultIn(fromS: number, { faults }: Kind, random: () => number): Fault | undefined {
  if (random() > FAULTY_SHARE) return undefined;
  const kind = faults[Math.floor(random() * faults.length)] as FaultKind;
  const at = fromS + 1.5 + random() * 1.5;
  return { kind, fromS: at, toS: kind === 'sleep' ? at + 8 : at };
}

/** Both edges, and about every `everyS` in between; none while the reader sleeps. */
function readTimes(fromS: number, everyS: number, fault: Fault | undefined, random: () => number): number[] {
  const times = [fromS];
  for (let s = fromS + everyS; s < fromS + WINDOW_S - everyS; s += everyS) times.push(s + (random() - 0.5) * 0.1 * everyS);
  times.push(fromS + WINDOW_S - 0.05);
  return times.filter((s) => fault?.kind !== 'sleep' || s < fault.fromS || s > fault.toS);
}

/** Each zone after the other; a counter is read somewhere within the time that the read took. */
function sweepAt(s: number, zones: readonly Zone[], specs: readonly CounterSpec[], random: () => number): Sweep {
  return zones.map(({ zone }, index): ZoneRead => {
    const latencyNs = Math.round(10_000 + random() * 190_000);
    const middleNs = Math.round(s * 1e9) + index * 250_000;
    const raw = counterAt(specs[index] as CounterSpec, (middleNs + (random() - 0.5) * latencyNs) / 1e9);
    return { zone, atNs: middleNs, latencyNs, raw };
  });
}

function whatIsTrue(specs: readonly CounterSpec[], sweeps: readonly Sweep[]): Pick<TracedWindow, 'truthJ' | 'wrapped' | 'hidden'> {
  let truthJ = 0;
  let wrapped = false;
  let hidden = false;
  for (const [index, spec] of specs.entries()) {
    const reads = sweeps.map((sweep) => sweep[index] as ZoneRead);
    const joules = reads.map(({ atNs }) => energyUntil(spec.power, atNs / 1e9));
    truthJ += (joules.at(-1) ?? 0) - (joules[0] ?? 0);
    for (const [at, later] of reads.entries()) {
      const earlier = reads[at - 1];
      if (!earlier) continue;
      wrapped ||= Number(later.raw) < Number(earlier.raw);
      hidden ||= ((joules[at] ?? 0) - (joules[at - 1] ?? 0)) * 1e6 > Number(spec.rangeUj);
    }
  }
  return { truthJ, wrapped, hidden };
}

/** An error, or a zone that is not listed, in the first sweep after the fault. */
function broken(sweeps: readonly Sweep[], fault: Fault | undefined): readonly Sweep[] {
  if (fault?.kind !== 'error' && fault?.kind !== 'vanished') return sweeps;
  const hit = sweeps.findIndex(([read]) => read !== undefined && read.atNs / 1e9 > fault.fromS);
  return sweeps.map((sweep, index) => {
    if (index !== hit) return sweep;
    const [last] = sweep.slice(-1);
    const others = sweep.slice(0, -1);
    return last && fault.kind === 'error'
      ? [...others, { zone: last.zone, atNs: last.atNs, latencyNs: last.latencyNs, error: 'EIO' }]
      : others;
  });
}
