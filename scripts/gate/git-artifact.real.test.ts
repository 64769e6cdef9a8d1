import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BenchError } from '../../core/model/error.ts';
import { buildFromGit, type BuildHost, type GitBuild } from './git-artifact.ts';
import { worktreePath } from './git-worktree.ts';

/** Real repositories, real builds. The “compiler” copies a source and counts how often it was asked. */

const SILENT = { info: () => {}, warn: () => {}, debug: () => {} };
let place: string;
let root: string;
let host: BuildHost;

beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'gate-git-')));
  root = join(place, 'repository');
  await mkdir(root);
  await git('init', '--quiet', '--initial-branch=main');
  await commit('one');
  host = { cacheDir: join(place, 'cache'), log: SILENT, signal: new AbortController().signal };
});
afterEach(async () => {
  await rm(join(await worktreePath(root), '..'), { recursive: true, force: true });
  await rm(place, { recursive: true, force: true });
});

async function git(...args: readonly string[]): Promise<string> {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
  return (await execa('git', [...identity, ...args], { cwd: root })).stdout;
}

async function commit(text: string): Promise<string> {
  await writeFile(join(root, 'source'), `#!/bin/sh\necho ${text}\n`);
  await git('add', '--all');
  await git('commit', '--quiet', '--message', text);
  return git('rev-parse', 'HEAD');
}

const counted = (): string => `echo built >> ${join(place, 'count')} && mkdir -p out && cp source out/app && chmod +x out/app`;
const builds = async (): Promise<number> => (await readFile(join(place, 'count'), 'utf8').catch(() => '')).split('\n').length - 1;
const wanted = (ref: string, more: Partial<GitBuild> = {}): GitBuild => ({
  ref,
  build: counted(),
  artifact: 'out/app',
  folder: root,
  ...more,
});

/** Nothing of a build may stay: no folder, and nothing that git remembers. */
async function expectNothingLeft(): Promise<void> {
  expect((await git('worktree', 'list', '--porcelain')).match(/^worktree /gm)).toHaveLength(1);
  const names = await readdir(join(host.cacheDir, 'gate')).catch((): string[] => []);
  expect(names.filter((name) => !/^[0-9a-f]{64}$/.test(name))).toEqual([]);
  expect(existsSync(await worktreePath(root))).toBe(false);
}

/** A zombie that nobody has fetched yet runs no more (proc(5), field 3 of stat). */
async function runs(pid: string): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return text !== undefined && text.slice(text.lastIndexOf(')') + 2)[0] !== 'Z';
}

async function refusal(build: GitBuild): Promise<BenchError> {
  const error = await buildFromGit(build, host).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BenchError)) throw new Error(`was not refused: ${String(error)}`);
  return error;
}

