import { access, constants, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupRef, Cgroups, OwnedCgroup } from '../model/context.ts';
import { BenchError, codeOf, messageOf } from '../model/error.ts';
import { type CgroupHierarchy, folderOf, groupPathsOf, readHierarchies, refOf } from './cgroup-layout.ts';
import { removeTree } from './cgroup-tree.ts';
import { HOST_ROOTS, type HostRoots } from './host-roots.ts';
import { ownStart } from './process-start.ts';

export { locateCgroup } from './cgroup-layout.ts';
export { sweepCgroups } from './sweep-cgroups.ts';

/** All groups of ours lie below this one: `/thirdwave/<runId>/<name>`. */
export const CGROUP_ROOT = 'thirdwave';
/** An empty group whose name says which process owns the run: `owner-<pid>-<start ticks>`. */
export const OWNER_PREFIX = 'owner-';

/** A hierarchy that accounts memory or CPU time, and the highest group in it below which we may make our own. */
export interface Placement {
  readonly hierarchy: CgroupHierarchy;
  /** path below the hierarchy's root; `/` for root on an ordinary host */
  readonly base: string;
}

/** Groups of one run. Nothing is made before the first `create`; disposal removes everything, in every hierarchy. */
export async function openCgroups(runId: string, roots: HostRoots = HOST_ROOTS): Promise<Cgroups & AsyncDisposable> {
  const hierarchies = await readHierarchies(roots);
  const placements = await place(hierarchies, roots).catch((error: unknown) => asUnavailable(error));
  return new RunCgroups(runId, hierarchies, placements);
}

class RunCgroups implements Cgroups, AsyncDisposable {
  readonly parentPath: string;
  readonly #hierarchies: readonly CgroupHierarchy[];
  readonly #placements: readonly Placement[] | BenchError;
  /** `cgroup.subtree_control` files outside our own groups that had no memory controller before */
  readonly #enabled: string[] = [];
  #made: Promise<void> | undefined;

  constructor(runId: string, hierarchies: readonly CgroupHierarchy[], placements: readonly Placement[] | BenchError) {
    const base = placements instanceof BenchError ? '/' : (placements[0]?.base ?? '/');
    this.parentPath = join(base, CGROUP_ROOT, runId);
    this.#hierarchies = hierarchies;
    this.#placements = placements;
  }

