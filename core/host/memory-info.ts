import { readFile } from 'node:fs/promises';

/** Lines of /proc/meminfo in bytes, by name (proc(5)). */
export async function readMemoryInfo(path = '/proc/meminfo'): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(path, 'utf8');
  return new Map(
    text.split('\n').flatMap((line) => {
      const match = /^(\S+):\s+(\d+) kB$/.exec(line);
      return match?.[1] === undefined ? [] : [[match[1], Number(match[2]) * 1024] as const];
    }),
  );
}

/** What the kernel estimates new programs can have without swapping, B. */
export async function availableMemoryBytes(): Promise<number> {
  const available = (await readMemoryInfo()).get('MemAvailable');
  if (available === undefined) throw new Error('/proc/meminfo has no MemAvailable: the kernel is older than 3.14');
  return available;
}

/** What programs and the kernel have taken and would not give back: MemTotal − MemAvailable, B. */
export async function usedMemoryBytes(): Promise<number> {
  const info = await readMemoryInfo();
  const [total, available] = [info.get('MemTotal'), info.get('MemAvailable')];
  if (total === undefined || available === undefined) throw new Error('/proc/meminfo has no MemTotal or no MemAvailable');
  return total - available;
}
