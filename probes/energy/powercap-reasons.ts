import type { MeterZone } from '../../core/model/event.ts';
import type { z } from 'zod';
import type { EnergyCpu } from './cpu.ts';
import type { MissingMeter } from './source.ts';

/** Why RAPL cannot be read through powercap: each cause its own code, sentence and remedy. */

type Zone = z.infer<typeof MeterZone>;

const ON_THE_HOST = 'Measure on the host itself, not in a container';

export function absent(folder: string, errno: string, { hypervisor, x86 }: EnergyCpu): MissingMeter {
  const because = `${folder} does not exist (${errno}): this kernel has no powercap class`;
  if (!x86)
    return missing('absent', `${because}, and RAPL exists on Intel and AMD processors only`, 'Use a meter of the whole machine (hwmon).');
  if (hypervisor)
    return missing('absent', `${because}. This is a virtual machine: most hypervisors give their guests no RAPL`, guestRemedy());
  return missing(
    'absent',
    because,
    'Run “modprobe intel_rapl_msr” (Intel since Linux 3.13, AMD since 5.11); if there is no such module, use a kernel built with CONFIG_POWERCAP and CONFIG_INTEL_RAPL.',
  );
}

export function empty(folder: string): MissingMeter {
  return missing(
    'masked',
    `${folder} is there, but empty: a container runtime hides what is in it, or no RAPL driver is loaded`,
    `${ON_THE_HOST}; there, run “modprobe intel_rapl_msr”.`,
  );
}

export function masked(folder: string, mountPoint: string): MissingMeter {
  return missing(
    'masked',
    `${folder} shows no zone: an empty file system lies over ${mountPoint}, as Docker, containerd, Podman and Kubernetes do since CVE-2020-8694`,
    `${ON_THE_HOST}, or start the container with “--security-opt systempaths=unconfined” and as root.`,
  );
}

export function dangling(folder: string, broken: readonly string[]): MissingMeter {
  return missing(
    'dangling',
    `the links ${list(broken)} in ${folder} lead nowhere: the class is visible here, its devices are not (a container, or only the class folder was mounted)`,
    `${ON_THE_HOST}, or mount /sys/devices/virtual/powercap into it as well.`,
  );
}

export function closedFolder(folder: string, errno: string): MissingMeter {
  return missing(
    'denied',
    `${folder} may not be listed (${errno})`,
    'Run as root, or ask what confines this process (SELinux, AppArmor, a sandbox).',
  );
}

/** `others`: entries of other control types; `zones`: of RAPL, but none that counts a package. */
export function noZones(folder: string, others: readonly string[], zones: readonly Zone[], { hypervisor }: EnergyCpu): MissingMeter {
  const seen = [...others, ...zones.map(({ zone, name }) => `${zone} (${name})`)];
  const what =
    seen.length === 0 ? 'is there, but no driver has put a zone into it' : `has no zone of a processor package, only ${list(seen)}`;
  const guest = hypervisor ? '. This is a virtual machine: most hypervisors give their guests no RAPL' : '';
  const remedy = hypervisor
    ? guestRemedy()
    : 'Run “modprobe intel_rapl_msr”; if it loads and no zone appears, the processor or its firmware has no RAPL (“dmesg | grep -i rapl” says so).';
  return missing('no-zones', `${folder} ${what}${guest}`, remedy);
}

export function denied(zones: readonly (Zone & { readonly error: string })[]): MissingMeter {
  const files = '/sys/class/powercap/intel-rapl*/{energy_uj,max_energy_range_uj,constraint_*_max_power_uw}';
  return missing(
    'denied',
    `energy_uj of ${zoneNames(zones)} may be read by root only (${errnos(zones)}): Linux 5.10 and later close it, since power readings give secrets away (CVE-2020-8694)`,
    [
      'Run as root;',
      `or, until the next boot, “sudo chmod a+r ${files}”;`,
      'or, for good, a file in /etc/tmpfiles.d (systemd-tmpfiles) with “z /sys/class/powercap/intel-rapl*/energy_uj 0440 root energy” and the same line for',
      'max_energy_range_uj, or a udev rule for SUBSYSTEM=="powercap" that does the same, with yourself in the group “energy”;',
      'or “sudo setcap cap_dac_read_search+ep $(readlink -f $(command -v node))”, which lets this Node read every file.',
      'Who may read it can spy on what others compute: not on a shared machine.',
    ].join(' '),
  );
}

export function failing(zones: readonly (Zone & { readonly error: string })[]): MissingMeter {
  return missing(
    'unreadable',
    `energy_uj of ${zoneNames(zones)} cannot be read (${errnos(zones)})`,
    'Look into “dmesg | grep -i rapl”; unload and load the driver (“modprobe -r intel_rapl_msr; modprobe intel_rapl_msr”).',
  );
}

export function noRange(zones: readonly Zone[]): MissingMeter {
  return missing(
    'no-range',
    `max_energy_range_uj of ${zoneNames(zones)} is 0 or cannot be read: when the counter begins again at 0, nobody could tell how much was counted`,
    'Make max_energy_range_uj readable (it is closed like energy_uj: “sudo chmod a+r /sys/class/powercap/intel-rapl*/max_energy_range_uj”), or update the kernel.',
  );
}

export function stuck(zones: readonly Zone[], lookedNs: number, { hypervisor }: EnergyCpu): MissingMeter {
  const ms = Math.round(lookedNs / 1e6);
  const because = `the counter of ${zoneNames(zones)} stood still for ${ms} ms, and a running processor always draws power`;
  return hypervisor
    ? missing('stuck', `${because}. This is a virtual machine: its hypervisor answers with a constant`, guestRemedy())
    : missing('stuck', because, 'Update firmware and kernel; look into “dmesg | grep -i rapl”.');
}

function guestRemedy(): string {
  return 'Measure on the physical host; or, on QEMU ≥ 9.1, give the guest virtual counters with “-accel kvm,rapl=true” and qemu-vmsr-helper.';
}

function missing(code: string, because: string, remedy: string): MissingMeter {
  return { missing: { code, because, remedy } };
}

function zoneNames(zones: readonly Zone[]): string {
  return list(zones.map(({ zone, name }) => `${zone} (${name})`));
}

function errnos(zones: readonly { readonly error: string }[]): string {
  return [...new Set(zones.map(({ error }) => error))].join(', ');
}

/** The first four, and how many more. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(', ');
  return names.length > 4 ? `${shown} and ${names.length - 4} more` : shown;
}
