import { readdir, readlink, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { CgroupRef } from '../model/context.ts';
import type { Headroom } from '../model/headroom.ts';
import { maximum, numberIn, textIn } from './kernel-number.ts';
import { HOST_ROOTS, type HostRoots } from './host-roots.ts';
import { readMemoryInfo } from './memory-info.ts';
import { networkHeadroom } from './network-limits.ts';
import { processHeadroom } from './process-limits.ts';

export interface Watched {
  /** the group the instances are accounted in */
  readonly group: CgroupRef | undefined;
  /** processes of the instances, their host processes and machine monitors */
  readonly instancePids: readonly number[];
  readonly daemonPids: readonly number[];
  /** CPUs that the daemons kept busy while the fleet grew last */
  readonly daemonCpus: number | undefined;
}

/**
 * How near everything is that can end a ramp. A limit that cannot be read here is left out; one that the kernel does not set has no `max`.
 * Sources: Documentation/admin-guide/sysctl/{kernel,fs,vm,net}.rst, cgroup-v1 and cgroup-v2.rst, proc(5).
 */
export async function readHeadroom(watched: Watched, roots: HostRoots = HOST_ROOTS): Promise<readonly Headroom[]> {
  const rows = await Promise.all([
    memoryRows(watched, roots),
    countRows(roots),
    processHeadroom(watched, roots),
    networkHeadroom(watched.daemonPids[0], roots),
    daemonRows(watched, roots),
  ]);
  return rows.flat();
}

async function memoryRows({ group }: Watched, { procRoot }: HostRoots): Promise<readonly Headroom[]> {
  const info = await readMemoryInfo(join(procRoot, 'meminfo'));
  const total = info.get('MemTotal') ?? 0;
  const host = { limit: 'host-memory', used: total - (info.get('MemAvailable') ?? 0), max: total, origin: '/proc/meminfo' };
  const [folder, used, max] =
    group?.memoryV1 === undefined
      ? [group?.v2, 'memory.current', 'memory.max']
      : [group.memoryV1, 'memory.usage_in_bytes', 'memory.limit_in_bytes'];
  if (folder === undefined) return [host];
  const charged = await numberIn(join(folder, used));
  if (charged === undefined) return [host];
  return [{ limit: 'memory-cap', used: charged, ...maximum(await numberIn(join(folder, max))), origin: `${used}, ${max}` }, host];
}

/** What the whole machine has a number of. */
async function countRows({ procRoot }: HostRoots): Promise<readonly Headroom[]> {
  const sysctl = async (name: string): Promise<number | undefined> => numberIn(join(procRoot, 'sys', name));
  // “0.00 0.01 0.05 1/234 5678”: runnable / existing tasks (proc_loadavg(5))
  const tasks = /\/(\d+) /.exec(await textIn(join(procRoot, 'loadavg')))?.[1];
  const handles = (await textIn(join(procRoot, 'sys/fs/file-nr'))).trim().split(/\s+/).map(Number);
  const rows: Headroom[] = [];
  if (tasks !== undefined) {
    const used = Number(tasks);
    rows.push({ limit: 'pid-max', used, ...maximum(await sysctl('kernel/pid_max')), origin: '/proc/loadavg, kernel.pid_max' });
    rows.push({ limit: 'threads-max', used, ...maximum(await sysctl('kernel/threads-max')), origin: '/proc/loadavg, kernel.threads-max' });
  }
  const [open, , most] = handles;
  if (open !== undefined && most !== undefined) rows.push({ limit: 'file-handles', used: open, ...maximum(most), origin: 'fs.file-nr' });
  const inotify = await inotifyInstances(procRoot);
  const instances = await sysctl('fs/inotify/max_user_instances');
  rows.push({
    limit: 'inotify-instances',
    used: inotify,
    ...maximum(instances),
    origin: '/proc/<pid>/fd of this user, fs.inotify.max_user_instances',
  });
  return rows;
}

async function daemonRows({ daemonPids, daemonCpus }: Watched, { procRoot }: HostRoots): Promise<readonly Headroom[]> {
  const rows: Headroom[] = [];
  if (daemonCpus !== undefined) {
    rows.push({ limit: 'daemon-cpu', used: daemonCpus, max: availableParallelism(), origin: 'CPU time of the daemons’ group per second' });
  }
  const pid = daemonPids[0] ?? 'self';
  const mounts = (await textIn(join(procRoot, String(pid), 'mountinfo'))).split('\n').length - 1;
  const most = await numberIn(join(procRoot, 'sys/fs/mount-max'));
  const whose = pid === 'self' ? 'the suite' : 'the daemons';
  return [...rows, { limit: 'mounts', used: mounts, ...maximum(most), origin: `mountinfo of ${whose}, fs.mount-max` }];
}

/** inotify instances of the user this process runs as, in processes that may be looked into. */
async function inotifyInstances(procRoot: string): Promise<number> {
  const own = process.getuid?.() ?? 0;
  let count = 0;
  for (const pid of (await readdir(procRoot)).filter((name) => /^\d+$/.test(name))) {
    const folder = join(procRoot, pid);
    if ((await stat(folder).catch(() => undefined))?.uid !== own) continue;
    for (const fd of await readdir(join(folder, 'fd')).catch(() => [])) {
      if ((await readlink(join(folder, 'fd', fd)).catch(() => '')) === 'anon_inode:inotify') count += 1;
    }
  }
  return count;
}
