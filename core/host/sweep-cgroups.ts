import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf, readHierarchies } from './cgroup-layout.ts';
import { childGroups, removeTree } from './cgroup-tree.ts';
import { HOST_ROOTS, type HostRoots } from './host-roots.ts';
import { startTicksOf } from './process-start.ts';

const ROOT = '/thirdwave';
const OWNER = /^owner-(\d+)-(\d+)$/;

/**
 * Removes the groups of runs that are dead: neither among `aliveRuns` nor owned by a process that still lives. Ends no process.
 * @returns what was removed, in words
 * @throws BenchError `left-over` where a group still holds processes
 */
export async function sweepCgroups(aliveRuns: ReadonlySet<string>, roots: HostRoots = HOST_ROOTS): Promise<readonly string[]> {
  const folders = (await readHierarchies(roots)).flatMap((hierarchy) => folderOf(hierarchy, ROOT) ?? []);
  const runs = new Set((await Promise.all(folders.map(async (folder) => (await childGroups(folder)) ?? []))).flat());
  const removed: string[] = [];
  for (const run of runs) {
    const places = folders.map((folder) => join(folder, run));
    if (aliveRuns.has(run) || (await hasLivingOwner(places, roots))) continue;
    const gone = await Promise.all(places.map(async (place) => removeTree(place)));
    if (gone.includes(true)) removed.push(`cgroups of run ${run}`);
  }
  // Kept by another run's groups, or gone already: both are fine.
  for (const folder of folders) await rmdir(folder).catch(() => {});
  return removed;
}

async function hasLivingOwner(places: readonly string[], { procRoot }: HostRoots): Promise<boolean> {
  for (const place of places) {
    for (const name of (await childGroups(place)) ?? []) {
      const [, pid, ticks] = OWNER.exec(name) ?? [];
      if (pid !== undefined && (await startTicksOf(Number(pid), procRoot)) === ticks) return true;
    }
  }
  return false;
}
