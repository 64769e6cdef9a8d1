import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../core/model/error.ts';
import { groupCpuNs } from '../../core/host/cgroup-cpu.ts';
import type { Workload } from '../../core/model/workload.ts';
import { resolveBuiltin } from '../../scripts/compose/workloads.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import { OWNER_LABEL, RUN_LABEL } from '../docker/labels.ts';
import { formatOwner, ownIdentity } from '../engine/owner.ts';
import { pidsWithArgument } from '../engine/processes.ts';
import type { RunnerSession, StartSpec } from '../runner.ts';
import { ContainerdClient } from './client.ts';
import { SNAPSHOTTER } from './import-image.ts';
import containerd from './index.ts';
import { sweepSocket } from './sweep.ts';

/** What the contract suite cannot know of containerd: its own lists, a sweep, shims that misbehave. */
let run: RealRun;
let noop: Workload;
let session: RunnerSession;
let client: ContainerdClient;
beforeAll(async () => {
  run = await realRun();
  noop = await resolveBuiltin('noop', run.context.toolbox);
  session = await containerd.open(run.context);
  client = await ContainerdClient.open((await run.context.engine()).containerdSocketPath ?? '');
});
afterAll(async () => {
  client[Symbol.dispose]();
  await session[Symbol.asyncDispose]();
  await run[Symbol.asyncDispose]();
});

function variant(id: string) {
  const found = containerd.variants.find((candidate) => candidate.id === id);
  if (!found) throw new Error(id);
  return found;
}

function spec(trialId: string, change: Partial<StartSpec> = {}): StartSpec {
  return { trialId, activity: 'run', readyTimeoutNs: 20e9, exitTimeoutNs: 20e9, signal: run.context.signal, ...change };
}

/** Ids of everything of a run's trials that containerd knows. */
async function known(runId: string, from: ContainerdClient = client): Promise<readonly string[]> {
  const { containers } = await from.call<{ containers: { id: string; labels: Record<string, string> }[] }>(
    'containers.Containers.List',
    {},
  );
  const answers = await from.collect<{ info: { name: string; labels: Record<string, string> }[] }>('snapshots.Snapshots.List', {
    snapshotter: SNAPSHOTTER,
  });
  const mine = ({ labels }: { labels: Record<string, string> }): boolean => labels[RUN_LABEL] === runId;
  const snapshots = answers.flatMap(({ info }) => info).filter(mine);
  return [...containers.filter(mine).map(({ id }) => `container ${id}`), ...snapshots.map(({ name }) => `snapshot ${name}`)];
}

async function pipes(): Promise<readonly string[]> {
  return readdir(join((await run.context.engine()).shared.here, 'containerd'));
}