describe('an artifact of a git ref', () => {
  it('is built from what the ref had, not from what lies in the working tree', async () => {
    const first = await git('rev-parse', 'HEAD');
    await commit('two');
    await writeFile(join(root, 'source'), '#!/bin/sh\necho three\n');
    const old = await buildFromGit(wanted('HEAD~1'), host);
    const main = await buildFromGit(wanted('main'), host);
    expect(await readFile(old.path, 'utf8')).toContain('one');
    expect(await readFile(main.path, 'utf8')).toContain('two');
    expect(old.label).toBe(`git:HEAD~1 (${first.slice(0, 12)})`);
    expect((await stat(old.path)).mode & 0o111).not.toBe(0);
    await expectNothingLeft();
  });

  it('is built once for a commit and a command, whatever the ref is called', async () => {
    const first = await buildFromGit(wanted('main'), host);
    await git('tag', 'v1');
    const again = await buildFromGit(wanted('v1'), host);
    expect(again.path).toBe(first.path);
    expect(await builds()).toBe(1);
    const other = await buildFromGit(wanted('main', { build: `${counted()} && true` }), host);
    expect(other.path).not.toBe(first.path);
    expect(await builds()).toBe(2);
  });

  it('is the same bytes for two commits that differ in nothing that is built, though it contains the path it was built at', async () => {
    const build = 'mkdir -p out && { cat source; echo "# $PWD"; } > out/app';
    const before = await buildFromGit(wanted('HEAD', { build }), host);
    await writeFile(join(root, 'README'), 'words');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'words');
    const after = await buildFromGit(wanted('HEAD', { build }), host);
    expect(after.path).not.toBe(before.path);
    expect(await readFile(after.path, 'utf8')).toBe(await readFile(before.path, 'utf8'));
  });

  it('is built one at a time, also when two suites ask at once', async () => {
    await commit('two');
    const busy = join(place, 'busy');
    const slow = `test ! -e ${busy} && touch ${busy} && sleep 0.5 && ${counted()} && rm ${busy}`;
    const both = await Promise.all(['HEAD', 'HEAD~1'].map(async (ref) => buildFromGit(wanted(ref, { build: slow }), host)));
    expect(await Promise.all(both.map(async ({ path }) => (await readFile(path, 'utf8')).split(' ').at(-1)))).toEqual(['two\n', 'one\n']);
    await expectNothingLeft();
  });

  it('can be that of a subfolder of the repository: commands and paths start at the root', async () => {
    await mkdir(join(root, 'deep'));
    expect(await readFile((await buildFromGit(wanted('main', { folder: join(root, 'deep') }), host)).path, 'utf8')).toContain('one');
  });

  it.each(['.', 'WORKTREE'])('of the working tree (git:%s) is built in place, each time, and says what it is', async (ref) => {
    const commitId = await git('rev-parse', 'HEAD');
    expect((await buildFromGit(wanted(ref, { artifact: 'source', build: 'true' }), host)).label).toBe(
      `git:${ref} (${commitId.slice(0, 12)})`,
    );
    await writeFile(join(root, 'source'), '#!/bin/sh\necho edited\n');
    const built = await buildFromGit(wanted(ref), host);
    await buildFromGit(wanted(ref), host);
    expect(built.label).toBe(`git:${ref} (${commitId.slice(0, 12)}, with changes)`);
    expect(built.path.startsWith(host.cacheDir)).toBe(true);
    expect(await readFile(built.path, 'utf8')).toContain('edited');
    expect(await builds()).toBe(2);
  });

  it('of the working tree stays what it was when the next build writes to the same path', async () => {
    const build = (word: string) => `mkdir -p out && printf '#!/bin/sh\necho ${word}\n' > out/app && chmod +x out/app`;
    const base = await buildFromGit(wanted('.', { build: build('old') }), host);
    const head = await buildFromGit(wanted('.', { build: build('new') }), host);
    expect((await execa(base.path)).stdout).toBe('old');
    expect((await execa(head.path)).stdout).toBe('new');
  });

  it('is built anew where what was kept is no longer what was built', async () => {
    const { path } = await buildFromGit(wanted('main'), host);
    await writeFile(path, '#!/bin/sh\necho something else\n');
    expect(await readFile((await buildFromGit(wanted('main'), host)).path, 'utf8')).toContain('one');
    expect(await builds()).toBe(2);
  });

  it('says when it was built where that was more than a day ago: commit and command name no compiler', async () => {
    const fresh = await buildFromGit(wanted('main'), host);
    const record = join(fresh.path, '..', '..', 'built.json');
    const built = JSON.parse(await readFile(record, 'utf8')) as object;
    await writeFile(record, JSON.stringify({ ...built, builtAt: '2026-01-02T03:04:05Z' }));
    const old = await buildFromGit(wanted('main'), host);
    expect(fresh.warnings).toEqual([]);
    expect(old.label).toMatch(/^git:main \([0-9a-f]{12}, built 2026-01-02\)$/);
    expect(old.warnings).toEqual([expect.stringContaining('to build it anew')]);
    expect(await builds()).toBe(1);
  });

  it('is built outside of the repository, also where cache and temporary folder lie in it: builds read configuration of the folders above', async () => {
    host = { ...host, cacheDir: join(root, '.cache') };
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = join(root, 'tmp');
    await mkdir(join(root, 'tmp'));
    try {
      const { path } = await buildFromGit(wanted('main', { build: 'mkdir -p out && pwd > out/app' }), host);
      expect((await readFile(path, 'utf8')).startsWith(`${root}/`)).toBe(false);
      await rm(join(await worktreePath(root), '..'), { recursive: true, force: true });
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });

  it('is not built in a folder that others may write to', async () => {
    const folder = join(await worktreePath(root), '..');
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o777);
    expect(await refusal(wanted('main'))).toMatchObject({ code: 'git-worktree', exitCode: 2 });
  });

  it('is built without the variables that a git hook sets, and without running the repository’s hooks', async () => {
    await writeFile(join(root, '.git', 'hooks', 'post-checkout'), `#!/bin/sh\necho built >> ${join(place, 'count')}\n`);
    await chmod(join(root, '.git', 'hooks', 'post-checkout'), 0o755);
    process.env['GIT_DIR'] = join(place, 'nowhere');
    try {
      const build = 'test -z "$GIT_DIR" && mkdir -p out && git rev-parse HEAD > out/app';
      const { path } = await buildFromGit(wanted('main', { build }), host);
      delete process.env['GIT_DIR'];
      expect((await readFile(path, 'utf8')).trim()).toBe(await git('rev-parse', 'HEAD'));
      expect(await builds()).toBe(0);
    } finally {
      delete process.env['GIT_DIR'];
    }
  });
});

