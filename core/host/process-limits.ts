import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Headroom } from '../model/headroom.ts';
import { folderOf, groupPathsOf, readHierarchies } from './cgroup-layout.ts';
import type { HostRoots } from './host-roots.ts';
import { maximum, numberIn, textIn } from './kernel-number.ts';

/** Addresses of one process: 47 bits on x86-64 with four levels of page tables (Documentation/arch/x86/x86_64/mm.rst). */
const ADDRESS_SPACE_BYTES = 2 ** 47;

interface Processes {
  readonly instancePids: readonly number[];
  readonly daemonPids: readonly number[];
}

/** What each process has a limit of: of every kind the process that is nearest to its own. */
export async function processHeadroom({ instancePids, daemonPids }: Processes, roots: HostRoots): Promise<readonly Headroom[]> {
  const { procRoot } = roots;
  const files = await Promise.all([
    filesOf('suite', ['self'], procRoot),
    filesOf('engine', daemonPids, procRoot),
    filesOf('instance', instancePids, procRoot),
  ]);
  const most = await numberIn(join(procRoot, 'sys/vm/max_map_count'));
  const maps = await largest(instancePids, async (pid) => lineCount(await textIn(join(procRoot, String(pid), 'maps'))));
  const addresses = await largest(instancePids, async (pid) => {
    const kib = /^VmSize:\s+(\d+) kB$/m.exec(await textIn(join(procRoot, String(pid), 'status')))?.[1];
    return Number(kib ?? 0) * 1024;
  });
  return [
    ...files.flat(),
    ...(maps === undefined
      ? []
      : [
          {
            limit: 'max-map-count',
            used: maps,
            ...maximum(most),
            origin: 'largest /proc/<pid>/maps of an instance’s process, vm.max_map_count',
          },
        ]),
    ...(addresses === undefined
      ? []
      : [
          { limit: 'address-space', used: addresses, max: ADDRESS_SPACE_BYTES, origin: 'largest VmSize of an instance’s process, 47 bits' },
        ]),
    ...(await pidsGroups({ instancePids, daemonPids }, roots)),
  ];
}

async function filesOf(whose: string, pids: readonly (number | 'self')[], procRoot: string): Promise<readonly Headroom[]> {
  let nearest: Headroom | undefined;
  for (const pid of pids) {
    const folder = join(procRoot, String(pid));
    const open = await readdir(join(folder, 'fd')).catch(() => undefined);
    const soft = /^Max open files\s+(\d+)/m.exec(await textIn(join(folder, 'limits')))?.[1];
    if (open === undefined || soft === undefined) continue;
    const row = { limit: `open-files-${whose}`, used: open.length, max: Number(soft), origin: `/proc/${pid}/fd, RLIMIT_NOFILE` };
    if (nearest === undefined || row.used / row.max > nearest.used / (nearest.max ?? Number.POSITIVE_INFINITY)) nearest = row;
  }
  return nearest === undefined ? [] : [nearest];
}

/** The pids controller of the suite, the engine and one instance: tasks of their groups, and the smallest limit on the way to the root. */
async function pidsGroups({ instancePids, daemonPids }: Processes, roots: HostRoots): Promise<readonly Headroom[]> {
  const hierarchy = (await readHierarchies(roots)).find(({ controllers }) => controllers.includes('pids'));
  if (!hierarchy) return [];
  const rows = new Map<string, Headroom>();
  for (const pid of ['self', daemonPids[0], instancePids[0]] as const) {
    if (pid === undefined) continue;
    const path = await groupPathsOf(pid, roots).then(
      (of) => of(hierarchy) ?? '/',
      () => '/',
    );
    const names = path.split('/').filter(Boolean);
    for (let depth = names.length; depth > 0; depth -= 1) {
      const folder = folderOf(hierarchy, `/${names.slice(0, depth).join('/')}`);
      const used = folder === undefined ? undefined : await numberIn(join(folder, 'pids.current'));
      const max = folder === undefined ? undefined : await numberIn(join(folder, 'pids.max'));
      if (folder !== undefined && used !== undefined && max !== undefined)
        rows.set(folder, { limit: 'pids-cgroup', used, max, origin: `${folder}/pids.max` });
    }
  }
  return [...rows.values()];
}

async function largest(pids: readonly number[], read: (pid: number) => Promise<number>): Promise<number | undefined> {
  let most: number | undefined;
  for (const pid of pids) most = Math.max(most ?? 0, await read(pid));
  return most;
}

function lineCount(text: string): number {
  return text.split('\n').filter(Boolean).length;
}
