import { join } from 'node:path';
import type { Missing } from '../../core/model/context.ts';
import { codeOf, messageOf } from '../../core/model/error.ts';
import { isVirtual, type PowerPmu } from './power-pmu.ts';
import type { EnergyHost, MissingMeter } from './source.ts';

/** Why the energy events of perf cannot be used, each with what would help. Codes: docs/energy.md. */

type Sees = Pick<EnergyHost, 'roots' | 'files'>;

/** where a virtual machine has no meter of its own */
const BARE_METAL =
  'measure on a machine without a hypervisor, or have this one’s pass counters on (QEMU on Intel: -accel kvm,rapl=true with qemu-vmsr-helper)';
const OTHER_METER = 'use a meter of the whole machine that hwmon shows, or a host whose packages are counted';

/** The PMU's files could not be read, or not understood. */
export function unreadable(host: Sees, error: unknown): MissingMeter {
  const errno = codeOf(error);
  const folder = join(host.roots.sysfsRoot, 'bus/event_source/devices/power');
  if (errno === 'EACCES' || errno === 'EPERM')
    return missing('denied', `${folder} cannot be read (${errno})`, 'run as root, or outside the container or sandbox that hides it');
  if (errno !== 'ENOENT') return missing('no-zones', `${folder} makes no sense: ${messageOf(error)}`, 'update the kernel');
  return isVirtual(host.files, host.roots)
    ? missing('absent', `the kernel of this virtual machine offers perf no power events (no ${folder})`, BARE_METAL)
    : missing(
        'absent',
        `the kernel offers perf no power events (no ${folder})`,
        'sudo modprobe rapl (where it does not help, this processor has no such counters)',
      );
}

export function madeTree({ roots }: Sees): MissingMeter {
  return missing(
    'absent',
    `the power events in the made tree ${roots.sysfsRoot} cannot be opened: perf asks the kernel, which knows nothing of the tree`,
    'give the tree powercap zones, or look at the real machine (no THIRDWAVE_ENERGY_ROOT, no --root)',
  );
}

export function noTool({ missing: because, remedy }: Missing): MissingMeter {
  return missing('no-tool', `the kernel offers perf power events, but ${because}`, remedy);
}

export function withoutZones({ warnings }: PowerPmu): MissingMeter {
  return missing('no-zones', ['perf has a PMU “power” without a usable energy event', ...warnings].join('; '), OTHER_METER);
}

/** Other events than a package's: none of them, nor their sum, is the energy of the host. */
export function withoutPackage({ events }: PowerPmu): MissingMeter {
  const names = events.map(({ name }) => name);
  const because = names.every((name) => name === 'energy-psys')
    ? 'perf offers only energy-psys, which overlaps every other counter, covers what the firmware decides and is never summed'
    : `perf offers no energy-pkg, only ${names.join(', ')}: parts of a package are not the host`;
  return missing('no-zones', because, OTHER_METER);
}

/** The kernel did not let the counters be opened. */
export function refused({ files, roots }: Sees, errno: string, readerPath: string): MissingMeter {
  if (errno === 'EACCES')
    return missing(
      'denied',
      `the kernel refuses to count power (EACCES${paranoid({ files, roots })}): it counts every process, which needs root, CAP_PERFMON or a level of 0`,
      `sudo sysctl kernel.perf_event_paranoid=0, or sudo setcap cap_perfmon+ep ${readerPath}`,
    );
  if (errno === 'EPERM')
    return missing(
      'denied',
      'a filter of system calls forbids perf_event_open (EPERM), as container engines set one',
      'run outside the container, or give it --cap-add PERFMON',
    );
  return missing('no-zones', `the kernel lists power events but does not open them (${errno})`, OTHER_METER);
}

/**
 * The counters that would be summed (or psys alone) stood still although a CPU worked. perf counts from the opening, so a register that is always 0 and one
 * that is frozen look the same.
 *
 * Why such an event is listed at all: at its start the kernel leaves out events whose register reads 0, but for the models Sapphire and Emerald Rapids it
 * lists energy-psys unseen. KVM answers the registers of package, cores, graphics and dram with 0, and refuses that of the platform (0x64d), which the guest's
 * kernel takes as 0 too, after one line in its log (“unchecked MSR access error: RDMSR from 0x64d”). So a guest with such a processor is offered energy-psys
 * alone, and it stays at 0. Seen on such a guest, Linux 6.18.
 *
 * Source: Linux, arch/x86/events/rapl.c (`intel_rapl_spr_msrs`, `no_check`) and probe.c (`perf_msr_probe`), at 0b119045b79a and 1f82e8e1ca18;
 * arch/x86/kvm/x86.c (`kvm_get_msr_common`).
 */
export function allZero(host: Sees, zoneNames: readonly string[], watchedNs: number): MissingMeter {
  const names = [...new Set(zoneNames)].join(' and ');
  const stood = `${names} stayed at 0 for ${watchedNs / 1e6} ms of work`;
  return isVirtual(host.files, host.roots)
    ? missing(
        'always-zero',
        `${stood}: this is a virtual machine, and a hypervisor answers the energy MSR with 0 (or refuses it, which comes to 0)`,
        BARE_METAL,
      )
    : missing('always-zero', `${stood}: the processor or its firmware does not run these counters`, OTHER_METER);
}

function paranoid({ files, roots }: Sees): string {
  try {
    return `, kernel.perf_event_paranoid is ${files.read(join(roots.procRoot, 'sys/kernel/perf_event_paranoid')).trim()}`;
  } catch {
    return '';
  }
}

function missing(code: string, because: string, remedy: string): MissingMeter {
  return { missing: { code, because, remedy } };
}
