import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { BenchError, EXIT_CODES, messageOf } from '../model/error.ts';
import { numberIn, textIn } from './kernel-number.ts';
import { ownStart, startTicksOf } from './process-start.ts';
import { type UndoRecord, readUndo, UNDO_FILE, writeUndo } from './tune-undo.ts';

/**
 * Limits of the host that stop a fleet long before its memory does, and what `--tune` raises them to (Documentation/admin-guide/sysctl/{vm,kernel,fs}.rst,
 * networking/ip-sysctl.rst). None is lowered, none is touched without the option.
 */
const RAISED: readonly { readonly name: string; readonly to: number }[] = [
  // instances with guard pages take two or more mappings each
  { name: 'vm/max_map_count', to: 16_777_216 },
  // PID_MAX_LIMIT of 64-bit kernels
  { name: 'kernel/pid_max', to: 4_194_304 },
  { name: 'kernel/threads-max', to: 1_000_000 },
  { name: 'fs/nr_open', to: 1_048_576 },
  { name: 'net/ipv4/neigh/default/gc_thresh3', to: 65_536 },
  { name: 'fs/inotify/max_user_instances', to: 65_536 },
];

export interface TuneTarget {
  /** folder of the undo record */
  readonly cacheDir: string;
  /** default /proc; tests pass a folder that stands for it */
  readonly procRoot?: string;
  /** raise this process's own limit of open files too; children inherit it, and it ends with the process */
  readonly openFiles?: boolean;
}

export interface Tuned extends AsyncDisposable {
  /** what was raised, in words */
  readonly changes: readonly string[];
}

/**
 * Raises the host's limits until disposed. The old values are on disk before the first change, so that `restoreAbandoned` can undo it after a kill -9.
 * @throws BenchError `tune-refused` (not root, nothing changed), `tune-busy` (another run that lives has raised them)
 */
export async function tune({ cacheDir, procRoot = '/proc', openFiles = false }: TuneTarget): Promise<Tuned> {
  if (process.getuid?.() !== 0) {
    throw refused('--tune raises limits of the whole host, which only root may do', 'run as root, or without --tune');
  }
  await restoreAbandoned(cacheDir, procRoot);
  const other = await readUndo(cacheDir);
  if (other) {
    const message = `process ${other.pid} has raised this host’s limits and restores them when it ends`;
    throw new BenchError({
      code: 'tune-busy',
      message,
      remedy: 'wait for that run, or run without --tune',
      exitCode: EXIT_CODES.hostUnfit,
    });
  }
  const record = await planned(procRoot);
  await writeUndo(cacheDir, record);
  const undo = async (): Promise<void> => {
    await restore(record, procRoot);
    await rm(join(cacheDir, UNDO_FILE), { force: true });
  };
  const changes = record.values.map(({ name, from, to }) => `${sysctlName(name)} ${from} → ${to}`);
  try {
    for (const { name, to } of record.values) await writeFile(join(procRoot, 'sys', name), String(to));
    if (openFiles) changes.push(await raiseOpenFiles(procRoot));
  } catch (error) {
    await undo();
    throw refused(
      `this host’s limits cannot be raised: ${messageOf(error)}`,
      'run as root outside of a container, or without --tune',
      error,
    );
  }
  return { changes, [Symbol.asyncDispose]: undo };
}

/**
 * Restores what a run raised that is dead; a record of an earlier boot is only removed, since a boot sets everything anew.
 * @returns what was restored, in words
 */
export async function restoreAbandoned(cacheDir: string, procRoot = '/proc'): Promise<readonly string[]> {
  const record = await readUndo(cacheDir);
  if (!record || (await startTicksOf(record.pid)) === record.startTicks) return [];
  const restored = record.bootId === (await bootId(procRoot)) ? await restore(record, procRoot) : [];
  await rm(join(cacheDir, UNDO_FILE), { force: true });
  return restored;
}

/** Old values, where what we set is still in force: what somebody else has set since is theirs. */
async function restore({ values }: UndoRecord, procRoot: string): Promise<readonly string[]> {
  const restored: string[] = [];
  const failures: string[] = [];
  for (const { name, from, to } of values) {
    const path = join(procRoot, 'sys', name);
    try {
      if ((await numberIn(path)) !== to) continue;
      await writeFile(path, String(from));
      restored.push(`${sysctlName(name)} ${to} → ${from}`);
    } catch (error) {
      failures.push(`${sysctlName(name)}: ${messageOf(error)}`);
    }
  }
  if (failures.length > 0) throw new BenchError({ code: 'tune-left', message: `limits that stay raised: ${failures.join('; ')}` });
  return restored;
}

async function planned(procRoot: string): Promise<UndoRecord> {
  const values: UndoRecord['values'][number][] = [];
  for (const { name, to } of RAISED) {
    const from = await numberIn(join(procRoot, 'sys', name));
    // Not there (a kernel without it), or as high already.
    if (from !== undefined && from < to) values.push({ name, from, to });
  }
  return { pid: process.pid, startTicks: await ownStart(), bootId: await bootId(procRoot), values };
}

/**
 * Both limits of open files of this process, to fs.nr_open; the soft one up to the hard one where that cannot be raised (it needs CAP_SYS_RESOURCE).
 * Node has no setrlimit, util-linux has. @returns what it is now, in words
 */
async function raiseOpenFiles(procRoot: string): Promise<string> {
  const most = (await numberIn(join(procRoot, 'sys/fs/nr_open'))) ?? 0;
  const limits = await textIn(join(procRoot, 'self/limits'));
  const [, soft = '', hard = ''] = /^Max open files\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
  for (const wanted of [`${most}:${most}`, `${hard}:${hard}`]) {
    const result = await execa('prlimit', [`--pid=${process.pid}`, `--nofile=${wanted}`], { reject: false });
    if (result.exitCode === 0) return `open files of the suite ${soft} → ${wanted.split(':')[0]}`;
    if (result.exitCode === undefined) throw new Error(`prlimit cannot be run: ${result.message} (apt-get install util-linux)`);
  }
  return `open files of the suite stay at ${soft}`;
}

async function bootId(procRoot: string): Promise<string> {
  return (await textIn(join(procRoot, 'sys/kernel/random/boot_id'))).trim();
}

function sysctlName(path: string): string {
  return path.replaceAll('/', '.');
}

function refused(message: string, remedy: string, cause?: unknown): BenchError {
  return new BenchError({ code: 'tune-refused', message, remedy, cause, exitCode: EXIT_CODES.hostUnfit });
}
