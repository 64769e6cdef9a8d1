import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sharedRead } from './shared-read.ts';

/** One line of the process table: what is needed to find an engine's processes. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly comm: string;
  readonly zombie: boolean;
  /** pid in each PID namespace, outermost (ours) first */
  readonly namespacePids: readonly number[];
}

/** Every process visible from here. Processes that end while this reads are left out. */
export async function readProcesses(procRoot = '/proc'): Promise<readonly ProcessEntry[]> {
  const names = (await readdir(procRoot)).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(names.map((name) => readEntry(procRoot, Number(name))));
  return entries.filter((entry) => entry !== undefined);
}

/** The same, one reading for all instances of a fleet that ask at once. */
export const readProcessesTogether = sharedRead(async () => readProcesses());

async function readEntry(procRoot: string, pid: number): Promise<ProcessEntry | undefined> {
  const status = await readFile(`${procRoot}/${pid}/status`, 'utf8').catch(() => undefined);
  return status === undefined ? undefined : parseStatus(pid, status);
}

/** The fields of `/proc/<pid>/status` (proc_pid_status(5)). */
export function parseStatus(pid: number, status: string): ProcessEntry {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  return {
    pid,
    parentPid: Number(field('PPid')),
    comm: field('Name'),
    zombie: field('State').startsWith('Z'),
    namespacePids: field('NSpid').split(/\s+/).filter(Boolean).map(Number),
  };
}

/** All processes below `rootPid` (not itself), parents first. */
export function descendantsOf(rootPid: number, table: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const found: ProcessEntry[] = [];
  const parents = [rootPid];
  for (let parent = parents.shift(); parent !== undefined; parent = parents.shift()) {
    const children = table.filter((entry) => entry.parentPid === parent);
    found.push(...children);
    parents.push(...children.map((child) => child.pid));
  }
  return found;
}

/**
 * Start time of a process in clock ticks since boot (field 22 of `/proc/<pid>/stat`), as text; undefined when it is gone. With the pid it
 * names one process for as long as the machine runs. The command name may hold spaces and brackets, hence the last `)`.
 */
export async function startTicksOf(pid: number, procRoot = '/proc'): Promise<string | undefined> {
  const stat = await readFile(`${procRoot}/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Host pids of the processes whose command line has `argument` as one of its arguments. */
export async function pidsWithArgument(argument: string, procRoot = '/proc'): Promise<readonly number[]> {
  return pidsWhere(procRoot, async (folder) => {
    const line = await readFile(join(folder, 'cmdline'), 'utf8').catch(() => '');
    return line.split('\0').includes(argument);
  });
}

/** Host pids of the processes that work in a folder of this name: containerd starts shims in the bundle, which is named after its container. */
export async function pidsInFolder(name: string, procRoot = '/proc'): Promise<readonly number[]> {
  return pidsWhere(procRoot, async (folder) => {
    const path = await readlink(join(folder, 'cwd')).catch(() => '');
    return basename(path) === name;
  });
}

async function pidsWhere(procRoot: string, matches: (folder: string) => Promise<boolean>): Promise<readonly number[]> {
  const names = (await readdir(procRoot)).filter((name) => /^\d+$/.test(name));
  const matching = await Promise.all(names.map(async (name) => ((await matches(join(procRoot, name))) ? Number(name) : undefined)));
  return matching.filter((pid) => pid !== undefined);
}

/** Identity of a process's PID namespace, e.g. `pid:[4026531836]`; undefined when it is gone or hidden. */
export async function pidNamespaceOf(pid: number | 'self'): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/pid`).catch(() => undefined);
}
