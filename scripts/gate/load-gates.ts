import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { BenchError, codeOf, EXIT_CODES } from '../../core/model/error.ts';
import type { GateConfig } from '../../core/model/gate-config.ts';
import { locateGates } from '../../core/plan/gate-file.ts';
import { formOf } from './arm-artifact.ts';
import type { ArmOptions } from './arms.ts';
import { builtInGates } from './built-in-gates.ts';

export const DEFAULT_FILE = 'gates.yaml';

/** A complete small file, for whoever has none yet. */
export const MINIMAL_GATES = `version: 1
programs:
  - id: app
    base: { git: origin/main, build: make, artifact: build/app }
    head: { binary: build/app }
cells: [{ runner: process }]
gates:
  - { id: cold-start, select: { metric: cold_start }, maxRegression: 10%, minEffect: 1ms }`;

export interface LoadedGates {
  readonly config: GateConfig;
  /** folder that the file’s paths are relative to; without a file the working folder */
  readonly configFolder: string;
  /** as named in messages; undefined: the built-in gates */
  readonly fileName: string | undefined;
  /** `gates.yaml:8:5` of what is at a path of the configuration */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/**
 * The gates of a file; `undefined`: of ./gates.yaml, or where that is missing and both arms are named, the built-in ones.
 * @throws BenchError, exit 2: `gates-missing` with a minimal file, `gates-invalid` with every problem at its place, and as `formOf`
 */
export async function loadGates(file: string | undefined, arms: Omit<ArmOptions, 'configFolder'>): Promise<LoadedGates> {
  const { workingFolder, base = [], head = [] } = arms;
  const path = resolve(workingFolder, file ?? DEFAULT_FILE);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (file === undefined && codeOf(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  });
  if (text !== undefined) {
    const fileName = relative(workingFolder, path);
    const { value, placeOf } = locateGates(text, fileName);
    return { config: value, configFolder: dirname(path), fileName, placeOf };
  }
  const [baseArm, headArm] = [base[0], head[0]];
  if (baseArm === undefined || headArm === undefined || base.length > 1 || head.length > 1) throw missing(workingFolder);
  const config = builtInGates(await commonForm(baseArm, headArm, arms));
  return { config, configFolder: workingFolder, fileName: undefined, placeOf: () => 'built-in gates' };
}

async function commonForm(base: string, head: string, arms: Omit<ArmOptions, 'configFolder'>) {
  const { build, artifact, workingFolder } = arms;
  const recipe = build === undefined || artifact === undefined ? undefined : { build, artifact };
  const places = { workingFolder, configFolder: workingFolder };
  const [one, other] = await Promise.all([formOf(base, recipe, places), formOf(head, recipe, places)]);
  if (one === other) return one;
  throw new BenchError({
    code: 'usage',
    message: `base ${base} is of form ${one}, head ${head} of form ${other}: without a ${DEFAULT_FILE} both are run in the same way`,
    remedy: `name artifacts of one form, or write a ${DEFAULT_FILE} with a cell that takes both`,
    exitCode: EXIT_CODES.usage,
  });
}

function missing(folder: string): BenchError {
  return new BenchError({
    code: 'gates-missing',
    message: `there is no ${DEFAULT_FILE} in ${folder}`,
    remedy: `give --base and --head, or write one:\n${MINIMAL_GATES.replaceAll(/^/gm, '    ')}`,
    exitCode: EXIT_CODES.usage,
  });
}

function unreadable(path: string, error: unknown): BenchError {
  const message = `cannot read ${path}: ${codeOf(error)}`;
  return new BenchError({ code: 'gates-missing', message, remedy: 'check the path', exitCode: EXIT_CODES.usage, cause: error });
}
