import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thirdwave } from '../../test/cli.ts';
import { worktreePath } from './git-worktree.ts';

/** What users get wrong about arms, through the command line, before anything is measured. */

let place: string;
beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), 'gate-command-')));
  await git('init', '--quiet', '--initial-branch=main');
  await git('commit', '--quiet', '--allow-empty', '--message', 'one');
});
afterEach(async () => rm(place, { recursive: true, force: true }));

async function git(...args: readonly string[]): Promise<string> {
  return (await execa('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: place })).stdout;
}

function gate(...args: readonly string[]) {
  const flags = ['--no-setup', '--results', join(place, 'runs'), '--reports', join(place, 'out')];
  return thirdwave(['gate', ...flags, ...args], { cwd: place, env: { XDG_CACHE_HOME: join(place, 'cache') } });
}

const yaml = (build: string): string => `version: 1
programs:
  - id: app
    base: { git: main, build: "${build}", artifact: app }
    head: { binary: app }
cells: [{ runner: process }]
gates: [{ id: cold-start, select: { metric: cold_start }, maxRegression: 10% }]
`;

describe('thirdwave gate', () => {
  it('without a file and without arms shows a file to begin with', async () => {
    const { exitCode, stderr } = await gate();
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/there is no gates\.yaml in/);
    expect(stderr).toContain('select: { metric: cold_start }');
  });

  it('names every problem of its file at its place', async () => {
    await writeFile(join(place, 'gates.yaml'), yaml('make').replace('10%', '10').replace('head:', 'haed:'));
    const { exitCode, stderr } = await gate();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('gates.yaml:5:5: programs[0]: unknown key “haed”; did you mean “head”?');
    expect(stderr).toMatch(/gates\.yaml:7:\d+: gates\[0\]\.maxRegression: a share needs its unit/);
  });

  it('refuses a base that does not exist, and one that cannot be built, with exit code 2', async () => {
    await writeFile(join(place, 'gates.yaml'), yaml('echo oh; exit 4'));
    const unknown = await gate('--base', 'git:v9');
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('git knows no commit “v9”')]);
    const broken = await gate();
    expect([broken.exitCode, broken.stderr]).toEqual([2, expect.stringMatching(/git:main .* cannot be built: .*ended with 4:\n +oh/)]);
    const missing = await gate('--base', './nowhere', '--head', './nowhere');
    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining('there is no file')]);
    expect(existsSync(join(place, 'runs'))).toBe(false);
  });

  it('that is interrupted while it builds leaves no work tree and ends with 130', async () => {
    await writeFile(join(place, 'gates.yaml'), yaml(`touch ${join(place, 'building')}; sleep 60`));
    const running = gate();
    while (!existsSync(join(place, 'building'))) await pause(20);
    const tree = await worktreePath(place);
    expect(await git('worktree', 'list')).toContain(`${tree} `);
    running.kill('SIGINT');
    expect((await running).exitCode).toBe(130);
    expect((await git('worktree', 'list')).split('\n')).toHaveLength(1);
    expect(existsSync(join(tree, '..'))).toBe(true);
    expect(existsSync(tree)).toBe(false);
  });

  it('refuses a base that fails before anything is measured', async () => {
    await writeFile(join(place, 'app'), '#!/bin/sh\necho "no such table" >&2\nexit 1\n', { mode: 0o755 });
    const { exitCode, stderr } = await gate('--base', 'app', '--head', './app');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('base exited with 1; stderr ends: no such table')]);
    expect(existsSync(join(place, 'runs'))).toBe(false);
  });
});
