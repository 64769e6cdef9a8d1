import { execa } from 'execa';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../core/model/context.ts';
import type { Workload } from '../../core/model/workload.ts';
import { resolveBuiltin } from '../../scripts/compose/workloads.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import { makeBundle } from '../oci/bundle.ts';
import oci from '../oci/index.ts';
import containerd from './index.ts';

/** The commands of docs/ladder.md, “the same by hand”: what a user would type gives the output the suite verifies. */
let run: RealRun;
let engine: Engine;
let noop: Workload;
let image: string;
beforeAll(async () => {
  run = await realRun();
  engine = await run.context.engine();
  noop = await resolveBuiltin('noop', run.context.toolbox);
  await using session = await containerd.open(run.context);
  const [runc] = containerd.variants;
  if (!runc) throw new Error('no variant');
  image = (await session.prepare(runc, noop)).versions['image'] ?? '';
  await using bare = await oci.open(run.context);
  const [first] = oci.variants;
  if (first) await bare.prepare(first, noop);
});
afterAll(async () => run[Symbol.asyncDispose]());

async function output(...command: readonly string[]): Promise<string> {
  const [first = '', ...more] = [...engine.enter, ...command];
  const { stdout, stderr, exitCode } = await execa(first, more, { reject: false });
  return exitCode === 0 ? stdout : `exit code ${exitCode}: ${stderr}`;
}

const ctr = async (...args: readonly string[]): Promise<string> =>
  output('/usr/bin/ctr', '--address', '/run/thirdwave/containerd.sock', '--namespace', 'thirdwave', ...args);

describe('by hand', () => {
  it.each([[[]], [['--runc-binary', '/usr/bin/crun']]])('“ctr run %j” prints the same', async (options) => {
    if (engine.ownership === 'host') return;
    expect(await ctr('run', '--rm', ...options, image, 'by-hand')).toBe('thirdwave noop');
  });

  it.each(['/usr/sbin/runc', '/usr/bin/crun'])('“%s run” in a bundle of ours prints the same', async (runtime) => {
    if (engine.ownership === 'host') return;
    const copy = join(engine.shared.here, 'oci', 'programs', 'by-hand');
    await copyFile(noop.artifacts.binary ?? '', copy);
    const description = { args: ['/workload'], env: {}, cgroupsPath: undefined };
    const bundle = await makeBundle(engine.shared, 'by-hand', { copy, path: 'workload' }, description);
    expect(await output(runtime, 'run', '--bundle', bundle.inside, 'by-hand')).toBe('thirdwave noop');
  });

  it('“ctr images rm” removes an image with its content and its snapshots', async () => {
    if (engine.ownership === 'host') return;
    for (const reference of (await ctr('images', 'ls', '--quiet')).split('\n')) await ctr('images', 'rm', '--sync', reference);
    expect(await ctr('content', 'ls', '--quiet')).toBe('');
    expect((await ctr('snapshots', 'ls')).trim().split('\n')).toHaveLength(1);
  });
});
