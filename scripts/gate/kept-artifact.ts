import { constants, copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { fileDigest } from '../../runners/native/file-digest.ts';
import { publishFolder } from '../setup/publish.ts';

/** An artifact in a folder of the suite's own: no later build writes there. */
export interface KeptArtifact {
  readonly path: string;
  /** ISO 8601, UTC */
  readonly builtAt: string;
}

/** built.json beside the bytes */
const Built = z.strictObject({ digest: z.string(), builtAt: z.iso.datetime() });
const RECORD = 'built.json';

/** What was kept under this name; undefined: nothing, or no longer the bytes that were built. */
export async function takeKept(folder: string, name: string): Promise<KeptArtifact | undefined> {
  const path = pathIn(folder, name);
  const text = await readFile(join(folder, RECORD), 'utf8').catch(() => undefined);
  if (text === undefined || !(await isFile(path))) return undefined;
  const built = Built.safeParse(parsed(text));
  return built.success && built.data.digest === (await fileDigest(path)) ? { path, builtAt: built.data.builtAt } : undefined;
}

/** Copies what was just built: a clone of the data where the file system can, the mode with it. The digest is of the copy. */
export async function keepArtifact(folder: string, made: string): Promise<KeptArtifact> {
  const name = basename(made);
  const builtAt = new Date().toISOString();
  await publishFolder(folder, async (temporary) => {
    const copy = pathIn(temporary, name);
    await mkdir(join(copy, '..'));
    await copyFile(made, copy, constants.COPYFILE_FICLONE);
    await writeFile(join(temporary, RECORD), `${JSON.stringify({ digest: await fileDigest(copy), builtAt })}\n`);
  });
  return { path: pathIn(folder, name), builtAt };
}

export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** A folder of its own, so that an artifact may be called as it likes. */
function pathIn(folder: string, name: string): string {
  return join(folder, 'artifact', name);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