  async create(name: string): Promise<OwnedCgroup> {
    if (this.#placements instanceof BenchError) throw this.#placements;
    const placements = this.#placements;
    const path = join(this.parentPath, name.replaceAll(/[^\w.-]/g, '_'));
    try {
      this.#made ??= this.#makeParents(placements);
      await this.#made;
      for (const placement of placements) await makeEmpty(folderIn(placement, path));
    } catch (error) {
      throw asUnavailable(error);
    }
    const folders = new Map(placements.map((placement) => [placement.hierarchy, folderIn(placement, path)]));
    return {
      ref: refIn(folders),
      path,
      procsFiles: [...folders.values()].map((folder) => join(folder, 'cgroup.procs')),
      [Symbol.asyncDispose]: async () => this.#remove(path),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#made === undefined) return;
    await this.#remove(this.parentPath);
    for (const hierarchy of this.#hierarchies) {
      const folder = folderOf(hierarchy, join(this.parentPath, '..'));
      // Another run's groups keep it; then it stays.
      if (folder !== undefined) await rmdir(folder).catch(() => {});
    }
    for (const file of this.#enabled) await writeFile(file, '-memory').catch(() => {});
  }

  /** Engines make groups below the parent they are given in every hierarchy, hence all of them, not only our placements. */
  async #remove(path: string): Promise<void> {
    for (const hierarchy of this.#hierarchies) {
      const folder = folderOf(hierarchy, path);
      if (folder !== undefined) await removeTree(folder);
    }
  }

  async #makeParents(placements: readonly Placement[]): Promise<void> {
    for (const placement of placements) {
      await makeParents(placement, this.parentPath, this.#enabled).catch(async (error: unknown) => {
        // A run that ends at this moment may have removed the common parent between two of our steps.
        if (codeOf(error) !== 'ENOENT') throw error;
        await makeParents(placement, this.parentPath, this.#enabled);
      });
    }
    const [first] = placements;
    if (first) await makeFolder(join(folderIn(first, this.parentPath), `${OWNER_PREFIX}${process.pid}-${await ownStart()}`));
  }
}

/** Where groups can be made. @throws BenchError `cgroup-unavailable` */
export async function place(hierarchies: readonly CgroupHierarchy[], roots: HostRoots): Promise<readonly Placement[]> {
  const memory = hierarchies.find((hierarchy) => hierarchy.controllers.includes('memory'));
  if (!memory) {
    throw unavailable('the kernel offers no memory controller', 'boot with cgroup_enable=memory, or mount the cgroup hierarchies');
  }
  // On v2 every group has cpu.stat, with or without controllers (cgroup-v2.rst, “CPU Interface Files”).
  const cpu = hierarchies.find((hierarchy) => hierarchy.controllers.includes('cpuacct')) ?? hierarchies.find((one) => one.version === 2);
  const chosen = [...new Set([memory, ...(cpu ? [cpu] : [])])];
  const ownPath = await groupPathsOf('self', roots);
  return Promise.all(
    chosen.map(async (hierarchy) => {
      const base = await highestWritable(hierarchy, ownPath(hierarchy) ?? '/');
      if (base !== undefined) return { hierarchy, base };
      const who = process.getuid?.() === 0 ? 'the hierarchy is read-only here' : 'not root, and no group is delegated to this user';
      throw unavailable(
        `no cgroup below ${hierarchy.mountPoint} may be made: ${who}`,
        'run as root, or inside a delegated group: systemd-run --user --scope --property=Delegate=yes <command>',
      );
    }),
  );
}

/** The highest group on the way to our own that we may write to: the root for root, a delegated group for others. */
async function highestWritable(hierarchy: CgroupHierarchy, ownPath: string): Promise<string | undefined> {
  const names = ownPath.split('/').filter(Boolean);
  for (let depth = 0; depth <= names.length; depth += 1) {
    const path = `/${names.slice(0, depth).join('/')}`;
    const folder = folderOf(hierarchy, path);
    if (folder === undefined) continue;
    const writable = await Promise.all([access(folder, constants.W_OK), access(join(folder, 'cgroup.procs'), constants.W_OK)]).then(
      () => true,
      () => false,
    );
    if (writable) return path;
  }
  return undefined;
}

async function makeParents(placement: Placement, parentPath: string, enabled: string[]): Promise<void> {
  const { hierarchy, base } = placement;
  const ours = [join(parentPath, '..'), parentPath];
  if (hierarchy.version === 2 && hierarchy.controllers.includes('memory')) {
    const file = join(folderIn(placement, base), 'cgroup.subtree_control');
    if (await enableMemory(file)) enabled.push(file);
  }
  for (const path of ours) {
    const folder = folderIn(placement, path);
    const isNew = await makeFolder(folder);
    if (hierarchy.version === 2 && hierarchy.controllers.includes('memory')) {
      await enableMemory(join(folder, 'cgroup.subtree_control'));
    } else if (isNew && hierarchy.controllers.includes('memory')) {
      // Before Linux 5.11 a v1 group counts what is below it only if told so; later it always does.
      await writeFile(join(folder, 'memory.use_hierarchy'), '1').catch(() => {});
    }
  }
}

/** Lets groups below have the memory controller. @returns whether that was new */
async function enableMemory(subtreeControl: string): Promise<boolean> {
  const controllers = (await readFile(subtreeControl, 'utf8')).trim().split(/\s+/);
  if (controllers.includes('memory')) return false;
  await writeFile(subtreeControl, '+memory');
  return true;
}

/** A group whose counters start at zero: one that a crash of this run left is made anew. */
async function makeEmpty(folder: string): Promise<void> {
  if (await makeFolder(folder)) return;
  await removeTree(folder);
  await makeFolder(folder);
}

async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function folderIn({ hierarchy }: Placement, path: string): string {
  const folder = folderOf(hierarchy, path);
  if (folder === undefined) throw unavailable(`${path} is not visible below ${hierarchy.mountPoint}`, 'run outside of a container');
  return folder;
}

function refIn(folders: ReadonlyMap<CgroupHierarchy, string>): CgroupRef {
  return refOf([...folders.keys()], (hierarchy) => (hierarchy === undefined ? undefined : folders.get(hierarchy)));
}

function asUnavailable(error: unknown): BenchError {
  if (error instanceof BenchError) return error;
  return unavailable(`cgroups cannot be used: ${messageOf(error)}`, 'run as root outside of a container', error);
}

function unavailable(message: string, remedy: string, cause?: unknown): BenchError {
  return new BenchError({ code: 'cgroup-unavailable', message, remedy, cause });
}
