import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { messageOf } from '../model/error.ts';
import type { Fact, HostFacts } from '../model/manifest.ts';
import { cgroupMode } from './cgroup-layout.ts';

/** Facts that make two hosts comparable. Never MHz, bogomips or the host's name: they differ between runs of one machine. */
const KEY_FIELDS = [
  'cpu_model',
  'cpu_count',
  'smt',
  'memory_gib',
  'hypervisor',
  'kernel',
  'architecture',
  'governor',
  'turbo',
  'cgroup_mode',
  'clock_source',
  'transparent_hugepages',
  'ksm',
] as const;

/** How long systeminformation may take in all: it asks many programs. */
const SYSTEM_LIMIT_MS = 4000;

const FILES: Readonly<
  Record<string, { readonly path: string; readonly read?: (text: string) => string | number | boolean; readonly absent: string }>
> = {
  kernel: { path: '/proc/sys/kernel/osrelease', absent: 'no /proc' },
  smt: { path: '/sys/devices/system/cpu/smt/active', read: (text) => text === '1', absent: 'the kernel does not say' },
  governor: { path: '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', absent: 'no cpufreq: the hypervisor or firmware decides' },
  clock_source: { path: '/sys/devices/system/clocksource/clocksource0/current_clocksource', absent: 'the kernel does not say' },
  transparent_hugepages: { path: '/sys/kernel/mm/transparent_hugepage/enabled', read: chosen, absent: 'not built into the kernel' },
  ksm: { path: '/sys/kernel/mm/ksm/run', read: (text) => text !== '0', absent: 'not built into the kernel' },
  aslr: { path: '/proc/sys/kernel/randomize_va_space', read: Number, absent: 'the kernel does not say' },
  swap_used_bytes: { path: '/proc/meminfo', read: swapUsedBytes, absent: 'no /proc' },
  psi: { path: '/proc/pressure/cpu', read: () => true, absent: 'built or booted without PSI' },
  rapl: { path: '/sys/class/powercap/intel-rapl:0/name', absent: 'no powercap zone (a virtual machine, or no driver)' },
};

export interface ReadHostFacts {
  readonly host: HostFacts;
  readonly bootId: string;
}

/** What this machine is. Unknown facts carry their reason. */
export async function readHostFacts(): Promise<ReadHostFacts> {
  const facts: Record<string, Fact> = { ...(await systemFacts()), ...(await kernelFacts()), ...(await fileFacts()), turbo: await turbo() };
  facts['cgroup_mode'] = { value: await cgroupMode() };
  const sorted = Object.fromEntries(Object.entries(facts).toSorted(([x], [y]) => (x < y ? -1 : 1)));
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown')).trim();
  return { bootId, host: { key: hostKey(sorted), keyFields: [...KEY_FIELDS], facts: sorted } };
}

/** SHA-256 over the key fields; an unknown fact counts as unknown, whatever the reason. */
export function hostKey(facts: Readonly<Record<string, Fact>>): string {
  const values = KEY_FIELDS.map((field) => {
    const fact = facts[field];
    return [field, fact && 'value' in fact ? fact.value : null];
  });
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
}

/** What the kernel and Node say at once and always alike: the key may not depend on programs that time out on a busy machine. */
async function kernelFacts(): Promise<Record<string, Fact>> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return {
    ...cpuIdentification(info),
    cpu_model: { value: cpus()[0]?.model.trim() ?? 'unknown' },
    cpu_count: { value: cpus().length },
    memory_gib: { value: Math.round(totalmem() / 2 ** 30) },
    memory_bytes: { value: totalmem() },
    architecture: { value: process.arch },
    // The flag is set by every hypervisor that wants to be seen.
    hypervisor: { value: /^flags.*\bhypervisor\b/m.test(info) },
  };
}

/**
 * What a processor says of itself, from the text of /proc/cpuinfo: the numbers by which a microarchitecture is known where the name is the hypervisor’s. Arm:
 * implementer and part. Not part of the key: records of earlier versions do not have them.
 */
export function cpuIdentification(info: string): Record<string, Fact> {
  const line = (...names: readonly string[]): string | undefined =>
    names.map((name) => new RegExp(`^${name}\\s*:\\s*(.+)$`, 'm').exec(info)?.[1]?.trim()).find((text) => text !== undefined);
  const fact = (text: string | undefined): Fact =>
    text === undefined ? { unavailable: '/proc/cpuinfo does not say' } : { value: Number.isNaN(Number(text)) ? text : Number(text) };
  const vendor = line('vendor_id', 'CPU implementer');
  const chips = new Set([...info.matchAll(/^physical id\s*:\s*(\d+)$/gm)].map(([, id]) => id));
  return {
    cpu_vendor: vendor === undefined ? fact(undefined) : { value: vendor },
    cpu_family: fact(line('cpu family')),
    cpu_model_number: fact(line('model', 'CPU part')),
    cpu_stepping: fact(line('stepping')),
    cpu_packages: chips.size === 0 ? fact(undefined) : { value: chips.size },
  };
}

/** What only programs of the host know, as systeminformation asks them; not part of the key. */
async function systemFacts(): Promise<Record<string, Fact>> {
  const names = ['virtualisation', 'os', 'physical_cores'];
  try {
    const { default: system } = await import('systeminformation');
    const limit = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`systeminformation took longer than ${SYSTEM_LIMIT_MS / 1000} s`)), SYSTEM_LIMIT_MS).unref();
    });
    const asked = Promise.all([system.cpu(), system.osInfo(), system.system()]);
    const [cpu, os, machine] = await Promise.race([asked, limit]);
    return {
      virtualisation: machine.virtualHost ? { value: machine.virtualHost } : { unavailable: 'no program here names a hypervisor' },
      os: { value: `${os.distro} ${os.release}` },
      physical_cores: { value: cpu.physicalCores },
    };
  } catch (error) {
    return Object.fromEntries(names.map((name) => [name, { unavailable: messageOf(error) }]));
  }
}

async function fileFacts(): Promise<Record<string, Fact>> {
  const entries = Object.entries(FILES).map(async ([name, { path, read, absent }]): Promise<readonly [string, Fact]> => {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) return [name, { unavailable: `${path}: ${absent}` }];
    return [name, { value: read ? read(text.trim()) : text.trim() }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** intel_pstate says it inverted, acpi-cpufreq directly. */
async function turbo(): Promise<Fact> {
  const intel = await readFile('/sys/devices/system/cpu/intel_pstate/no_turbo', 'utf8').catch(() => undefined);
  if (intel !== undefined) return { value: intel.trim() === '0' };
  const acpi = await readFile('/sys/devices/system/cpu/cpufreq/boost', 'utf8').catch(() => undefined);
  return acpi === undefined ? { unavailable: 'neither intel_pstate nor cpufreq boost is visible' } : { value: acpi.trim() === '1' };
}

/** `always [madvise] never` → `madvise`. */
function chosen(text: string): string {
  return /\[(.*?)\]/.exec(text)?.[1] ?? text;
}

function swapUsedBytes(meminfo: string): number {
  const kib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1] ?? 0);
  return (kib('SwapTotal') - kib('SwapFree')) * 1024;
}
