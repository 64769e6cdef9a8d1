import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { HOST_ROOTS } from '../../core/host/host-roots.ts';
import type { RunContext } from '../../core/model/context.ts';
import { ENERGY_FILES } from './files.ts';
import type { EnergyHost } from './source.ts';

/** Folder with a made `sys/` and `proc/` in which meters are looked up instead of /sys and /proc; then all is `simulated`. */
export const ENERGY_ROOT_VARIABLE = 'THIRDWAVE_ENERGY_ROOT';

export interface EnergyHostSpec extends Pick<RunContext, 'now'> {
  readonly toolbox: EnergyHost['toolbox'];
  /** a made tree; undefined: this machine */
  readonly root: string | undefined;
}

/** Where meters are looked up and how: this machine's files, or those of a made tree. */
export function energyHost({ toolbox, now, root }: EnergyHostSpec): EnergyHost {
  return {
    roots: root === undefined ? HOST_ROOTS : { sysfsRoot: join(root, 'sys'), procRoot: join(root, 'proc') },
    files: ENERGY_FILES,
    toolbox,
    now,
    sleep: async (ns) => {
      await pause(ns / 1e6);
    },
  };
}

/** The made tree the user asked for, if any. */
export function simulatedRoot(): string | undefined {
  const root = process.env[ENERGY_ROOT_VARIABLE];
  return root === undefined || root === '' ? undefined : root;
}
