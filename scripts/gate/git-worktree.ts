import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import { lock } from '../setup/lock.ts';
import { git, lastLine } from './git-repository.ts';

/** A commit checked out into a folder of its own; disposing it removes the folder and git’s knowledge of it. */
export interface Worktree extends AsyncDisposable {
  readonly path: string;
}

/**
 * Every commit of a repository is checked out at the same path, one at a time: programs contain the paths they were built at, and two
 * commits that differ in nothing that is built shall give the same bytes. What a killed suite left there goes first.
 * @throws BenchError `git-worktree`, exit 2; `lock-unavailable`; the signal’s reason when interrupted
 */
export async function openWorktree(root: string, commit: string, folder: string, signal: AbortSignal): Promise<Worktree> {
  await mkdir(folder, { recursive: true });
  const path = worktreePath(root, folder);
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
    throw new BenchError({
      code: 'git-worktree',
      message: `git cannot check ${commit.slice(0, 12)} out into ${path}: ${lastLine(stderr)}`,
      remedy: 'see that the cache folder can be written and has room',
      exitCode: EXIT_CODES.usage,
    });
  } catch (error) {
    await close();
    throw error;
  }
}

export function worktreePath(root: string, folder: string): string {
  return join(folder, `work-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`);
}

/** Also when the suite is being interrupted. git forgets this work tree only, not others whose folder it does not find just now. */
async function remove(root: string, path: string): Promise<void> {
  await git(root, ['worktree', 'remove', '--force', '--force', path], new AbortController().signal);
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}
