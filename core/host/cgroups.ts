import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CgroupRef, Cgroups, OwnedCgroup } from '../model/context.ts';
import { BenchError, codeOf, messageOf } from '../model/error.ts';
import { type CgroupHierarchies, findHierarchies } from './cgroup-hierarchies.ts';

const ROOT = 'thirdwave';

/** Where to look; tests give folders of their own. */
export interface CgroupRoots {
  readonly procRoot: string;
}
const HOST: CgroupRoots = { procRoot: '/proc' };

/** The groups of one run, below `/thirdwave/<runId>` in the memory and CPU-accounting hierarchies (v1) and the unified one (v2). */
export async function openCgroups(runId: string, roots: CgroupRoots = HOST): Promise<Cgroups & AsyncDisposable> {
  const hierarchies = await findHierarchies(roots.procRoot);
  const parentPath = `/${ROOT}/${runId}`;
  return {
    parentPath,
    create: async (name) => createGroup(hierarchies, `${parentPath}/${name}`),
    [Symbol.asyncDispose]: async () => {
      for (const top of hierarchies.all) await removeTree(join(top, parentPath));
      for (const top of hierarchies.all) await rmdir(join(top, ROOT)).catch(() => {});
    },
  };
}

/** The groups a process is in. Hierarchies that account nothing here are left out. */
export async function locateCgroup(pid: number, roots: CgroupRoots = HOST): Promise<CgroupRef> {
  const hierarchies = await findHierarchies(roots.procRoot);
  const text = await readFile(join(roots.procRoot, String(pid), 'cgroup'), 'utf8');
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of (controllers ?? '').split(',')) if (path !== undefined) paths.set(controller, path);
  }
  const at = (top: string | undefined, controller: string): string | undefined => {
    const path = paths.get(controller);
    return top === undefined || path === undefined ? undefined : join(top, path);
  };
  const memoryV1 = at(hierarchies.memoryV1, 'memory');
  const cpuacctV1 = at(hierarchies.cpuacctV1, 'cpuacct');
  const v2 = at(hierarchies.v2, '');
  return {
    ...(memoryV1 === undefined ? {} : { memoryV1 }),
    ...(cpuacctV1 === undefined ? {} : { cpuacctV1 }),
    ...(v2 === undefined ? {} : { v2 }),
  };
}

/** Removes the groups of runs that are not alive. Returns what was removed, in words. */
export async function sweepCgroups(aliveRuns: ReadonlySet<string>, roots: CgroupRoots = HOST): Promise<readonly string[]> {
  const hierarchies = await findHierarchies(roots.procRoot);
  const removed = new Set<string>();
  for (const top of hierarchies.all) {
    const runs = await readdir(join(top, ROOT), { withFileTypes: true }).catch(() => []);
    for (const run of runs.filter((entry) => entry.isDirectory() && !aliveRuns.has(entry.name))) {
      await removeTree(join(top, ROOT, run.name));
      removed.add(`cgroups of run ${run.name}`);
    }
    await rmdir(join(top, ROOT)).catch(() => {});
  }
  return [...removed];
}

async function createGroup(hierarchies: CgroupHierarchies, path: string): Promise<OwnedCgroup> {
  const { memoryV1, cpuacctV1, v2 } = hierarchies;
  // The unified hierarchy of a hybrid host accounts nothing: a group there would be empty words.
  const unified = hierarchies.v2Controllers.includes('memory') ? v2 : undefined;
  const tops = [...new Set([memoryV1, cpuacctV1, unified].filter((top) => top !== undefined))];
  if (tops.length === 0) throw unavailable('the kernel has no memory controller in a cgroup hierarchy that is mounted here');
  try {
    if (unified !== undefined) await enableControllers(unified, path);
    for (const top of tops) await mkdir(join(top, path), { recursive: true });
  } catch (error) {
    throw unavailable(`cannot make ${path} below ${tops.join(', ')}: ${codeOf(error)} ${messageOf(error)}`);
  }
  const below = (top: string | undefined): string | undefined => (top === undefined ? undefined : join(top, path));
  const [memory, cpuacct, own] = [below(memoryV1), below(cpuacctV1), below(unified)];
  return {
    path,
    ref: {
      ...(memory === undefined ? {} : { memoryV1: memory }),
      ...(cpuacct === undefined ? {} : { cpuacctV1: cpuacct }),
      ...(own === undefined ? {} : { v2: own }),
    },
    procsFiles: tops.map((top) => join(top, path, 'cgroup.procs')),
    [Symbol.asyncDispose]: async () => {
      for (const top of hierarchies.all) await removeTree(join(top, path));
    },
  };
}

/** cgroup v2 hands a controller down one level at a time, and only through groups without processes of their own. */
async function enableControllers(top: string, path: string): Promise<void> {
  let at = top;
  for (const step of dirname(path).split('/').filter((part) => part !== '')) {
    await writeFile(join(at, 'cgroup.subtree_control'), '+memory +cpu').catch(() => {});
    at = join(at, step);
    await mkdir(at, { recursive: true });
  }
  await writeFile(join(at, 'cgroup.subtree_control'), '+memory +cpu').catch(() => {});
}

const BUSY_TRIES = 40;

/** Removes a group and those below it, deepest first. A group stays busy for a moment after its last process was reaped. */
async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return;
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rmdir(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      if (attempt === BUSY_TRIES || (codeOf(error) !== 'EBUSY' && codeOf(error) !== 'ENOTEMPTY')) throw error;
      await pause(25);
    }
  }
}

function unavailable(message: string): BenchError {
  return new BenchError({
    code: 'cgroup-unavailable',
    message,
    remedy: 'run as root, or have cgroups delegated to this user (systemd: Delegate=yes on the user session)',
  });
}
