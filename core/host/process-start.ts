import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Start time of a process in clock ticks since boot (field 22 of /proc/<pid>/stat, proc_pid_stat(5)); undefined when it is gone. With the pid
 * it names one process for as long as the machine runs.
 */
export async function startTicksOf(pid: number | 'self', procRoot = '/proc'): Promise<string | undefined> {
  const stat = await readFile(join(procRoot, String(pid), 'stat'), 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

export async function ownStart(): Promise<string> {
  return (await startTicksOf('self')) ?? '';
}
