import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Workload } from '../../core/model/workload.ts';
import { resolveBuiltin } from '../../scripts/compose/workloads.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import type { RunnerSession, StartSpec } from '../runner.ts';
import oci from './index.ts';

/** What the contract suite cannot know of a runtime without an engine. */
let run: RealRun;
let noop: Workload;
let session: RunnerSession;
beforeAll(async () => {
  run = await realRun();
  noop = await resolveBuiltin('noop', run.context.toolbox);
  session = await oci.open(run.context);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await run[Symbol.asyncDispose]();
});

function variant(id: string) {
  const found = oci.variants.find((candidate) => candidate.id === id);
  if (!found) throw new Error(id);
  return found;
}

function spec(trialId: string, change: Partial<StartSpec> = {}): StartSpec {
  return { trialId, activity: 'run', readyTimeoutNs: 20e9, exitTimeoutNs: 20e9, signal: run.context.signal, ...change };
}

async function bundles(): Promise<readonly string[]> {
  return readdir(join((await run.context.engine()).shared.here, 'oci', 'bundles'));
}

/** One whole life. */
async function lifeOf(id: string, change: Partial<Workload>) {
  const prepared = await session.prepare(variant(id), { ...noop, ...change });
  await using instance = await session.start(prepared, spec(`${id}-life`));
  await instance.ready();
  return await instance.exited();
}

describe.each(['runc', 'crun'])('a container of %s alone', (id) => {
  it('tells spawn, runtime and exit without a gap, and leaves no bundle', async () => {
    const exit = await lifeOf(id, {});
    expect(exit.phases.map(({ phase, layer }) => [phase, layer])).toEqual([
      ['spawn', 'kernel'],
      ['runtime', 'oci-runtime'],
      ['exit', 'oci-runtime'],
    ]);
    expect(exit.phases[0]?.startNs).toBe(exit.t0Ns);
    expect(exit.phases[1]?.endNs).toBe(exit.t1Ns);
    expect(exit.phases[2]?.endNs).toBe(exit.t2Ns);
    expect(exit.cpu.map(({ role, cpuNs }) => [role, cpuNs > 0])).toEqual([['instance', true]]);
    expect(await bundles()).toEqual([]);
  });

  it('passes the program’s exit code and the runtime’s own words on', async () => {
    const path = join(run.context.tempDir, 'no-interpreter');
    await writeFile(path, '#!/no/such/interpreter\n', { mode: 0o755 });
    const exit = await lifeOf(id, { artifacts: { binary: path } });
    expect(exit.exitCode).not.toBe(0);
    expect(exit.t1Ns).toBeUndefined();
    expect(exit.stderrTail).toMatch(/no such file|not found/i);
    expect(await bundles()).toEqual([]);
  });

  it('is seen by role while it is held: the program in a group of its own, the runtime that waits for it beside it', async () => {
    const prepared = await session.prepare(variant(id), noop);
    const instance = await session.start(prepared, spec(`${id}-roles`, { activity: 'hold' }));
    await instance.ready();
    const { roles } = await instance.target();
    await instance.release();
    expect((await instance.exited()).exitCode).toBe(0);
    await instance[Symbol.asyncDispose]();
    expect(roles.map(({ role, pids }) => [role, pids.length])).toEqual([
      ['instance', 1],
      ['shim', 1],
    ]);
  });

  it('is cut off by its time limit when it never ends, and removed, its group included', async () => {
    const prepared = await session.prepare(variant(id), noop);
    const instance = await session.start(prepared, spec(`${id}-never`, { activity: 'hold', exitTimeoutNs: 0.3e9 }));
    await instance.ready();
    await expect(instance.exited()).rejects.toMatchObject({ code: 'timeout' });
    await instance[Symbol.asyncDispose]();
    expect(await bundles()).toEqual([]);
  });
});

describe('a sweep', () => {
  it('finds nothing of a private engine’s run: it ends with the engine', async () => {
    expect(await oci.sweep(run.context, run.context.runId)).toEqual([]);
  });
});
