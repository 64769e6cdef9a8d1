import { access, constants, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import type { Arm } from '../../core/model/gate-config.ts';
import { kindOfBytes, readModule, readProgram } from '../../runners/native/artifact-kind.ts';
import { readArtifact } from '../../runners/native/file-digest.ts';
import { buildFromGit, type BuildHost } from './git-artifact.ts';

export type Form = 'binary' | 'wasm' | 'image';

/** One side of a comparison, resolved: exactly one form. Paths are absolute. */
export interface ArmArtifact {
  readonly label: string;
  readonly artifacts: { readonly [form in Form]?: string };
  readonly warnings: readonly string[];
}

/** How a git ref becomes an artifact. */
export interface Recipe {
  readonly build: string;
  readonly artifact: string;
}

export interface Places {
  /** folder of gates.yaml: its paths are relative to it, and its repository is the one refs are of */
  readonly configFolder: string;
  /** folder that paths on the command line are relative to */
  readonly workingFolder: string;
}

/**
 * An arm of gates.yaml. @throws BenchError, exit 2: as `buildFromGit`; `artifact-missing`, `not-executable`, `not-wasm`,
 * `wasi-version`, `architecture`
 */
export async function configuredArm(arm: Arm, { configFolder }: Places, host: BuildHost): Promise<ArmArtifact> {
  const { image, wasm, binary, git, build, artifact } = arm;
  if (image !== undefined) return { label: image, artifacts: { image }, warnings: [] };
  if (git !== undefined && build !== undefined && artifact !== undefined) {
    return builtArm({ ref: git, build, artifact, folder: configFolder }, host);
  }
  const form = wasm === undefined ? 'binary' : 'wasm';
  const named = wasm ?? binary ?? '';
  const path = resolve(configFolder, named);
  await mustBe(form, path);
  return { label: named, artifacts: { [form]: path }, warnings: [] };
}

/**
 * An arm of the command line: `git:<ref>`, a file by its first bytes, else an image reference.
 * @throws BenchError, exit 2: as `configuredArm`; `usage` for a ref without a recipe and for what can be neither a file nor an image
 */
export async function namedArm(text: string, recipe: Recipe | undefined, places: Places, host: BuildHost): Promise<ArmArtifact> {
  if (text.startsWith(GIT)) {
    if (recipe) return builtArm({ ref: text.slice(GIT.length), ...recipe, folder: places.configFolder }, host);
    throw refusal(
      'usage',
      `${text} says not how it is built`,
      'give --build <command> and --artifact <file it makes>, or both in gates.yaml',
    );
  }
  const path = resolve(places.workingFolder, text);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return fileArm(path, text);
  if (found) throw refusal('usage', `${text} is a folder`, 'name a file, an image or git:<ref>');
  if (looksLikePath(text)) throw refusal('artifact-missing', `there is no file ${path}`, 'check the path; build the artifact first');
  if (!IMAGE_REFERENCE.test(text)) {
    throw refusal('usage', `${text} is neither a file here nor an image reference`, 'name a file, an image or git:<ref>');
  }
  return { label: text, artifacts: { image: text }, warnings: [`there is no file ${text}: it is taken for an image`] };
}

/** What form a named arm will have; of a git ref as far as its artifact’s name tells. @throws BenchError as `namedArm` */
export async function formOf(text: string, recipe: Recipe | undefined, places: Places): Promise<Form> {
  if (text.startsWith(GIT)) return recipe?.artifact.endsWith('.wasm') === true ? 'wasm' : 'binary';
  const path = resolve(places.workingFolder, text);
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile ? fileForm(path) : 'image';
}

const GIT = 'git:';
/** `[host[:port]/]path[:tag][@digest]` (distribution’s reference grammar), or an image id. */
const HOST = String.raw`(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?/)?`;
const NAME = String.raw`[a-z0-9]+(?:[._/-]+[a-z0-9]+)*`;
const TAG = String.raw`(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?`;
const IMAGE_REFERENCE = new RegExp(`^${HOST}${NAME}${TAG}$|^sha256:[0-9a-f]{12,64}$`);

const looksLikePath = (text: string): boolean => isAbsolute(text) || /^\.{1,2}\//.test(text) || text.endsWith('.wasm');

async function builtArm(build: Parameters<typeof buildFromGit>[0], host: BuildHost): Promise<ArmArtifact> {
  const { path, label, warnings } = await buildFromGit(build, host);
  return fileArm(path, label, warnings);
}

async function fileArm(path: string, label: string, warnings: readonly string[] = []): Promise<ArmArtifact> {
  const form = await fileForm(path);
  await mustBe(form, path);
  return { label, artifacts: { [form]: path }, warnings };
}

async function fileForm(path: string): Promise<'binary' | 'wasm'> {
  const kind = kindOfBytes(await asUsage(readArtifact(path)));
  return kind === 'module' || kind === 'component' ? 'wasm' : 'binary';
}

async function mustBe(form: 'binary' | 'wasm', path: string): Promise<void> {
  await asUsage<unknown>(form === 'wasm' ? readModule(path) : readProgram(path));
  if (form === 'wasm') return;
  await access(path, constants.X_OK).catch(() => {
    throw refusal('not-executable', `${path} may not be executed`, `chmod +x ${path} (artifacts that a CI job uploads lose their mode)`);
  });
}

/** Before anything is measured a wrong artifact is the configuration’s fault. */
async function asUsage<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    const remedy = error.code === 'artifact-missing' ? 'check the path; build the artifact first' : error.remedy;
    throw new BenchError({ code: error.code, message: messageOf(error), remedy, exitCode: EXIT_CODES.usage, cause: error });
  }
}

function refusal(code: string, message: string, remedy: string): BenchError {
  return new BenchError({ code, message, remedy, exitCode: EXIT_CODES.usage });
}
