import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BenchError, codeOf, messageOf } from '../model/error.ts';

/** below the cache folder, which outlives a run */
export const UNDO_FILE = 'tune-undo.json';

const UndoRecord = z.strictObject({
  /** of the run that has raised them: with its start it names one process for as long as the machine runs */
  pid: z.int(),
  startTicks: z.string(),
  bootId: z.string(),
  /** files below /proc/sys */
  values: z.array(z.strictObject({ name: z.string().regex(/^[a-z0-9_\-/]+$/), from: z.int(), to: z.int() })),
});
export type UndoRecord = z.infer<typeof UndoRecord>;

/** @throws BenchError `tune-record` when the record cannot be read: nothing is changed on a guess */
export async function readUndo(cacheDir: string): Promise<UndoRecord | undefined> {
  const path = join(cacheDir, UNDO_FILE);
  try {
    return UndoRecord.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    const message = `${path} does not say what was raised: ${error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)}`;
    throw new BenchError({ code: 'tune-record', message, remedy: 'compare “sysctl -a” with your settings and remove the file' });
  }
}

/** On the medium before it returns: a power cut between record and change must not lose the record. */
export async function writeUndo(cacheDir: string, record: UndoRecord): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const path = join(cacheDir, UNDO_FILE);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(record)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}
