import { basename, dirname, join } from 'node:path';
import type { MeterZone } from '../../core/model/event.ts';
import type { z } from 'zod';
import { namesIn, positiveIn, textOf } from './files.ts';
import type { EnergyFiles } from './source.ts';

type Zone = z.infer<typeof MeterZone>;

/** Drivers whose zones are RAPL counters; `dtpm`, `idle_inject` and others live in the same class and are none (newer Xeons: TPMI, registered as intel-rapl). */
const CONTROL_TYPES: ReadonlySet<string> = new Set(['intel-rapl', 'intel-rapl-mmio']);

const DOMAINS: readonly (readonly [RegExp, Zone['domain']])[] = [
  [/^package-\d+(-die-\d+)?$/, 'package'],
  [/^core$/, 'core'],
  [/^uncore$/, 'uncore'],
  [/^dram$/, 'dram'],
  [/^psys$/, 'psys'],
];

/** What the powercap class shows, before any counter is read. */
export interface PowercapClass {
  readonly folder: string;
  /** errno of listing the class folder */
  readonly error?: string;
  readonly entries: readonly string[];
  /** entries of RAPL control types whose link leads nowhere */
  readonly broken: readonly string[];
  /** entries of other control types */
  readonly others: readonly string[];
  readonly zones: readonly Zone[];
}

/**
 * The zones of RAPL in <sysfs>/class/powercap. Each entry of the class is a link; zones below a zone are linked flat beside it, so every zone is known by
 * its real path and counted once (kernel Documentation/ABI/testing/sysfs-class-powercap).
 */
export async function readPowercapClass(sysfsRoot: string, files: EnergyFiles): Promise<PowercapClass> {
  const folder = join(sysfsRoot, 'class', 'powercap');
  const entries = await namesIn(files, folder);
  if ('error' in entries) return { folder, error: entries.error, entries: [], broken: [], others: [], zones: [] };
  const ours = entries.filter((entry) => CONTROL_TYPES.has(controlOf(entry)));
  const others = entries.filter((entry) => !CONTROL_TYPES.has(controlOf(entry)));
  const broken: string[] = [];
  const real = new Set<string>();
  for (const entry of ours) {
    const path = await realOf(files, join(folder, entry));
    if (path === undefined) broken.push(entry);
    else for (const zone of await zonesBelow(files, path)) real.add(zone);
  }
  return { folder, entries, broken, others, zones: [...real].toSorted(byIndices).map((path) => zoneAt(files, path)) };
}

/** A zone's or control type's own folder and those of zones inside it. */
async function zonesBelow(files: EnergyFiles, path: string): Promise<string[]> {
  const names = await namesIn(files, path);
  if ('error' in names) return [];
  const control = controlOf(basename(path));
  const inside = names.filter((name) => name.includes(':') && controlOf(name) === control);
  const below = (await Promise.all(inside.map(async (name) => zonesBelow(files, join(path, name))))).flat();
  return basename(path).includes(':') ? [path, ...below] : below;
}

/** `intel-rapl-mmio:0:1` → `intel-rapl-mmio` */
function controlOf(entry: string): string {
  return entry.split(':', 1)[0] ?? entry;
}

async function realOf(files: EnergyFiles, path: string): Promise<string | undefined> {
  try {
    return await files.real(path);
  } catch {
    return undefined;
  }
}

function zoneAt(files: EnergyFiles, path: string): Zone {
  const id = basename(path);
  const parent = basename(dirname(path));
  const label = textOf(files, join(path, 'name'));
  const name = 'text' in label && label.text !== '' ? label.text : id;
  const range = positiveIn(files, join(path, 'max_energy_range_uj'));
  const maxPowerW = largestPowerW(files, path);
  return {
    zone: id,
    name,
    domain: DOMAINS.find(([pattern]) => pattern.test(name))?.[1] ?? 'other',
    unit: 'uJ',
    scale: 1,
    control: controlOf(id),
    ...(parent.includes(':') ? { parent } : {}),
    ...(range === undefined ? {} : { rangeRaw: String(range) }),
    ...(maxPowerW === undefined ? {} : { maxPowerW }),
    origin: join(path, 'energy_uj'),
  };
}

/** RAPL has at most five constraints (long and short term, peak; kernel powercap_sys.c). */
const CONSTRAINTS = [0, 1, 2, 3, 4];

/**
 * What this zone can draw at most by its own account, W: the largest `constraint_*_max_power_uw`, or power limit where that is larger. Client processors
 * give their long-term design power as the maximum of every constraint and allow their short-term limit to be twice that; a cap below what the processor
 * may really draw would call sound windows implausible.
 */
function largestPowerW(files: EnergyFiles, path: string): number | undefined {
  const all = (kind: string): number[] =>
    CONSTRAINTS.map((index) => Number(positiveIn(files, join(path, `constraint_${index}_${kind}_uw`)) ?? 0) / 1e6);
  const maximum = Math.max(...all('max_power'));
  return maximum === 0 ? undefined : Math.max(maximum, ...all('power_limit'));
}

/** By control type, MSR first; `…:2` before `…:10`. */
function byIndices(x: string, y: string): number {
  const [left, right] = [basename(x), basename(y)];
  return controlOf(left).length - controlOf(right).length || left.localeCompare(right, 'en', { numeric: true });
}
