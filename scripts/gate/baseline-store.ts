import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BASELINE_SCHEMA, Baseline } from '../../core/model/baseline.ts';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import { baselineText } from '../../results/gate/baseline.ts';
import type { StoredBaseline } from '../../core/model/gate-run.ts';

/** Beside gates.yaml; meant for git. */
export const DEFAULT_BASELINES = 'baselines';

const HOST_LENGTH = 12;

/** `<folder>/<first 12 of the host key>/<config>.json` */
export function baselinePath(folder: string, hostKey: string, config: string): string {
  return join(folder, hostKey.slice(0, HOST_LENGTH), `${config}.json`);
}

/**
 * Every stored file, of one config or of all, hosts and configs in the order of their names. An absent folder has none.
 * @throws BenchError `baseline-unreadable` for a file that is damaged: it is never skipped in silence
 */
export async function readBaselines(folder: string, config?: string): Promise<StoredBaseline[]> {
  const found: StoredBaseline[] = [];
  const hosts = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const host of hosts.filter((entry) => entry.isDirectory()).toSorted((x, y) => (x.name < y.name ? -1 : 1))) {
    const files = (await readdir(join(folder, host.name))).filter((name) => name.endsWith('.json')).toSorted();
    for (const name of files) {
      if (config === undefined || name === `${config}.json`) found.push(await readBaseline(join(folder, host.name, name), host.name));
    }
  }
  return found;
}

const Versioned = z.looseObject({ schema: z.string() });

async function readBaseline(path: string, hostFolder: string): Promise<StoredBaseline> {
  try {
    const document: unknown = JSON.parse(await readFile(path, 'utf8'));
    const { schema } = Versioned.parse(document);
    if (schema !== BASELINE_SCHEMA && schema.startsWith('thirdwave/baseline/')) return { hostFolder, schema };
    return { hostFolder, baseline: Baseline.parse(document) };
  } catch (error) {
    throw new BenchError({
      code: 'baseline-unreadable',
      message: `${path} is no stored baseline: ${error instanceof z.ZodError ? messageOf(z.prettifyError(error)) : messageOf(error)}`,
      remedy: 'take it from git again, or delete it and accept runs anew',
      exitCode: EXIT_CODES.usage,
    });
  }
}

/** Written beside and renamed: no reader sees half of it. @throws BenchError `baseline-unwritable` */
export async function writeBaseline(folder: string, baseline: Baseline): Promise<string> {
  const path = baselinePath(folder, baseline.host.key, baseline.config);
  try {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(`${path}.part`, baselineText(Baseline.parse(baseline)));
    await rename(`${path}.part`, path);
  } catch (error) {
    throw new BenchError({
      code: 'baseline-unwritable',
      message: `${path}: ${messageOf(error)}`,
      remedy: 'choose another folder with --baselines',
      exitCode: EXIT_CODES.usage,
      cause: error,
    });
  }
  return path;
}
