import { join } from 'node:path';
import type { HostRoots } from '../../core/host/host-roots.ts';
import { codeOf } from '../../core/model/error.ts';
import type { MeterZone } from '../../core/model/event.ts';
import type { EnergyFiles } from './source.ts';

/** The energy events that the kernel offers perf, as its files tell. */
export interface PowerPmu {
  /** of perf_event_open(2) */
  readonly type: number;
  /** one CPU for each set of counters */
  readonly cpus: readonly number[];
  readonly events: readonly PowerEvent[];
  /** what of the files is not used, and why; sentences */
  readonly warnings: readonly string[];
}

export interface PowerEvent {
  /** e.g. `energy-pkg` */
  readonly name: string;
  readonly domain: MeterZone['domain'];
  readonly config: number;
  readonly joulesPerCount: number;
}

const DOMAINS: Readonly<Record<string, MeterZone['domain']>> = {
  'energy-pkg': 'package',
  'energy-ram': 'dram',
  'energy-cores': 'core',
  'energy-gpu': 'uncore',
  'energy-psys': 'psys',
};

/**
 * Reads `<sysfsRoot>/bus/event_source/devices/power`. The PMU `power_core` beside it (AMD, one counter per core) is not read: its joules are part of the
 * package's.
 * @throws the error of `files` (`code`: errno) where the folder cannot be listed; an Error without `code` where its `type` or `cpumask` makes no sense
 */
export async function readPowerPmu(files: EnergyFiles, roots: HostRoots): Promise<PowerPmu> {
  const folder = join(roots.sysfsRoot, 'bus/event_source/devices/power');
  const entries = await files.list(folder);
  const [type = Number.NaN] = numbersIn(files, join(folder, 'type'));
  const { cpus, warnings } = oneCpuPerCounter(numbersIn(files, join(folder, 'cpumask')), files, roots);
  const names = entries.includes('events') ? await files.list(join(folder, 'events')) : [];
  const events: PowerEvent[] = [];
  for (const name of names.filter((name) => /^energy-[a-z]+$/.test(name)).toSorted()) {
    const event = readEvent(files, join(folder, 'events'), name);
    if (typeof event === 'string') warnings.push(event);
    else events.push(event);
  }
  return { type, cpus, events, warnings };
}

/** The event, or a sentence why it is left out. */
function readEvent(files: EnergyFiles, folder: string, name: string): PowerEvent | string {
  const texts: string[] = [];
  for (const suffix of ['', '.scale', '.unit']) {
    try {
      texts.push(files.read(join(folder, `${name}${suffix}`)).trim());
    } catch (error) {
      return `${name} is left out: its file “${name}${suffix}” cannot be read (${codeOf(error)})`;
    }
  }
  const [code = '', scale = '', unit = ''] = texts;
  const config = /^event=(0x[\da-f]+|\d+)$/i.exec(code)?.[1];
  if (config === undefined) return `${name} is left out: “${code}” is not of the form event=<number>`;
  if (unit !== 'Joules') return `${name} is left out: it counts “${unit}”, not Joules`;
  const joulesPerCount = Number(scale);
  if (!Number.isFinite(joulesPerCount) || joulesPerCount <= 0) return `${name} is left out: its scale “${scale}” is not a number above 0`;
  return { name, domain: DOMAINS[name] ?? 'other', config: Number(config), joulesPerCount };
}

/**
 * `cpumask` names one CPU for each set of counters, whatever kinds of core the processor has: one per die on Intel (of whose processors only Cascade Lake AP
 * has more than one die, each with counters of its own), one per package on AMD and Hygon, whose counters cover the whole package. Kernels before that was
 * put right (2024) named one CPU per core complex of processors with CPUID leaf 0x80000026, so that the same counter appeared several times. So on AMD and
 * Hygon one CPU of each package is kept.
 *
 * Source: Linux, arch/x86/events/rapl.c (at 0b119045b79a, “RAPL Package energy counter scope”) and the commit “perf/x86/rapl: Fix the energy-pkg event for
 * AMD CPUs”.
 */
function oneCpuPerCounter(
  listed: readonly number[],
  files: EnergyFiles,
  { procRoot, sysfsRoot }: HostRoots,
): { cpus: number[]; warnings: string[] } {
  const perPackage = /^vendor_id\s*:\s*(AuthenticAMD|HygonGenuine)$/m.test(cpuInfo(files, procRoot));
  if (!perPackage || listed.length < 2) return { cpus: [...listed], warnings: [] };
  const firstOf = new Map<number, number>();
  for (const cpu of listed) {
    const [id = cpu] = numbersIn(files, join(sysfsRoot, `devices/system/cpu/cpu${cpu}/topology/physical_package_id`));
    if (!firstOf.has(id)) firstOf.set(id, cpu);
  }
  const cpus = [...firstOf.values()];
  const warning = `cpumask names ${listed.length} CPUs for ${cpus.length} package${cpus.length === 1 ? '' : 's'} with one counter each: read on CPU ${cpus.join(', ')} only`;
  return { cpus, warnings: cpus.length < listed.length ? [warning] : [] };
}

/** The flag is set by every hypervisor that wants to be seen. */
export function isVirtual(files: EnergyFiles, { procRoot }: HostRoots): boolean {
  return /^flags.*\bhypervisor\b/m.test(cpuInfo(files, procRoot));
}

function cpuInfo(files: EnergyFiles, procRoot: string): string {
  try {
    return files.read(join(procRoot, 'cpuinfo'));
  } catch {
    return '';
  }
}

/** All numbers of a list like `0,28` or `0-1,4`, or the one number. @throws Error that says what is in the file instead, or why it cannot be read */
function numbersIn(files: EnergyFiles, path: string): readonly number[] {
  let text: string;
  try {
    text = files.read(path).trim();
  } catch (error) {
    throw new Error(`${path} cannot be read (${codeOf(error)})`, { cause: error });
  }
  return text.split(',').flatMap((part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined) throw new Error(`${path} holds “${text}”, no number`);
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
  });
}
