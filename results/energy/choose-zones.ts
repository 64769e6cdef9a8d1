import { groupedBy } from '../derive/grouped-by.ts';
import { joulesOf, rawOf, type Sweep, type Zone, type ZoneRead } from './accumulate.ts';
import { COUNTER_UPDATE_NS, mostWatts } from './rules.ts';

/** Whether a zone is part of the sum, and why (or why not) where its domain alone does not say it. */
export interface ZoneChoice {
  readonly zone: Zone;
  readonly counted: boolean;
  readonly because?: string;
  /** the counted zone that reads the same hardware counter by another way (MSR and MMIO), where both can be read */
  readonly twinOf?: string;
}

const MMIO = 'intel-rapl-mmio';
const RAPL_WAYS: ReadonlySet<string> = new Set(['intel-rapl', MMIO]);

const OUTSIDE: Readonly<Partial<Record<Zone['domain'], string>>> = {
  core: 'contained in its package',
  uncore: 'contained in its package',
  psys: 'overlaps the packages and what is around them: never added',
  other: 'not known to be part of the host’s energy',
};

/**
 * Which zones are summed (energy §2, “Sum rules”): packages of distinct sockets and dram. Core, uncore and psys are reported only. A package or dram reached
 * by MSR and by MMIO is one counter: MSR, or MMIO where MSR cannot be read. Dies of one socket that show the same value at every read share one
 * counter (AMD Zen 1 and 2) and count once. A meter of the whole machine counts alone. Decided over all reads given: hand over those of a whole trial.
 */
export function chooseZones(zones: readonly Zone[], sweeps: readonly Sweep[]): ZoneChoice[] {
  const chosen = new Map<string, ZoneChoice>();
  const take = (choice: ZoneChoice): unknown => chosen.set(choice.zone.zone, choice);
  const whole = zones.some(({ domain }) => domain === 'machine');
  for (const zone of zones) {
    if (zone.domain === 'machine') take({ zone, counted: true });
    else if (whole) take({ zone, counted: false, because: 'part of what the meter of the whole machine counts' });
    else {
      const outside = OUTSIDE[zone.domain];
      if (outside !== undefined) take({ zone, counted: false, because: outside });
    }
  }
  const summed = zones.filter(({ zone }) => !chosen.has(zone));
  for (const ways of groupedBy(summed, (zone) => counterOf(zone, zones)).values()) oneWay(ways, sweeps).forEach(take);
  const dies = summed.filter((zone) => chosen.get(zone.zone)?.counted);
  for (const group of groupedBy(dies, (zone) => socketOf(zone, zones)).values()) mirrored(group, sweeps).forEach(take);
  return zones.flatMap((zone) => chosen.get(zone.zone) ?? []);
}

/** The package a zone is or belongs to, as the kernel calls it; the zone itself where that is not known. */
function packageOf(zone: Zone, zones: readonly Zone[]): string {
  if (zone.domain === 'package') return zone.name;
  return zones.find((candidate) => candidate.zone === zone.parent)?.name ?? zone.zone;
}

/** Only MSR and MMIO show one counter twice. Events of perf have one name on every socket: each zone is a counter of its own. */
function counterOf(zone: Zone, zones: readonly Zone[]): string {
  return RAPL_WAYS.has(zone.control) ? `${zone.domain} ${packageOf(zone, zones)}` : `${zone.control} ${zone.zone}`;
}

/** Zones of one domain that are dies of one socket; any other zone is alone. */
function socketOf(zone: Zone, zones: readonly Zone[]): string {
  const [, socket] = /^(package-\d+)-die-\d+$/.exec(packageOf(zone, zones)) ?? [];
  return socket === undefined ? zone.zone : `${zone.domain} ${socket}`;
}

/** Of several ways to one counter: the first that can be read, MSR before MMIO. */
function oneWay(ways: readonly Zone[], sweeps: readonly Sweep[]): ZoneChoice[] {
  const ranked = [...ways.filter(({ control }) => control !== MMIO), ...ways.filter(({ control }) => control === MMIO)];
  const readable = ranked.filter((zone) => canBeRead(zone, sweeps));
  const best = readable[0] ?? ranked[0];
  if (!best) return [];
  return ranked.map((zone): ZoneChoice => {
    if (zone === best) {
      const first = ranked[0];
      return {
        zone,
        counted: true,
        ...(first === best || !first ? {} : { because: `in place of ${first.zone}, which could not be read` }),
      };
    }
    if (!readable.includes(zone)) return { zone, counted: false, because: `could not be read; the same counter as ${best.zone}` };
    return { zone, counted: false, because: `the same counter as ${best.zone}`, twinOf: best.zone };
  });
}

function canBeRead(zone: Zone, sweeps: readonly Sweep[]): boolean {
  const wraps = zone.unit === 'uJ' && !zone.endless;
  if (wraps && (zone.rangeRaw === undefined || /^0*$/.test(zone.rangeRaw))) return false;
  return sweeps.every((sweep) => sweep.some((read) => read.zone === zone.zone && rawOf(read) !== undefined));
}

/** Dies whose readings match an earlier die’s at every read. */
function mirrored(dies: readonly Zone[], sweeps: readonly Sweep[]): ZoneChoice[] {
  const kept: Zone[] = [];
  return dies.flatMap((zone): ZoneChoice[] => {
    const original = kept.find((candidate) => readTheSame(candidate, zone, sweeps));
    if (!original) kept.push(zone);
    return original ? [{ zone, counted: false, because: `shows what ${original.zone} shows at every read: one counter for all dies` }] : [];
  });
}

/**
 * Absolute values, modulo the range: two counters that merely draw alike are apart by what they counted since the machine was switched on. They may differ by
 * what can be drawn between the two reads and within one update. A failed read says nothing here: it voids its window.
 */
function readTheSame(left: Zone, right: Zone, sweeps: readonly Sweep[]): boolean {
  const values = new Set<bigint>();
  const same = sweeps.every((sweep) => {
    const [x, y] = [left, right].map(({ zone }) => sweep.find((read) => read.zone === zone));
    const [a, b] = [x, y].map((read) => read && rawOf(read));
    if (!x || !y || a === undefined || b === undefined) return true;
    values.add(a);
    return joulesOf(left, apart(left, a, b)) <= mostWatts(left) * (uncertaintyNs(x, y) / 1e9);
  });
  return same && values.size > 1;
}

function apart({ rangeRaw }: Zone, a: bigint, b: bigint): bigint {
  const straight = a > b ? a - b : b - a;
  const around = rangeRaw === undefined ? straight : BigInt(rangeRaw) - straight;
  return around >= 0n && around < straight ? around : straight;
}

function uncertaintyNs(x: ZoneRead, y: ZoneRead): number {
  return Math.abs(x.atNs - y.atNs) + (x.latencyNs + y.latencyNs) / 2 + COUNTER_UPDATE_NS;
}
