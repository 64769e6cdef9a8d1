import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EnergyFiles } from '../../probes/energy/source.ts';

export interface PowerTree extends AsyncDisposable {
  readonly root: string;
  readonly roots: { readonly sysfsRoot: string; readonly procRoot: string };
  readonly files: EnergyFiles;
  /** the files of the tree where the kernel's are: `/sys` and `/proc` are read in it */
  readonly asKernelFiles: EnergyFiles;
}

const PMU = 'sys/bus/event_source/devices/power';

/** As the kernel writes it: 2⁻³² J. */
export const SCALE = '2.3283064365386962890625e-10';

/** The files of one energy event of perf. */
export function powerEvent(name: string, event: string, { scale = SCALE, unit = 'Joules' } = {}): Readonly<Record<string, string>> {
  return { [`${PMU}/events/${name}`]: event, [`${PMU}/events/${name}.scale`]: scale, [`${PMU}/events/${name}.unit`]: unit };
}

/** The files of perf's PMU `power`, without events. */
export function powerPmu({ type = '9\n', cpumask = '0\n' } = {}): Readonly<Record<string, string>> {
  return { [`${PMU}/type`]: type, [`${PMU}/cpumask`]: cpumask };
}

/** A folder with `sys` and `proc` that holds these files, removed by its dispose. */
export async function powerTree(...parts: readonly Readonly<Record<string, string>>[]): Promise<PowerTree> {
  const root = await mkdtemp(join(tmpdir(), 'thirdwave-power-'));
  for (const [path, text] of parts.flatMap((part) => Object.entries(part))) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return {
    root,
    roots: { sysfsRoot: join(root, 'sys'), procRoot: join(root, 'proc') },
    files: filesBelow(''),
    asKernelFiles: filesBelow(root),
    [Symbol.asyncDispose]: async () => rm(root, { recursive: true }),
  };
}

/** The real file calls, every path below `root`; with '' the machine's own. */
export function filesBelow(root: string): EnergyFiles {
  return {
    list: async (folder) => readdir(join(root, folder)),
    real: async (path) => realpath(join(root, path)),
    read: (path) => readFileSync(join(root, path), 'utf8'),
  };
}
