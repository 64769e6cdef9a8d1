import { createHash } from 'node:crypto';
import { basename, isAbsolute, join, normalize } from 'node:path';
import type { Log } from '../../core/model/context.ts';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import { fileDigest } from '../../runners/native/file-digest.ts';
import { runLogged } from '../setup/run-logged.ts';
import { commitOf, isDirty, isWorkingTree, ownEnvironment, repositoryRoot } from './git-repository.ts';
import { openWorktree } from './git-worktree.ts';
import { isFile, keepArtifact, takeKept } from './kept-artifact.ts';

/** What is built, and with what. */
export interface GitBuild {
  /** anything git resolves to a commit; `.` or `WORKTREE`: the working tree as it is */
  readonly ref: string;
  /** shell command, run in the root of the repository */
  readonly build: string;
  /** the file it makes, relative to the root */
  readonly artifact: string;
  /** any folder of the repository */
  readonly folder: string;
}

export interface BuildHost {
  readonly cacheDir: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** default: half an hour */
  readonly buildLimitMs?: number;
}

export interface BuiltArtifact {
  readonly path: string;
  /** `git:<ref> (<commit>)`, with `, with changes` for a working tree that differs from its commit, `, built <day>` where that is long ago */
  readonly label: string;
  readonly warnings: readonly string[];
}

const IN_PLACE = 'working-tree';
const BUILD_LIMIT_MS = 30 * 60_000;
/** Older than this, what was kept is said to be: commit and command name neither compiler nor libraries. */
const OLD_MS = 24 * 3600_000;

/**
 * The artifact of a ref, built in a work tree of its own and kept by commit, command and artifact in `<cacheDir>/gate/`; that of the
 * working tree is built in place each time and kept by its bytes, so that the build of another arm does not overwrite it.
 * @throws BenchError, exit 2: `git-unavailable`, `git-ref-unknown`, `git-worktree`, `build-failed`, `build-timeout`, `artifact-missing`,
 *   `artifact-outside`; the signal’s reason when interrupted
 */
export async function buildFromGit(wanted: GitBuild, host: BuildHost): Promise<BuiltArtifact> {
  const { ref, build, folder } = wanted;
  const artifact = withinRepository(wanted.artifact);
  const root = await repositoryRoot(folder, host.signal);
  if (isWorkingTree(ref)) return buildInPlace({ ...wanted, artifact }, root, host);
  const commit = await commitOf(root, ref, host.signal);
  const named = (aside = ''): string => `git:${ref} (${commit.slice(0, 12)}${aside})`;
  const kept = keptFolder(host, createHash('sha256').update([commit, build, artifact].join('\0')).digest('hex'));
  const before = await takeKept(kept, basename(artifact));
  if (before) {
    host.log.debug(`${named()}: built before, ${before.path}`);
    const old = Date.now() - Date.parse(before.builtAt) > OLD_MS;
    if (!old) return { path: before.path, label: named(), warnings: [] };
    const label = named(`, built ${before.builtAt.slice(0, 10)}`);
    const warning = `${label}: kept from then; if compiler or libraries have changed since, remove ${kept} to build it anew`;
    return { path: before.path, label, warnings: [warning] };
  }
  await using worktree = await openWorktree(root, commit, host.signal);
  await runBuild({ label: named(), build, cwd: worktree.path, name: commit.slice(0, 12) }, host);
  const made = await existing(join(worktree.path, artifact), artifact, { label: named(), build });
  const { path } = await keepArtifact(kept, made);
  return { path, label: named(), warnings: [] };
}

async function buildInPlace({ ref, build, artifact }: GitBuild, root: string, host: BuildHost): Promise<BuiltArtifact> {
  const commit = await commitOf(root, 'HEAD', host.signal);
  const changes = (await isDirty(root, host.signal)) ? ', with changes' : '';
  const label = `git:${ref} (${commit.slice(0, 12)}${changes})`;
  await runBuild({ label, build, cwd: root, name: IN_PLACE }, host);
  const made = await existing(join(root, artifact), artifact, { label, build });
  const kept = keptFolder(host, (await fileDigest(made)).replace('sha256:', ''));
  // Another run may be executing the same bytes: they are not replaced.
  const { path } = (await takeKept(kept, basename(made))) ?? (await keepArtifact(kept, made));
  return { path, label, warnings: [] };
}

function keptFolder({ cacheDir }: BuildHost, name: string): string {
  return join(cacheDir, 'gate', name);
}

interface BuildRun {
  readonly label: string;
  readonly build: string;
  readonly cwd: string;
  readonly name: string;
}

async function runBuild({ label, build, cwd, name }: BuildRun, host: BuildHost): Promise<void> {
  const { cacheDir, log, signal, buildLimitMs = BUILD_LIMIT_MS } = host;
  const logPath = join(cacheDir, 'logs', `gate-build-${name}.log`);
  log.info(`building ${label}: ${build}`);
  const limit = AbortSignal.timeout(buildLimitMs);
  try {
    await runLogged({ argv: ['sh', '-c', build], cwd, env: ownEnvironment(), signal: AbortSignal.any([signal, limit]), logPath });
  } catch (error) {
    signal.throwIfAborted();
    const where = name === IN_PLACE ? 'the working tree' : 'a fresh work tree, without submodules and untracked files';
    const remedy = `the whole output is in ${logPath}; “build” is run by sh in the root of ${where}`;
    if (limit.aborted) {
      const message = `${label} was not built within ${buildLimitMs / 1000} s by “${build}”`;
      throw new BenchError({ code: 'build-timeout', message, remedy, exitCode: EXIT_CODES.usage, limitNs: buildLimitMs * 1e6 });
    }
    const why = error instanceof Error ? error.message : messageOf(error);
    const message = `${label} cannot be built: ${why}`;
    throw new BenchError({ code: 'build-failed', message, remedy, exitCode: EXIT_CODES.usage, cause: error });
  }
}

async function existing(
  path: string,
  artifact: string,
  { label, build }: { readonly label: string; readonly build: string },
): Promise<string> {
  if (await isFile(path)) return path;
  throw new BenchError({
    code: 'artifact-missing',
    message: `${label}: “${build}” ended well but there is no file ${artifact}`,
    remedy: '“artifact” is relative to the root of the repository; a target folder set in the environment leads builds elsewhere',
    exitCode: EXIT_CODES.usage,
  });
}

/** An artifact outside would be the same file for every ref. */
function withinRepository(artifact: string): string {
  const clean = normalize(artifact);
  if (!isAbsolute(clean) && clean !== '..' && !clean.startsWith('../')) return clean;
  throw new BenchError({
    code: 'artifact-outside',
    message: `artifact ${artifact} is outside the repository: it would be the same file for every ref`,
    remedy: 'let “build” put it into the work tree, and name it relative to the root of the repository',
    exitCode: EXIT_CODES.usage,
  });
}
