import { createHash } from 'node:crypto';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BenchError } from '../../core/model/error.ts';
import runner from '../../runners/process.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import type { ResolvedProgram } from './arms.ts';
import { learnExpectation } from './expectation.ts';

let run: RealRun;
let folder: string;
beforeAll(async () => {
  run = await realRun();
  folder = await realpath(await mkdtemp(join(tmpdir(), 'gate-expect-')));
});
afterAll(async () => {
  await run[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function program(script: string, more: Partial<ResolvedProgram> = {}): Promise<ResolvedProgram> {
  const path = join(folder, `${createHash('sha256').update(script).digest('hex').slice(0, 8)}.sh`);
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const arm = { label: path, artifacts: { binary: path }, args: ['world'] };
  return { id: 'app', base: arm, head: arm, env: {}, stdin: undefined, expect: undefined, holdArgs: undefined, warnings: [], ...more };
}

async function learn(from: ResolvedProgram, exitTimeoutNs = 10e9) {
  const [variant] = runner.variants;
  if (!variant) throw new Error('process has no variant');
  return learnExpectation(from, { runner, variant, readyTimeoutNs: 10e9, exitTimeoutNs }, run.context);
}

async function refusal(from: ResolvedProgram, code: string, exitTimeoutNs?: number): Promise<string> {
  const error = await learn(from, exitTimeoutNs).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BenchError)) throw new Error(`was not refused: ${String(error)}`);
  expect(error).toMatchObject({ code, exitCode: 2 });
  expect(error.remedy).toContain(code === 'expect-needed' ? 'expect: { stdout: … }' : '');
  expect(error.remedy).toBeTruthy();
  return error.message;
}

describe('what a program without “expect” must print', () => {
  it('is what base prints, with its arguments, environment and input', async () => {
    const from = await program('read line; echo "hello $1, $NAME, $line"', { env: { NAME: 'Ann' }, stdin: { text: 'in\n' } });
    expect(await learn(from)).toEqual({ stdout: 'hello world, Ann, in\n' });
  });

  it('is kept as a digest where it is long or no text', async () => {
    const long = 'x'.repeat(5000);
    expect(await learn(await program(`printf '${long}'`))).toEqual({ stdoutSha256: createHash('sha256').update(long).digest('hex') });
    const bytes = Buffer.from([0xff, 0xfe, 0x0a]);
    expect(await learn(await program(String.raw`printf '\377\376\n'`))).toEqual({
      stdoutSha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it('is not looked for where the program says it', async () => {
    const stated = await program('exit 1', { expect: { stdout: 'x' } });
    expect(await learn(stated)).toEqual({ stdout: 'x' });
  });

  it('cannot be learnt from a base that prints something else each time', async () => {
    const message = await refusal(await program(`echo x >> ${folder}/count; wc -l < ${folder}/count`), 'base-fails');
    expect(message).toMatch(/base printed 2 bytes "1\\n" and then 2 bytes "2\\n"/);
  });

  it.each([
    ['fails', 'base-fails', 'echo half; echo "no such table" >&2; exit 3', /base exited with 3; stderr ends: no such table/],
    ['is killed', 'base-fails', 'kill -9 $$', /base ended with .*(KILL|9)/],
    ['prints nothing', 'expect-needed', 'exit 0', /prints nothing/],
  ])('cannot be learnt from a base that %s', async (_, code, script, message) => {
    expect(await refusal(await program(script), code)).toMatch(message);
  });

  it('cannot be learnt from a base that does not end', async () => {
    expect(await refusal(await program('echo up; exec sleep 60'), 'base-fails', 0.5e9)).toMatch(
      /cannot be run by process\/native: no exit within 0\.5 s/,
    );
  });

  it('cannot be learnt where there is no base', async () => {
    expect(await refusal(await program('echo x', { base: undefined }), 'expect-needed')).toMatch(/there is no base/);
  });
});
