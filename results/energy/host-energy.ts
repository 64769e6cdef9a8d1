import { accumulate, type Accumulation, distinct, nameOf, type Sweep, type Zone } from './accumulate.ts';
import { chooseZones, type ZoneChoice } from './choose-zones.ts';
import { COUNTER_UPDATE_NS, DISAGREEMENT_SHARE, type Flaw } from './rules.ts';

export interface ZoneEnergy {
  readonly zone: string;
  readonly name: string;
  readonly domain: Zone['domain'];
  readonly counted: boolean;
  /** why it is counted or not, where its domain alone does not say it */
  readonly because?: string;
  /** absent: not known, see the flaws */
  readonly joules?: number;
}

export interface HostEnergy {
  /** Σ of the counted zones; absent where one of them is not known */
  readonly joules?: number;
  /** from the first to the last read, mean over the counted zones, s: the time over which `joules` were counted; absent without two reads */
  readonly seconds?: number;
  readonly zones: readonly ZoneEnergy[];
  /** any: the energy does not count */
  readonly flaws: readonly Flaw[];
  /** what a reader should know although the energy counts */
  readonly notes: readonly string[];
}

/** Sockets of one machine have like memory: a Granite Rapids showed 200 W beside 6 W (energy §2). */
const MOST_DRAM_RATIO = 20;

/**
 * Energy of the host from the first to the last of `sweeps` (two or more, in time order) of one meter: the sum of energy §2, never 0 for something that
 * could not be read. `choices`: which zones are summed, where that was decided over more reads than these.
 */
export function hostEnergy(
  zones: readonly Zone[],
  sweeps: readonly Sweep[],
  choices: readonly ZoneChoice[] = chooseZones(zones, sweeps),
): HostEnergy {
  const read = new Map(zones.map((zone) => [zone.zone, accumulate(zone, readsOf(zone, sweeps))]));
  const counted = choices.filter((choice) => choice.counted);
  const flaws = [
    ...strangers(zones, sweeps),
    ...vanished(zones, sweeps),
    ...(counted.length === 0 ? [NOTHING_COUNTED] : []),
    ...counted.flatMap(({ zone }) => read.get(zone.zone)?.flaws ?? []),
    ...disagreements(choices, read),
  ];
  const parts = counted.flatMap(({ zone }) => read.get(zone.zone)?.joules ?? []);
  const known = counted.length > 0 && parts.length === counted.length;
  const durations = counted.map(({ zone }) => read.get(zone.zone)?.seconds ?? 0);
  return {
    ...(known ? { joules: sum(parts) } : {}),
    ...(sweeps.length > 1 && counted.length > 0 ? { seconds: sum(durations) / durations.length } : {}),
    zones: choices.map(({ zone: { zone, name, domain }, counted: isCounted, because }) => {
      const joules = read.get(zone)?.joules;
      return {
        zone,
        name,
        domain,
        counted: isCounted,
        ...(because === undefined ? {} : { because }),
        ...(joules === undefined ? {} : { joules }),
      };
    }),
    flaws: distinct(flaws),
    notes: dramNotes(counted, read, zones),
  };
}

const NOTHING_COUNTED: Flaw = { rule: 'counter-unreadable', because: 'the meter has neither a package nor dram nor a machine counter' };

function readsOf({ zone }: Zone, sweeps: readonly Sweep[]): Sweep {
  return sweeps.flatMap((sweep) => sweep.find((read) => read.zone === zone) ?? []);
}

function strangers(zones: readonly Zone[], sweeps: readonly Sweep[]): Flaw[] {
  const known = new Set(zones.map(({ zone }) => zone));
  return sweeps.flat().flatMap(({ zone, error }): Flaw[] => {
    if (error !== 'appeared' && known.has(zone)) return [];
    return [{ rule: 'zone-appeared', because: `${zone} was not there when the meter was found` }];
  });
}

/** Also of zones outside the sum: the meter is no longer the one that was found. */
function vanished(zones: readonly Zone[], sweeps: readonly Sweep[]): Flaw[] {
  return zones.flatMap((zone): Flaw[] => {
    const reads = readsOf(zone, sweeps);
    if (reads.length < sweeps.length) return [{ rule: 'zone-vanished', because: `${nameOf(zone)} was not read every time` }];
    return accumulate(zone, reads).flaws.filter(({ rule }) => rule === 'zone-vanished');
  });
}

/** MSR against MMIO, where both count: one update at each edge is no disagreement (energy §2, “Time”). */
function disagreements(choices: readonly ZoneChoice[], read: ReadonlyMap<string, Accumulation>): Flaw[] {
  return choices.flatMap(({ zone, twinOf }): Flaw[] => {
    const twin = read.get(zone.zone);
    const counted = twinOf === undefined ? undefined : read.get(twinOf);
    if (twin?.joules === undefined || counted?.joules === undefined || twin.flaws.length > 0) return [];
    const most = Math.max(twin.joules, counted.joules);
    const edges = counted.seconds > 0 ? (2 * COUNTER_UPDATE_NS) / 1e9 / counted.seconds : 0;
    if (Math.abs(twin.joules - counted.joules) <= (DISAGREEMENT_SHARE + edges) * most) return [];
    const percent = DISAGREEMENT_SHARE * 100;
    return [{ rule: 'meters-disagree', because: `${nameOf(zone)} and ${twinOf} read one counter and differ by more than ${percent} %` }];
  });
}

function dramNotes(counted: readonly ZoneChoice[], read: ReadonlyMap<string, Accumulation>, zones: readonly Zone[]): string[] {
  const drams = counted
    .filter(({ zone }) => zone.domain === 'dram')
    .flatMap(({ zone }) => {
      const joules = read.get(zone.zone)?.joules;
      const of = zones.find((candidate) => candidate.zone === zone.parent)?.name ?? zone.zone;
      return joules === undefined ? [] : [{ of, joules }];
    })
    .toSorted((x, y) => x.joules - y.joules);
  const least = drams[0];
  const most = drams.at(-1);
  if (!least || !most || most.joules <= MOST_DRAM_RATIO * least.joules) return [];
  return [`dram of ${most.of} shows more than ${MOST_DRAM_RATIO} times the energy of dram of ${least.of}: one of them is misread`];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