describe('a git ref that gives no artifact', () => {
  it('is refused when it is unknown, with the one that was probably meant', async () => {
    const error = await refusal(wanted('mian'));
    expect(error).toMatchObject({ code: 'git-ref-unknown', exitCode: 2 });
    expect(error.message).toContain('no commit “mian”');
    expect(error.message).toContain('did you mean “main”?');
    expect((await refusal(wanted('--all'))).code).toBe('git-ref-unknown');
  });

  it('in a shallow clone is told from a typing error: the remedy says what brings the history', async () => {
    const old = await git('rev-parse', 'HEAD');
    await commit('two');
    const clone = join(place, 'shallow');
    await execa('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, clone]);
    const error = await refusal(wanted(old, { folder: clone }));
    expect(error.code).toBe('git-ref-unknown');
    expect(error.remedy).toContain('fetch-depth: 0');
  });

  it('is refused outside of a repository', async () => {
    const outside = await refusal(wanted('main', { folder: place }));
    expect(outside).toMatchObject({ code: 'git-unavailable', exitCode: 2 });
  });

  it('is refused with the end of the output when the build fails, and the work tree goes', async () => {
    const error = await refusal(wanted('main', { build: 'echo compiling; echo "app.c:3: no such thing" >&2; exit 7' }));
    expect(error).toMatchObject({ code: 'build-failed', exitCode: 2 });
    expect(error.message).toMatch(/git:main \([0-9a-f]{12}\) cannot be built: .*ended with 7/);
    expect(error.message).toContain('app.c:3: no such thing');
    const log = /the whole output is in (\S+);/.exec(error.remedy ?? '')?.[1] ?? '';
    expect(await readFile(log, 'utf8')).toContain('compiling');
    await expectNothingLeft();
  });

  it('is refused when the build makes something else', async () => {
    const error = await refusal(wanted('main', { artifact: 'out/application' }));
    expect(error).toMatchObject({ code: 'artifact-missing', exitCode: 2 });
    expect(error.message).toContain('there is no file out/application');
    await expectNothingLeft();
  });

  it.each(['../app', '/tmp/app', 'out/../../app'])('is refused when the artifact (%s) would be one file for all refs', async (artifact) => {
    expect(await refusal(wanted('main', { artifact }))).toMatchObject({ code: 'artifact-outside', exitCode: 2 });
    expect(await builds()).toBe(0);
  });

  it('is given up after the time limit', async () => {
    host = { ...host, buildLimitMs: 300 };
    const error = await refusal(wanted('main', { build: 'sleep 30' }));
    expect(error).toMatchObject({ code: 'build-timeout', exitCode: 2, limitNs: 300e6 });
    await expectNothingLeft();
  });

  it('leaves no work tree and no process when it is interrupted', async () => {
    const interrupt = new AbortController();
    host = { ...host, signal: interrupt.signal };
    const pidFile = join(place, 'pid');
    const building = refusal(wanted('main', { build: `sleep 60 & echo $! > ${pidFile}.new && mv ${pidFile}.new ${pidFile}; wait` }));
    while (!existsSync(pidFile)) await pause(20);
    expect((await git('worktree', 'list')).split('\n')).toHaveLength(2);
    interrupt.abort(new BenchError({ code: 'interrupted', message: 'interrupted by SIGINT', exitCode: 130 }));
    expect(await building).toMatchObject({ code: 'interrupted', exitCode: 130 });
    expect(await runs((await readFile(pidFile, 'utf8')).trim())).toBe(false);
    await expectNothingLeft();
  });

  it('removes what a killed suite left, and keeps work trees of the user', async () => {
    const left = await worktreePath(root);
    await mkdir(join(left, '..'), { recursive: true, mode: 0o700 });
    await git('worktree', 'add', '--quiet', '--detach', left);
    await git('worktree', 'lock', left);
    const mine = join(place, 'mine');
    await git('worktree', 'add', '--quiet', '--detach', mine);
    await rm(mine, { recursive: true });
    await buildFromGit(wanted('main'), host);
    expect(existsSync(left)).toBe(false);
    const list = await git('worktree', 'list');
    expect(list).not.toContain(left);
    expect(list).toContain(mine);
  });
});
