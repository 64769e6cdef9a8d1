import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../core/model/error.ts';

const TEMPORARY = '.tmp-';

/**
 * Makes a folder completely or not at all: `make` fills a temporary folder beside it, which is renamed when `make` (with its own
 * verification) is done. A folder of that name that is there already is replaced.
 */
export async function publishFolder(target: string, make: (temporary: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const temporary = await mkdtemp(join(dirname(target), `${TEMPORARY}${basename(target)}-`));
  try {
    await make(temporary);
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Removes what interrupted work left in a folder of products. Only call it while holding the lock of preparation. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(emptyIfMissing)) {
    if (name.startsWith(TEMPORARY)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function emptyIfMissing(error: unknown): string[] {
  if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
  throw error;
}
