import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Share of the last 10 s in which some task waited for memory (Documentation/accounting/psi.rst), 0…1; undefined: the kernel does not measure it
 * (older than 4.20, or booted without psi).
 */
export async function memoryPressure(procRoot = '/proc'): Promise<number | undefined> {
  const text = await readFile(join(procRoot, 'pressure/memory'), 'utf8').catch(() => '');
  const percent = /^some avg10=([\d.]+)/m.exec(text)?.[1];
  return percent === undefined ? undefined : Number(percent) / 100;
}
