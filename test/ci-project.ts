import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { blockOf, type Script } from './ci-doc.ts';

const ENTRY = fileURLToPath(new URL('../scripts/entry.mjs', import.meta.url));

const MAKEFILE = 'build/app: app.c\n\tmkdir -p build\n\t$(CC) -O2 -o $@ $<\n';
const source = (pauseUs: number): string =>
  `#include <stdio.h>\n#include <unistd.h>\nint main(void) { usleep(${pauseUs}); puts("hello"); return 0; }\n`;

/** How long the program of main sleeps before it answers. */
export const PAUSE_US = 4000;

/** What a CI server has: a checkout of a project that uses docs/ci.md as it stands, and the repository it came from. */
export interface CiProject extends AsyncDisposable {
  readonly checkout: string;
  /** a branch from main with one commit that changes these files; checked out */
  branch(name: string, files: Readonly<Record<string, string>>): Promise<void>;
  /** the source of a program that sleeps so long */
  app(pauseUs: number): Readonly<Record<string, string>>;
  git(...args: readonly string[]): Promise<string>;
  /** a script of the document as the server’s shell runs it, in the checkout */
  run(script: Script, env: Readonly<Record<string, string>>): Promise<{ readonly exitCode: number | undefined; readonly output: string }>;
}

/** main has the files of the document, a tag, and a program in C; thirdwave is on PATH as the document puts it there. */
export async function ciProject(): Promise<CiProject> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'ci-project-')));
  const checkout = join(folder, 'checkout');
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(ENTRY, join(bin, 'thirdwave'));
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', CI: 'true' };
  const git = async (...args: readonly string[]): Promise<string> => {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
    return (await execa('git', [...identity, ...args], { cwd: checkout, env })).stdout;
  };
  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(checkout, name)), { recursive: true });
      await writeFile(join(checkout, name), text);
    }
  };
  const commit = async (message: string): Promise<void> => {
    await git('add', '--all');
    await git('commit', '--quiet', '--message', message);
  };
  await execa('git', ['init', '--quiet', '--bare', '--initial-branch=main', join(folder, 'origin.git')], { env });
  await execa('git', ['clone', '--quiet', join(folder, 'origin.git'), checkout], { env });
  const app = (pauseUs: number): Readonly<Record<string, string>> => ({ 'app.c': source(pauseUs) });
  await git('switch', '--quiet', '--create', 'main');
  await write({ Makefile: MAKEFILE, '.gitignore': blockOf('.gitignore'), 'gates.yaml': blockOf('gates.yaml'), ...app(PAUSE_US) });
  await commit('A program and its gates');
  await git('tag', 'v1');
  await git('push', '--quiet', 'origin', 'main', '--tags');
  return {
    checkout,
    git,
    app,
    branch: async (name, files) => {
      await git('switch', '--quiet', '--create', name, 'origin/main');
      await write(files);
      await commit(name);
    },
    run: async ({ text, env: own }, more) => {
      const literal = Object.fromEntries(Object.entries(own).filter(([, value]) => !value.includes('$')));
      const done = await execa('bash', ['-e', '-c', text], {
        cwd: checkout,
        env: { ...env, ...literal, ...more },
        reject: false,
        all: true,
        stdin: 'ignore',
      });
      return { exitCode: done.exitCode, output: done.all };
    },
    [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
  };
}
