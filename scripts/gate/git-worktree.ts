import { createHash } from 'node:crypto';
import { lstat, mkdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import { lock } from '../setup/lock.ts';
import { git, lastLine } from './git-repository.ts';

/** A commit checked out into a folder of its own; disposing it removes the folder and git’s knowledge of it. */
export interface Worktree extends AsyncDisposable {
  readonly path: string;
}

/**
 * Every commit of a repository is checked out at the same path, one at a time: programs contain the paths they were built at, and two
 * commits that differ in nothing that is built shall give the same bytes. The path is outside of the repository: cargo, npm and others look
 * for their configuration in every folder above. What a killed suite left there goes first.
 * @throws BenchError `git-worktree`, exit 2; `lock-unavailable`; the signal’s reason when interrupted
 */
export async function openWorktree(root: string, commit: string, signal: AbortSignal): Promise<Worktree> {
  const path = await worktreePath(root);
  await mustBeOurs(join(path, '..'));
  const held = await lock(`${path}.lock`, signal, () => {});
  const close = async (): Promise<void> => {
    try {
      await remove(root, path);
    } finally {
      await held[Symbol.asyncDispose]();
    }
  };
  try {
    await remove(root, path);
    const { ok, stderr } = await git(root, ['worktree', 'add', '--detach', '--force', path, commit], signal);
    if (ok) return { path, [Symbol.asyncDispose]: close };
    throw refusal(`git cannot check ${commit.slice(0, 12)} out into ${path}: ${lastLine(stderr)}`);
  } catch (error) {
    await close();
    throw error;
  }
}

const ROOM = 'see that the temporary folder can be written and has room; TMPDIR names another one, outside of the repository';

/** `<temporary folder>/thirdwave-build-<user>-<hash of root>/tree` */
export async function worktreePath(root: string): Promise<string> {
  const named = `thirdwave-build-${process.getuid?.() ?? 0}-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
  return join(await temporaryOutside(root), named, 'tree');
}

/** A runner’s temporary folder may lie in the checkout. */
async function temporaryOutside(root: string): Promise<string> {
  for (const folder of [tmpdir(), '/var/tmp', '/tmp']) {
    const real = await realpath(folder).catch(() => undefined);
    if (real !== undefined && real !== root && !real.startsWith(`${root}/`)) return real;
  }
  throw refusal(`there is no temporary folder outside of ${root}`);
}

/** The path is known beforehand: on a shared machine somebody else could have made it. */
async function mustBeOurs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw refusal(`${folder} cannot be made: ${messageOf(error)}`);
  });
  const found = await lstat(folder);
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) return;
  throw refusal(`${folder} is not a folder of this user alone`);
}

function refusal(message: string): BenchError {
  return new BenchError({ code: 'git-worktree', message, remedy: ROOM, exitCode: EXIT_CODES.usage });
}

/** Also when the suite is being interrupted. git forgets this work tree only, not others whose folder it does not find just now. */
async function remove(root: string, path: string): Promise<void> {
  await git(root, ['worktree', 'remove', '--force', '--force', path], new AbortController().signal);
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}
