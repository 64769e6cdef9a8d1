import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Workload } from '../../core/model/workload.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import dockerWasm from './index.ts';

/**
 * What a guest gets from our shim, told by the guest (testing/tell.wat; tell.wasm is made of it by any WAT assembler): it prints its arguments, its
 * variables, the file data/note.txt and its stdin, and ends with code 7. Started by Docker's own client.
 */
const TELL = fileURLToPath(new URL('testing/tell.wasm', import.meta.url));

const workload: Workload = {
  id: 'tell',
  source: 'user',
  artifacts: { wasm: TELL },
  args: [],
  env: {},
  stdin: undefined,
  expected: { kind: 'nothing' },
  holdArgs: undefined,
  loopFunction: undefined,
  versions: {},
};

let run: RealRun;
beforeAll(async () => {
  run = await realRun();
});
afterAll(async () => run[Symbol.asyncDispose]());

describe.each(['shim-jit', 'shim-aot', 'shim-jit-platform'])('a guest of %s', (id) => {
  it('gets arguments, variables, mounted folders and stdin, and its exit code comes back', { timeout: 60_000 }, async ({ skip }) => {
    const variant = dockerWasm.variants.find((candidate) => candidate.id === id);
    const state = (await dockerWasm.detect(run.context))[id];
    skip(!variant || state?.available !== true, 'our shim is not here (the contract suite decides whether it may be)');
    if (!variant) return;
    await using session = await dockerWasm.open(run.context);
    const { versions } = await session.prepare(variant, workload);
    const engine = await run.context.engine();
    const folder = `notes-${id}`;
    await mkdir(join(engine.shared.here, folder), { recursive: true });
    await writeFile(join(engine.shared.here, folder, 'note.txt'), 'a note\n');
    const socket = engine.ownership === 'private' ? '/run/thirdwave/docker.sock' : engine.socketPath;
    const platform = id === 'shim-jit-platform' ? ['--platform=wasi/wasm'] : [];
    const mount = `--volume=${engine.shared.inside}/${folder}:/data:ro`;
    const options = ['run', '--rm', '-i', '--runtime=thirdwave', '--network=none', '--env=COLOUR=red', mount, ...platform];
    const [file, ...args] = [
      ...engine.enter,
      'docker',
      '--host',
      `unix://${socket}`,
      ...options,
      versions['image'] ?? '',
      'one',
      'two three',
    ];
    const { stdout, exitCode, stderr } = await execa(file, args, { reject: false, input: 'from stdin\n' });
    expect(exitCode, stderr).toBe(7);
    const [program, first, second, ...rest] = stdout.split('\0');
    expect(program).toMatch(/^\/workload\.c?wasm$/);
    expect([first, second]).toEqual(['one', 'two three']);
    expect(rest).toContain('COLOUR=red');
    expect(rest.at(-1)).toBe('a note\nfrom stdin');
  });
});
