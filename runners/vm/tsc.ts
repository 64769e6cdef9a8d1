import { readFile } from 'node:fs/promises';

/**
 * Rate of the time stamp counter in kHz, from /proc/cpuinfo: `bogomips` is twice the counter's MHz where the kernel knows its rate (“cpu MHz” follows
 * frequency scaling and does not say). Good to 5 kHz, the two decimals of the field. Undefined where the counter is not constant.
 */
export function parseTscKhz(cpuinfo: string): number | undefined {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(' ') ?? [];
  const bogomips = /^bogomips\s*:\s*([\d.]+)$/m.exec(cpuinfo)?.[1];
  if (bogomips === undefined || !flags.includes('constant_tsc')) return undefined;
  return Math.round(Number(bogomips) * 500);
}

export async function hostTscKhz(): Promise<number | undefined> {
  return parseTscKhz(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''));
}
