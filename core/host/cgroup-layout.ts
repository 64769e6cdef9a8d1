import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupRef } from '../model/context.ts';
import { HOST_ROOTS, type HostRoots } from './host-roots.ts';

/**
 * Where cgroup hierarchies are mounted and where a process is in them, from /proc/<pid>/mountinfo and /proc/<pid>/cgroup
 * (proc_pid_mountinfo(5), cgroups(7); kernel Documentation/admin-guide/cgroup-v1/cgroups.rst and cgroup-v2.rst).
 */
export interface CgroupHierarchy {
  /** folder it is mounted at */
  readonly mountPoint: string;
  /** group shown at the mount point: `/` unless a container shows a part of the hierarchy only */
  readonly mountRoot: string;
  readonly version: 1 | 2;
  /** v1: controllers and `name=…` of the hierarchy · v2: controllers its root group offers */
  readonly controllers: readonly string[];
}

export type CgroupMode = 'v1' | 'v2' | 'hybrid' | 'none';

export async function readHierarchies({ procRoot }: HostRoots = HOST_ROOTS): Promise<readonly CgroupHierarchy[]> {
  const text = await readFile(join(procRoot, 'self/mountinfo'), 'utf8');
  const found = text.split('\n').flatMap((line) => parseMount(line) ?? []);
  // A hierarchy may be mounted more than once: the first mount of each is enough.
  const first = new Map<string, CgroupHierarchy>();
  for (const mount of found) {
    const key = mount.version === 2 ? 'v2' : mount.controllers.join(',');
    if (!first.has(key)) first.set(key, mount);
  }
  return Promise.all([...first.values()].map(withOfferedControllers));
}

/** How this host accounts: `hybrid` means controllers on v1 with a v2 hierarchy beside them. */
export async function cgroupMode(roots: HostRoots = HOST_ROOTS): Promise<CgroupMode> {
  const hierarchies = await readHierarchies(roots);
  const v1 = hierarchies.some((hierarchy) => hierarchy.version === 1 && !hierarchy.controllers.every(isName));
  const v2 = hierarchies.some((hierarchy) => hierarchy.version === 2);
  if (v1 && v2) return 'hybrid';
  if (v1) return 'v1';
  return v2 ? 'v2' : 'none';
}

/**
 * The groups a process is accounted in. Root groups are left out: they hold the whole machine. Empty where it is in none, or where the
 * group is outside what this process can see.
 * @throws NodeJS.ErrnoException ENOENT or ESRCH when the process is gone
 */
export async function locateCgroup(pid: number | 'self', roots: HostRoots = HOST_ROOTS): Promise<CgroupRef> {
  const hierarchies = await readHierarchies(roots);
  const paths = await groupPathsOf(pid, roots);
  const folder = (hierarchy: CgroupHierarchy | undefined): string | undefined => {
    const path = hierarchy && paths(hierarchy);
    return hierarchy === undefined || path === undefined || path === '/' ? undefined : folderOf(hierarchy, path);
  };
  return refOf(hierarchies, folder);
}

/** Picks the hierarchies that account memory and CPU time, and asks for the folder in each. */
export function refOf(
  hierarchies: readonly CgroupHierarchy[],
  folder: (hierarchy: CgroupHierarchy | undefined) => string | undefined,
): CgroupRef {
  const memoryV1 = folder(v1With(hierarchies, 'memory'));
  const cpuacctV1 = folder(v1With(hierarchies, 'cpuacct'));
  const v2 = folder(hierarchies.find((hierarchy) => hierarchy.version === 2));
  return {
    ...(memoryV1 === undefined ? {} : { memoryV1 }),
    ...(cpuacctV1 === undefined ? {} : { cpuacctV1 }),
    ...(v2 === undefined ? {} : { v2 }),
  };
}

/** Group of a process per hierarchy, as a path below the hierarchy's root. */
export async function groupPathsOf(
  pid: number | 'self',
  { procRoot }: HostRoots,
): Promise<(hierarchy: CgroupHierarchy) => string | undefined> {
  const text = await readFile(join(procRoot, String(pid), 'cgroup'), 'utf8');
  const entries = text.split('\n').flatMap((line) => {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    return match ? [{ controllers: (match[1] ?? '').split(','), path: match[2] ?? '/' }] : [];
  });
  return ({ version, controllers }) => {
    const wanted = version === 2 ? '' : (controllers[0] ?? '');
    return entries.find((entry) => entry.controllers.includes(wanted))?.path;
  };
}

/** Folder of a group; undefined where the mount does not show it. */
export function folderOf({ mountPoint, mountRoot }: CgroupHierarchy, path: string): string | undefined {
  // A cgroup namespace shows groups outside of it as `/../…`.
  if (path.startsWith('/..')) return undefined;
  if (mountRoot === '/') return join(mountPoint, path);
  if (path !== mountRoot && !path.startsWith(`${mountRoot}/`)) return undefined;
  return join(mountPoint, path.slice(mountRoot.length));
}

function v1With(hierarchies: readonly CgroupHierarchy[], controller: string): CgroupHierarchy | undefined {
  return hierarchies.find((hierarchy) => hierarchy.version === 1 && hierarchy.controllers.includes(controller));
}

/** e.g. `35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory` */
function parseMount(line: string): CgroupHierarchy | undefined {
  const [left, right] = line.split(' - ');
  const [, , , mountRoot, mountPoint] = (left ?? '').split(' ');
  const [type, , superOptions] = (right ?? '').split(' ');
  if (mountRoot === undefined || mountPoint === undefined) return undefined;
  const place = { mountRoot: unescape(mountRoot), mountPoint: unescape(mountPoint) };
  if (type === 'cgroup2') return { ...place, version: 2, controllers: [] };
  if (type !== 'cgroup') return undefined;
  const controllers = (superOptions ?? '').split(',').filter((option) => !NOT_CONTROLLERS.test(option));
  return { ...place, version: 1, controllers };
}

const NOT_CONTROLLERS = /^(rw|ro|xattr|noprefix|clone_children|cpuset_v2_mode|favordynmods|release_agent=.*)$/;

function isName(controller: string): boolean {
  return controller.startsWith('name=');
}

async function withOfferedControllers(hierarchy: CgroupHierarchy): Promise<CgroupHierarchy> {
  if (hierarchy.version === 1) return hierarchy;
  const text = await readFile(join(hierarchy.mountPoint, 'cgroup.controllers'), 'utf8').catch(() => '');
  return { ...hierarchy, controllers: text.trim().split(/\s+/).filter(Boolean) };
}

/** mountinfo writes space, tab, newline and backslash as three octal digits. */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
