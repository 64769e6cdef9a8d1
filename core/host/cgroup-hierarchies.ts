import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Mount points of the hierarchies that matter, as /proc/self/mountinfo shows them. */
export interface CgroupHierarchies {
  readonly mode: 'v1' | 'v2' | 'hybrid' | 'none';
  readonly memoryV1: string | undefined;
  readonly cpuacctV1: string | undefined;
  readonly v2: string | undefined;
  /** controllers of the unified hierarchy; empty on a hybrid host, where v1 has them */
  readonly v2Controllers: readonly string[];
  /** every hierarchy, for removal: an engine makes groups in all of them */
  readonly all: readonly string[];
}

/** Reads mountinfo (proc(5)): field 5 is the mount point, the fields behind ` - ` are type, source and super options. */
export async function findHierarchies(procRoot: string): Promise<CgroupHierarchies> {
  const text = await readFile(join(procRoot, 'self', 'mountinfo'), 'utf8');
  const all: string[] = [];
  let [memoryV1, cpuacctV1, v2]: (string | undefined)[] = [];
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const mountPoint = unescapeOctal(before.split(' ')[4] ?? '');
    const [type = '', , options = ''] = after.split(' ');
    if (type === 'cgroup2') v2 ??= mountPoint;
    else if (type !== 'cgroup') continue;
    const controllers = options.split(',');
    if (type === 'cgroup' && controllers.includes('memory')) memoryV1 ??= mountPoint;
    if (type === 'cgroup' && controllers.includes('cpuacct')) cpuacctV1 ??= mountPoint;
    if (!all.includes(mountPoint)) all.push(mountPoint);
  }
  const v2Controllers = v2 === undefined ? [] : await controllersOf(v2);
  const hasV1 = memoryV1 !== undefined || cpuacctV1 !== undefined;
  const mode = v2 === undefined ? (hasV1 ? 'v1' : 'none') : hasV1 ? 'hybrid' : 'v2';
  return { mode, memoryV1, cpuacctV1, v2, v2Controllers, all };
}

async function controllersOf(v2: string): Promise<readonly string[]> {
  const text = await readFile(join(v2, 'cgroup.controllers'), 'utf8').catch(() => '');
  return text.split(/\s+/).filter((name) => name !== '');
}

function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}
