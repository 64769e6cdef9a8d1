import { execa } from 'execa';
import { BenchError, codeOf, EXIT_CODES } from '../../core/model/error.ts';
import { didYouMean } from '../../core/plan/did-you-mean.ts';

/** The working tree as it is, instead of a ref. */
const WORKING_TREE: readonly string[] = ['.', 'WORKTREE'];

export const isWorkingTree = (ref: string): boolean => WORKING_TREE.includes(ref);

/** Root of the repository that a folder is in. @throws BenchError `git-missing`, `git-unavailable`, exit 2 */
export async function repositoryRoot(folder: string, signal: AbortSignal): Promise<string> {
  const { ok, stdout, stderr } = await git(folder, ['rev-parse', '--show-toplevel'], signal);
  if (ok) return stdout;
  throw usage('git-unavailable', `${folder} is in no git repository that git can read: ${lastLine(stderr)}`, {
    remedy: 'run this inside the clone; where git speaks of ownership: git config --global --add safe.directory <clone>',
  });
}

/** The commit that a ref stands for, 40 hex digits (64 with SHA-256). @throws BenchError `git-ref-unknown`, exit 2 */
export async function commitOf(root: string, ref: string, signal: AbortSignal): Promise<string> {
  const asked = ref.startsWith('-') ? undefined : await git(root, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], signal);
  if (asked?.ok === true && asked.stdout !== '') return asked.stdout;
  const [refs, shallow] = await Promise.all([
    git(root, ['for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/tags', 'refs/remotes'], signal),
    git(root, ['rev-parse', '--is-shallow-repository'], signal),
  ]);
  const near = didYouMean(
    ref,
    refs.stdout.split('\n').filter((name) => name !== ''),
  );
  const message = `git knows no commit “${ref}” in ${root}${near === undefined ? '' : `; did you mean “${near}”?`}`;
  throw usage('git-ref-unknown', message, {
    remedy:
      shallow.stdout === 'true'
        ? 'this clone is shallow: “git fetch --unshallow”, or in GitHub Actions “fetch-depth: 0” of actions/checkout, brings the history'
        : '“git branch --all” and “git tag” list what there is; “git fetch” brings what a remote has',
  });
}

/** Whether the working tree differs from its commit, untracked files included. */
export async function isDirty(root: string, signal: AbortSignal): Promise<boolean> {
  return (await git(root, ['status', '--porcelain'], signal)).stdout !== '';
}

interface GitAnswer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** One git command, without the user’s hooks. @throws BenchError `git-missing`, `interrupted` */
export async function git(folder: string, args: readonly string[], signal: AbortSignal): Promise<GitAnswer> {
  const found = await execa('git', ['-c', 'core.hooksPath=/dev/null', ...args], {
    cwd: folder,
    env: { ...ownEnvironment(), LC_ALL: 'C' },
    extendEnv: false,
    reject: false,
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  if (found.exitCode === undefined && codeOf(found.cause) === 'ENOENT') {
    throw usage('git-missing', 'git is not installed, or the folder is gone', { remedy: 'install git, or name files instead of git refs' });
  }
  return { ok: found.exitCode === 0, stdout: found.stdout.trim(), stderr: found.stderr };
}

/**
 * Of git’s variables those that point at one repository (`git rev-parse --local-env-vars`): a hook sets them, and they would lead
 * elsewhere.
 */
const LOCAL_VARIABLES: readonly string[] = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_GRAFT_FILE',
  'GIT_NAMESPACE',
];

/** The environment without what a git hook adds to it. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !LOCAL_VARIABLES.includes(name)));
}

function usage(code: string, message: string, { remedy }: { readonly remedy: string }): BenchError {
  return new BenchError({ code, message, remedy, exitCode: EXIT_CODES.usage });
}

export const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
