import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { BenchError, codeOf, messageOf } from '../../core/model/error.ts';

/** `sha256:<hex>` of a file's bytes. @throws BenchError `artifact-missing` */
export async function fileDigest(path: string): Promise<string> {
  return `sha256:${createHash('sha256')
    .update(await readArtifact(path))
    .digest('hex')}`;
}

/** A workload's file. @throws BenchError `artifact-missing` with the path, so that a typing error in a scenario is seen at once */
export async function readArtifact(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new BenchError({
      code: 'artifact-missing',
      message: `cannot read ${path}: ${codeOf(error)}`,
      remedy: 'check the path in the scenario; for a built-in workload run “npm run setup”',
      cause: messageOf(error),
    });
  }
}
