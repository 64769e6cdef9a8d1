import { readFile } from 'node:fs/promises';

/** Time the CPUs of this host had nothing to do, and were not given to it, since boot. */
export interface HostCpu {
  readonly idleS: number;
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
 * Idle (idle + iowait) and steal of the `cpu` line of proc(5). Idle time, not busy time: kernels without full accounting charge whole ticks to whoever runs when
 * one comes, and programs that wake for microseconds escape them (two processes that answer each other: 1.5 s by ticks, 2.6 s by idle time, 2.4 s by their
 * own clocks, of 6 s), while idle time is taken from the clock at every sleep (CONFIG_NO_HZ, kernel/time/tick-sched.c).
 */
export function parseHostCpu(text: string): HostCpu {
  const fields = (text.split('\n')[0] ?? '').trim().split(/\s+/).slice(1).map(Number);
  const [, , , idle = 0, iowait = 0, , , steal = 0] = fields;
  return { idleS: (idle + iowait) * TICK_S, stealS: steal * TICK_S, cpus: text.match(/^cpu\d+ /gm)?.length ?? 1 };
}

/** CPU seconds that the host was busy between two looks that are `seconds` apart; never below 0. */
export function busySeconds(start: HostCpu, end: HostCpu, seconds: number): number {
  return Math.max(0, seconds * end.cpus - (end.idleS - start.idleS) - (end.stealS - start.stealS));
}
