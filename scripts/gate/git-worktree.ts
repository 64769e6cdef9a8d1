import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import { git, lastLine } from './git-repository.ts';

const PREFIX = 'work-';

/** A commit checked out into a folder of its own; disposing it removes the folder and git’s knowledge of it. */
export interface Worktree extends AsyncDisposable {
  readonly path: string;
}

/**
 * @param folder where work trees are made; those of processes that are gone are removed first
 * @throws BenchError `git-worktree`, exit 2
 */
export async function openWorktree(root: string, commit: string, folder: string, signal: AbortSignal): Promise<Worktree> {
  await mkdir(folder, { recursive: true });
  await removeAbandoned(root, folder);
  const path = join(folder, `${PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`);
  const worktree = { path, [Symbol.asyncDispose]: async () => remove(root, path) };
  try {
    const { ok, stderr } = await git(root, ['worktree', 'add', '--detach', '--force', path, commit], signal);
    if (ok) return worktree;
    throw new BenchError({
      code: 'git-worktree',
      message: `git cannot check ${commit.slice(0, 12)} out into ${path}: ${lastLine(stderr)}`,
      remedy: 'see that the cache folder can be written and has room',
      exitCode: EXIT_CODES.usage,
    });
  } catch (error) {
    await remove(root, path);
    throw error;
  }
}

/** Also when the suite is being interrupted: what was made here goes. git forgets this one only, not others whose folder it does not find just now. */
async function remove(root: string, path: string): Promise<void> {
  await git(root, ['worktree', 'remove', '--force', '--force', path], new AbortController().signal);
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** What a killed process left, whichever repository it is of. */
async function removeAbandoned(root: string, folder: string): Promise<void> {
  const { signal } = new AbortController();
  const dead = (await readdir(folder)).filter((name) => {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-')[0]) : Number.NaN;
    return Number.isInteger(pid) && !isAlive(pid);
  });
  for (const name of dead) {
    const path = join(folder, name);
    const owner = await git(path, ['rev-parse', '--path-format=absolute', '--git-common-dir'], signal);
    await remove(owner.ok ? owner.stdout : root, path);
  }
}

/** A recycled pid only keeps a folder longer. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
