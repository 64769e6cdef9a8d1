import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { schemas } from './schemas.ts';

/** Writes every JSON Schema into `folder` (results/schema of the clone) and returns the file names. */
export async function writeSchemas(folder: string): Promise<readonly string[]> {
  const files = schemas();
  for (const [name, text] of files) await writeFile(join(folder, name), text);
  return [...files.keys()];
}
