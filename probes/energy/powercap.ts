import { join } from 'node:path';
import type { MeterZone } from '../../core/model/event.ts';
import type { z } from 'zod';
import { type EnergyCpu, energyCpu } from './cpu.ts';
import { isDenied, textOf } from './files.ts';
import * as reasons from './powercap-reasons.ts';
import { type PowercapClass, readPowercapClass } from './powercap-zones.ts';
import { lookAtZones, type Looked, readZones } from './read-zones.ts';
import type { EnergyHost, FoundMeter, MeterSource, MissingMeter } from './source.ts';

/*
 * Reads: RAPL energy counters as the kernel's powercap class gives them, µJ (Documentation/ABI/testing/sysfs-class-powercap). They are renewed about once
 * per ms and carry no time stamp. Each read wakes the lead CPU of its package: edges, and once per second in between, no more (energy notes §2).
 * Cannot see: power supply, fans, disks, network, graphics cards; memory where there is no dram domain (AMD, most client processors).
 */

type Zone = z.infer<typeof MeterZone>;

/** Range of a 32-bit counter in units of 15.3 µJ: right for the dram domain of Haswell to Ice Lake servers. */
const FIXED_DRAM_RANGE_UJ = '65712999613';

export const powercap: MeterSource = {
  id: 'powercap',
  title: 'RAPL energy counters (powercap)',
  async find(host) {
    const cpu = energyCpu(host);
    const found = await readPowercapClass(host.roots.sysfsRoot, host.files);
    const none = found.zones.some(isSummed) ? undefined : withoutZones(found, cpu, host);
    if (none) return none;
    const looked = await lookAtZones(found.zones, host);
    return unreadable(found, looked, cpu) ?? meter(found, looked, cpu, host);
  },
};

/** Part of what a host draws: packages and their memory. The rest is contained in it or overlaps it (results/energy). */
function isSummed({ domain }: Zone): boolean {
  return domain === 'package' || domain === 'dram';
}

function withoutZones({ folder, error, entries, broken, others, zones }: PowercapClass, cpu: EnergyCpu, host: EnergyHost): MissingMeter {
  if (error !== undefined) return isDenied(error) ? reasons.closedFolder(folder, error) : reasons.absent(folder, error, cpu);
  const mask = maskOver(host);
  if (mask !== undefined) return reasons.masked(folder, mask);
  if (entries.length === 0) return cpu.hypervisor ? reasons.noZones(folder, [], [], cpu) : reasons.empty(folder);
  if (broken.length > 0 && zones.length === 0) return reasons.dangling(folder, broken);
  return reasons.noZones(folder, others, zones, cpu);
}

/** Mount point of the empty file system that a container runtime has put over the class or its devices (proc(5), mountinfo: field 5, type after “-”). */
function maskOver({ roots, files }: EnergyHost): string | undefined {
  const found = textOf(files, join(roots.procRoot, 'self', 'mountinfo'));
  const lines = 'text' in found ? found.text.split('\n') : [];
  const points = lines.filter((line) => line.includes(' - tmpfs ')).map((line) => line.split(' ')[4] ?? '');
  return points.find((point) => /\/(devices\/virtual|class)\/powercap$/.test(point));
}

/** A control type gives the host's sum if all its packages and their memory can be read, have a range and live; one such is enough. */
function unreadable({ folder, zones }: PowercapClass, looked: Looked, cpu: EnergyCpu): MissingMeter | undefined {
  const controls = [...new Set(zones.filter(({ domain }) => domain === 'package').map(({ control }) => control))];
  const problems = controls.map((control) => {
    const mine = zones.filter((zone) => isSummed(zone) && zone.control === control);
    return problemOf(mine, looked, cpu);
  });
  if (problems.includes(undefined)) return undefined;
  return problems[0] ?? reasons.noZones(folder, [], zones, cpu);
}

function problemOf(zones: readonly Zone[], { reads, frozen, lookedNs }: Looked, cpu: EnergyCpu): MissingMeter | undefined {
  const errorOf = new Map(reads.map(({ zone, error }) => [zone, error]));
  const failed = zones.flatMap((zone) => {
    const error = errorOf.get(zone.zone);
    return error === undefined ? [] : [{ ...zone, error }];
  });
  if (failed.some(({ error }) => isDenied(error))) return reasons.denied(failed.filter(({ error }) => isDenied(error)));
  if (failed.length > 0) return reasons.failing(failed);
  const endless = zones.filter(({ rangeRaw }) => rangeRaw === undefined);
  if (endless.length > 0) return reasons.noRange(endless);
  const stuck = zones.filter(({ zone, domain }) => domain === 'package' && frozen.has(zone));
  return stuck.length === 0 ? undefined : reasons.stuck(stuck, lookedNs, cpu);
}

function meter({ zones }: PowercapClass, { frozen }: Looked, cpu: EnergyCpu, host: EnergyHost): FoundMeter {
  const known = new Set(zones.map(({ zone }) => zone));
  return {
    method: cpu.hypervisor ? 'rapl-virtual' : 'rapl',
    scope: zones.some(({ domain }) => domain === 'dram') ? 'packages + dram' : 'packages (no dram domain: memory is not in it)',
    zones,
    warnings: warnings(zones, frozen, cpu),
    open: async () => ({
      read: async () => readZones(zones, host),
      appeared: async () => {
        const now = await readPowercapClass(host.roots.sysfsRoot, host.files);
        return now.zones.map(({ zone }) => zone).filter((zone) => !known.has(zone));
      },
      [Symbol.asyncDispose]: async () => {},
    }),
  };
}

function warnings(zones: readonly Zone[], frozen: ReadonlySet<string>, cpu: EnergyCpu): readonly string[] {
  const said: string[] = [];
  if (cpu.hypervisor) {
    said.push(
      'This is a virtual machine: its counters are made up by the hypervisor (virtual RAPL), usually from the CPU time of the guest. They are labelled rapl-virtual.',
    );
  }
  if (cpu.dramInPackageUnit && zones.some(({ domain, rangeRaw }) => domain === 'dram' && rangeRaw === FIXED_DRAM_RANGE_UJ)) {
    said.push(
      'The dram counter has the range 65712999613 µJ: on Sapphire and Emerald Rapids a kernel without the fix of October 2022 reads memory about four times too low. Update the kernel.',
    );
  }
  const still = zones.filter(({ zone, domain }) => domain === 'dram' && frozen.has(zone)).map(({ zone }) => zone);
  if (still.length > 0) said.push(`${still.join(', ')} (dram) did not advance: the firmware may have memory metering switched off.`);
  return said;
}