describe('a task', () => {
  it('goes through its phases without a gap, and leaves no container, snapshot or pipe', async () => {
    const prepared = await session.prepare(variant('runc'), noop);
    const instance = await session.start(prepared, spec('phases'));
    await instance.ready();
    const exit = await instance.exited();
    expect((await known(run.context.runId)).length).toBe(2);
    await instance[Symbol.asyncDispose]();
    expect(await known(run.context.runId)).toEqual([]);
    expect(await pipes()).toEqual([]);
    expect(exit.phases.map(({ phase }) => phase)).toEqual(['snapshot', 'container', 'task-create', 'task-start', 'first-byte', 'exit']);
    for (const [index, phase] of exit.phases.slice(1).entries()) expect(phase.startNs).toBe(exit.phases[index]?.endNs);
    expect(exit.phases.at(-1)?.endNs).toBe(exit.t2Ns);
  });

  it('is seen by role while it is held: program, shim and daemons are different processes', async () => {
    const prepared = await session.prepare(variant('crun'), noop);
    const instance = await session.start(prepared, spec('roles', { activity: 'hold' }));
    await instance.ready();
    const { roles } = await instance.target();
    await instance.release();
    expect((await instance.exited()).exitCode).toBe(0);
    await instance[Symbol.asyncDispose]();
    expect(roles.map(({ role, pids }) => [role, pids.length > 0])).toEqual([
      ['instance', true],
      ['shim', true],
      ['daemon', true],
    ]);
    expect(roles[0]?.cgroups).toHaveLength(1);
  });

  it('leaves its CPU time in a group of its own after it is gone', async () => {
    const prepared = await session.prepare(variant('runc'), noop);
    await using instance = await session.start(prepared, spec('cpu'));
    await instance.ready();
    await instance.exited();
    const { roles } = await instance.target();
    const cpu = await groupCpuNs(roles.find(({ role }) => role === 'instance')?.cgroups[0]);
    expect(cpu).toMatchObject({ ns: expect.any(Number) as unknown });
    expect('ns' in cpu && cpu.ns > 0).toBe(true);
  });

  it('is cut off by its time limit when it never ends, and by an interrupt, and is removed', async () => {
    const prepared = await session.prepare(variant('runc'), noop);
    const never = await session.start(prepared, spec('never', { activity: 'hold', exitTimeoutNs: 0.3e9 }));
    await never.ready();
    await expect(never.exited()).rejects.toMatchObject({ code: 'timeout' });
    await never[Symbol.asyncDispose]();
    const early = session.start(prepared, spec('early', { signal: AbortSignal.timeout(20) }));
    await expect(early).rejects.toMatchObject({ code: 'interrupted' });
    expect(await known(run.context.runId)).toEqual([]);
  });

  it('has the digest of its image, the same as at the Docker rung, and imports it once', async () => {
    const first = await session.prepare(variant('runc'), noop);
    const second = await session.prepare(variant('crun'), noop);
    expect(second.digest).toBe(first.digest);
    expect(first.versions).toMatchObject({ containerd: expect.stringMatching(/^v?\d+\.\d+/) as unknown, oci_runtime: 'runc' });
  });
});

describe('a sweep of containerd', () => {
  it('removes what runs of dead owners left, tasks that still run included, and leaves those of a live run', async () => {
    const own = await ownIdentity();
    const prepared = await session.prepare(variant('runc'), noop);
    await using alive = await session.start(prepared, spec('alive', { activity: 'hold' }));
    await alive.ready();
    const labels = { [RUN_LABEL]: 'swept', [OWNER_LABEL]: formatOwner({ ...own, startTicks: '1' }), 'containerd.io/gc.root': 'in use' };
    await client.call('snapshots.Snapshots.Prepare', { snapshotter: SNAPSHOTTER, key: 'thirdwave-dead', labels });
    await client.call('containers.Containers.Create', {
      container: {
        id: 'thirdwave-dead',
        labels,
        runtime: { name: 'io.containerd.runc.v2' },
        spec: { type_url: 'none', value: Buffer.alloc(1) },
      },
    });
    expect(await sweepSocket(client, 'another')).toEqual([]);
    expect(await sweepSocket(client, undefined)).toEqual(['container thirdwave-dead in containerd']);
    expect(await known('swept')).toEqual([]);
    expect((await known(run.context.runId)).length).toBe(2);
  });
});

describe('a shim that hangs', () => {
  it('costs its trial: time-out, everything of it gone, containerd still healthy', { timeout: 90_000 }, async ({ skip }) => {
    skip((await run.context.engine()).ownership === 'host', 'the host’s own engine is used and never reconfigured');
    const path = join(run.context.tempDir, 'a-shim');
    await writeFile(path, '#!/usr/bin/dash\nexec sleep 4713\n');
    await chmod(path, 0o755);
    await using own = await realRun({ shim: { path, version: 'a test’s' } });
    await using other = await containerd.open(own.context);
    const prepared = await other.prepare(variant('shim-jit'), noop);
    const error: unknown = await other.start(prepared, { ...spec('hangs'), readyTimeoutNs: 2e9 }).catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe('timeout');
    expect(await pidsWithArgument('4713')).toEqual([]);
    using its = await ContainerdClient.open((await own.context.engine()).containerdSocketPath ?? '');
    expect(await known(own.context.runId, its)).toEqual([]);
    const native = await other.prepare(variant('runc'), noop);
    await using healthy = await other.start(native, spec('after-the-hang'));
    await healthy.ready();
    expect((await healthy.exited()).exitCode).toBe(0);
  });
});
