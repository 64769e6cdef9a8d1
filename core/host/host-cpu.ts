import { readFile } from 'node:fs/promises';

/** Time the CPUs of this host were busy, and were not given to it, since boot. */
export interface HostCpu {
  readonly busyS: number;
  readonly stealS: number;
  readonly cpus: number;
}

/** USER_HZ, which proc(5) counts in: 100 on every architecture Node runs on */
const TICK_S = 0.01;

/** @throws errno of /proc/stat */
export async function readHostCpu(procRoot = '/proc'): Promise<HostCpu> {
  return parseHostCpu(await readFile(`${procRoot}/stat`, 'utf8'));
}

/**
 * The `cpu` line of proc(5): user, nice, system, irq and softirq are busy; idle and iowait are not; steal is the hypervisor's; guest time is in user already.
 * Resolution: a tick of 10 ms per CPU.
 */
export function parseHostCpu(text: string): HostCpu {
  const fields = (text.split('\n')[0] ?? '').trim().split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return {
    busyS: (user + nice + system + irq + softirq) * TICK_S,
    stealS: steal * TICK_S,
    cpus: text.match(/^cpu\d+ /gm)?.length ?? 1,
  };
}
