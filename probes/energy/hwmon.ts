import { join } from 'node:path';
import type { MeterZone } from '../../core/model/event.ts';
import type { z } from 'zod';
import { isDenied, namesIn, positiveIn, textOf } from './files.ts';
import { lookAtZones, type Looked, readZones } from './read-zones.ts';
import type { EnergyHost, FoundMeter, MeterSource, MissingMeter } from './source.ts';

/*
 * Reads: the ACPI 4.0 power meter of a server as hwmon gives it (Documentation/hwmon/acpi_power_meter.rst): energy*_input, µJ, where there is one, else
 * power*_input or power*_average, µW. It measures what the whole machine draws, the loss of its power supply included.
 * Resolution: a power reading is an average over the meter's own interval, often 1 s and more: windows must be much longer.
 * Cannot see: which part of the machine drew it.
 */

type Zone = z.infer<typeof MeterZone>;

/** The one chip that stands for the whole machine by its definition. */
const MACHINE_CHIP = 'power_meter';

/** A chip's readings of energy or power, best kind first, one kind per channel. */
const READINGS = [/^energy(\d+)_input$/, /^power(\d+)_input$/, /^power(\d+)_average$/] as const;

interface Chip {
  /** `hwmon3` */
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly zones: readonly Zone[];
}

export const hwmon: MeterSource = {
  id: 'hwmon',
  title: 'Power meter of the whole machine (hwmon)',
  async find(host) {
    const folder = join(host.roots.sysfsRoot, 'class', 'hwmon');
    const names = await namesIn(host.files, folder);
    if ('error' in names) return absent(folder, names.error);
    const chips = (await Promise.all(names.map(async (id) => chipAt(host, folder, id)))).filter(({ zones }) => zones.length > 0);
    const machine = chips.filter(({ name }) => name === MACHINE_CHIP);
    const others = chips.filter(({ name }) => name !== MACHINE_CHIP);
    const zones = machine.flatMap((chip) => chip.zones);
    if (zones.length === 0) return noMeter(folder, others);
    return unusable(zones, await lookAtZones(zones, host)) ?? meter(machine, others, host);
  },
};

async function chipAt({ files }: EnergyHost, folder: string, id: string): Promise<Chip> {
  const label = textOf(files, join(folder, id, 'name'));
  const name = 'text' in label ? label.text : id;
  const real = await files.real(join(folder, id)).catch(() => join(folder, id));
  const found = await namesIn(files, real);
  const channels = new Set<string>();
  const zones: Zone[] = [];
  for (const pattern of READINGS) {
    for (const file of 'error' in found ? [] : found) {
      const channel = pattern.exec(file)?.[1];
      // Channel 1 of the energies and channel 1 of the powers are the same sensor in two forms.
      if (channel === undefined || channels.has(channel)) continue;
      channels.add(channel);
      zones.push(zoneOf(id, name, file, join(real, file)));
    }
  }
  return { id, name, folder: real, zones };
}

function zoneOf(id: string, chip: string, file: string, origin: string): Zone {
  return {
    zone: `${id}:${file}`,
    name: file,
    domain: chip === MACHINE_CHIP ? 'machine' : 'other',
    unit: file.startsWith('energy') ? 'uJ' : 'uW',
    scale: 1,
    control: /^[A-Za-z0-9]/.test(chip) ? chip : id,
    // hwmon energies are 64 bits wide (Documentation/hwmon/sysfs-interface.rst names no range), powers are gauges.
    endless: true,
    origin,
  };
}

function absent(folder: string, errno: string): MissingMeter {
  const remedy = 'On a server with an ACPI power meter, run “modprobe acpi_power_meter”.';
  return isDenied(errno)
    ? {
        missing: {
          code: 'denied',
          because: `${folder} may not be listed (${errno})`,
          remedy: 'Run as root, or ask what confines this process.',
        },
      }
    : { missing: { code: 'absent', because: `${folder} does not exist (${errno}): no sensor driver is loaded`, remedy } };
}

function noMeter(folder: string, others: readonly Chip[]): MissingMeter {
  const parts = others.length === 0 ? '' : `; ${chipNames(others)} measure parts of it and stand for no whole machine`;
  return {
    missing: {
      code: 'no-zones',
      because: `${folder} has no power meter of the whole machine (chip power_meter)${parts}`,
      remedy: 'On a server with an ACPI power meter, run “modprobe acpi_power_meter”; else there is nothing to do.',
    },
  };
}

function unusable(zones: readonly Zone[], { reads, frozen, lookedNs }: Looked): MissingMeter | undefined {
  const failed = reads.filter(({ error }) => error !== undefined);
  const errors = [...new Set(failed.map(({ error }) => error ?? ''))];
  const names = failed.map(({ zone }) => zone).join(', ');
  if (errors.some(isDenied)) {
    const because = `${names} may not be read (${errors.join(', ')})`;
    return { missing: { code: 'denied', because, remedy: 'Run as root, or “sudo chmod a+r /sys/class/hwmon/hwmon*/{energy,power}*”.' } };
  }
  if (failed.length > 0) {
    const because = `${names} cannot be read (${errors.join(', ')})`;
    return { missing: { code: 'unreadable', because, remedy: 'Look into “dmesg | grep -i power_meter”: the firmware does not answer.' } };
  }
  const zeros = reads.filter(({ zone, raw }) => raw === '0' && zones.find((one) => one.zone === zone)?.unit === 'uW');
  const still = zones.filter(({ zone, unit }) => unit === 'uJ' && frozen.has(zone)).map(({ zone }) => zone);
  const dead = [...zeros.map(({ zone }) => zone), ...still];
  if (dead.length === 0) return undefined;
  const because = `${dead.join(', ')} read 0 W or did not advance in ${Math.round(lookedNs / 1e6)} ms, and a running machine always draws power`;
  return { missing: { code: 'stuck', because, remedy: 'Update the firmware of the machine (BMC, power supplies).' } };
}

function meter(machine: readonly Chip[], others: readonly Chip[], host: EnergyHost): FoundMeter {
  const zones = machine.flatMap((chip) => chip.zones);
  const known = new Set(machine.map(({ id }) => id));
  return {
    method: 'wall',
    scope: 'whole machine, by its own power meter',
    zones,
    warnings: [...machine.flatMap((chip) => intervalWarning(chip, host)), ...partsWarning(others)],
    open: async () => ({
      read: async () => readZones(zones, host),
      appeared: async () => {
        const folder = join(host.roots.sysfsRoot, 'class', 'hwmon');
        const names = await namesIn(host.files, folder);
        const chips = await Promise.all(('error' in names ? [] : names).map(async (id) => chipAt(host, folder, id)));
        return chips
          .filter(({ id, name }) => name === MACHINE_CHIP && !known.has(id))
          .flatMap((chip) => chip.zones.map(({ zone }) => zone));
      },
      [Symbol.asyncDispose]: async () => {},
    }),
  };
}

function intervalWarning({ folder, zones }: Chip, { files }: EnergyHost): readonly string[] {
  return zones.flatMap(({ zone, name, unit }) => {
    const interval = positiveIn(files, join(folder, `${name.replace(/_.*$/, '')}_average_interval`));
    return unit === 'uW' && interval !== undefined ? [`${zone} is an average over ${interval} ms: it follows late.`] : [];
  });
}

function partsWarning(others: readonly Chip[]): readonly string[] {
  return others.length === 0 ? [] : [`Not added, since they measure parts of what the machine draws: ${chipNames(others)}.`];
}

function chipNames(chips: readonly Chip[]): string {
  return chips.map(({ id, name }) => `${name} (${id})`).join(', ');
}
