import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../core/model/context.ts';
import { type ContainerDescription, runtimeConfig } from './runtime-config.ts';

/** A bundle directory of one trial, as seen from here and from where the runtime runs. */
export interface Bundle {
  readonly here: string;
  readonly inside: string;
}

/** Mount points that every configuration of ours needs; a runtime would make them inside the timed part. */
const MOUNT_POINTS = ['proc', 'dev', 'sys'] as const;

/**
 * A bundle: config.json and a root file system with nothing but the program. The program is a hard link to one copy, so that it is in the page cache
 * as often as it was used, and whatever a program writes is gone with its trial.
 * @param program the one copy, in the same file system, and its path in the container
 */
export async function makeBundle(
  shared: Engine['shared'],
  id: string,
  program: { readonly copy: string; readonly path: string },
  description: ContainerDescription,
): Promise<Bundle> {
  const here = join(shared.here, 'oci', 'bundles', id);
  await rm(here, { recursive: true, force: true });
  for (const name of MOUNT_POINTS) await mkdir(join(here, 'rootfs', name), { recursive: true });
  await link(program.copy, join(here, 'rootfs', program.path));
  await writeFile(join(here, 'config.json'), JSON.stringify(runtimeConfig(description)));
  return { here, inside: join(shared.inside, 'oci', 'bundles', id) };
}
