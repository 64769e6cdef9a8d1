import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { codeOf } from '../../core/model/error.ts';
import type { Workload } from '../../core/model/workload.ts';
import { resolveBuiltin } from '../../scripts/compose/workloads.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import { connectEngine } from '../engine/connect-engine.ts';
import { formatOwner, type Owner, ownIdentity } from '../engine/owner.ts';
import { EngineApi } from '../docker/engine-api.ts';
import { ownImage } from '../docker/images.ts';
import type { RunnerSession, StartSpec } from '../runner.ts';
import container from './index.ts';
import { OWNER_LABEL, RUN_LABEL, TRIAL_LABEL } from '../docker/labels.ts';

/** What the contract suite cannot know: images, the engine's own failures, groups and phases of a container. */
let run: RealRun;
let noop: Workload;
let session: RunnerSession;
beforeAll(async () => {
  run = await realRun();
  noop = await resolveBuiltin('noop', run.context.toolbox);
  session = await container.open(run.context);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await run[Symbol.asyncDispose]();
});

function variant(id: string) {
  const found = container.variants.find((candidate) => candidate.id === id);
  if (!found) throw new Error(id);
  return found;
}

function spec(trialId: string, change: Partial<StartSpec> = {}): StartSpec {
  return {
    trialId: unique(trialId),
    activity: 'run',
    readyTimeoutNs: 20e9,
    exitTimeoutNs: 20e9,
    signal: run.context.signal,
    ...change,
  };
}

/** No container of another run, live or left over, may be counted. */
function unique(trialId: string): string {
  return `${run.context.runId}.${trialId}`;
}

async function containersOf(trialId: string): Promise<number> {
  using api = await EngineApi.open((await run.context.engine()).socketPath, () => run.context.now());
  return (await api.listContainers(`${TRIAL_LABEL}=${unique(trialId)}`)).length;
}

describe('a container', () => {
  it('goes through create, attach, start, first byte and exit without a gap, and is removed', async () => {
    const prepared = await session.prepare(variant('runc-scratch'), noop);
    const instance = await session.start(prepared, spec('phases'));
    await instance.ready();
    const exit = await instance.exited();
    expect(await containersOf('phases')).toBe(1);
    await instance[Symbol.asyncDispose]();
    expect(await containersOf('phases')).toBe(0);
    expect(exit.phases.map((phase) => phase.phase)).toEqual(['create', 'attach', 'start', 'first-byte', 'exit']);
    expect(exit.phases[0]?.startNs).toBe(exit.t0Ns);
    expect(exit.phases[3]?.endNs).toBe(exit.t1Ns);
    expect(exit.phases[4]?.endNs).toBe(exit.t2Ns);
    for (const [index, phase] of exit.phases.slice(1).entries()) expect(phase.startNs).toBe(exit.phases[index]?.endNs);
  });

  it('has its image’s manifest digest, the same on every preparation, and another for another packaging', async () => {
    const first = await session.prepare(variant('runc-scratch'), noop);
    expect((await session.prepare(variant('runc-scratch'), noop)).digest).toBe(first.digest);
    expect((await session.prepare(variant('runc-debian'), noop)).digest).not.toBe(first.digest);
    expect(first.versions).toMatchObject({
      oci_runtime: 'runc',
      engine: expect.any(String) as unknown,
      kernel: expect.any(String) as unknown,
    });
  });

  it('is seen by role while it is held: program, shim and daemons are different processes', async () => {
    const prepared = await session.prepare(variant('runc-scratch'), noop);
    const instance = await session.start(prepared, spec('roles', { activity: 'hold' }));
    await instance.ready();
    const { roles } = await instance.target();
    await instance.release();
    expect((await instance.exited()).exitCode).toBe(0);
    await instance[Symbol.asyncDispose]();
    expect(roles.map((role) => role.role)).toEqual(['instance', 'shim', 'daemon']);
    expect(roles.slice(0, 2).map((role) => role.pids.length)).toEqual([1, 1]);
    expect(roles[0]?.cgroups).toHaveLength(1);
  });

  it('is an image-missing failure with “docker pull” where the user’s image is not there', async () => {
    const own: Workload = { ...noop, source: 'user', artifacts: { image: 'nobody/nothing:1' } };
    const prepared = session.prepare(variant('runc-image'), own);
    await expect(prepared).rejects.toMatchObject({
      code: 'image-missing',
      remedy: 'docker pull nobody/nothing:1',
    });
  });

  it('runs the user’s own image as it is, and saves it for weighing', async () => {
    const ours = await session.prepare(variant('runc-scratch'), noop);
    const own: Workload = { ...noop, source: 'user', artifacts: { image: ours.versions['image'] ?? '' } };
    const prepared = await session.prepare(variant('runc-image'), own);
    const instance = await session.start(prepared, spec('own'));
    await instance.ready();
    const exit = await instance.exited();
    await instance[Symbol.asyncDispose]();
    expect(Buffer.from(exit.stdout).toString()).toBe('thirdwave noop\n');
    expect(prepared.artifacts[0]?.form).toBe('oci-archive');
    const hash = createHash('sha256');
    await pipeline(createReadStream(prepared.artifacts[0]?.path ?? ''), hash);
    expect(hash.digest('hex')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is refused when it is made for another architecture', async () => {
    const { socketPath } = await run.context.engine();
    using api = await EngineApi.open(socketPath, () => 0);
    const foreign = process.arch === 'arm64' ? 'amd64' : 'arm64';
    const config = { entrypoint: ['/workload'], platform: { os: 'linux', architecture: foreign } };
    const layers = [[{ path: '/workload', mode: 0o755, content: Buffer.from('not for here') }]];
    const { reference } = await ownImage(run.context, api, { workload: 'foreign', packaging: 'scratch', layers, config });
    const own: Workload = { ...noop, source: 'user', artifacts: { image: reference } };
    await expect(session.prepare(variant('runc-image'), own)).rejects.toMatchObject({
      code: 'architecture',
      message: expect.stringContaining(foreign) as unknown,
    });
  });

  it('is a runtime-missing failure where the engine has no such runtime', async () => {
    await expect(session.prepare(variant('kata-scratch'), noop)).rejects.toMatchObject({
      code: 'runtime-missing',
    });
  });

  it('is cut off by its time limit when it never ends, and removed', async () => {
    const prepared = await session.prepare(variant('runc-scratch'), noop);
    const instance = await session.start(prepared, spec('never', { activity: 'hold', exitTimeoutNs: 0.3e9 }));
    await instance.ready();
    await expect(instance.exited()).rejects.toMatchObject({ code: 'timeout' });
    await instance[Symbol.asyncDispose]();
    expect(await containersOf('never')).toBe(0);
  });

  it('is a time-out, and removed, when its first byte does not come in time', async () => {
    const prepared = await session.prepare(variant('runc-scratch'), noop);
    await expect(session.start(prepared, spec('late', { readyTimeoutNs: 5e6 }))).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(await containersOf('late')).toBe(0);
  });

  it('stops waiting at an interrupt, and is removed', async () => {
    const interrupt = new AbortController();
    const prepared = await session.prepare(variant('runc-scratch'), noop);
    const instance = await session.start(prepared, spec('interrupted', { activity: 'hold', signal: interrupt.signal }));
    await instance.ready();
    const exited = instance.exited();
    interrupt.abort();
    await expect(exited).rejects.toMatchObject({ code: 'interrupted' });
    await instance[Symbol.asyncDispose]();
    expect(await containersOf('interrupted')).toBe(0);
  });

  it('leaves none behind when the interrupt comes during its start', async () => {
    const prepared = await session.prepare(variant('runc-scratch'), noop);
    const started = session.start(prepared, spec('early', { signal: AbortSignal.timeout(20) }));
    await expect(started).rejects.toMatchObject({ code: 'interrupted' });
    expect(await containersOf('early')).toBe(0);
  });
});

describe('a sweep of the user’s engine', () => {
  it('removes containers whose owner is dead and leaves those of a live run', async () => {
    const { socketPath } = await run.context.engine();
    using api = await EngineApi.open(socketPath, () => run.context.now());
    const { versions } = await session.prepare(variant('runc-scratch'), noop);
    const own = await ownIdentity();
    const create = async (trialId: string, owner: Owner) => {
      const labels = {
        [RUN_LABEL]: 'swept',
        [OWNER_LABEL]: formatOwner(owner),
        [TRIAL_LABEL]: unique(trialId),
      };
      return api.createContainer({ Image: versions['image'] ?? '', Labels: labels });
    };
    const dead = await create('dead', { ...own, startTicks: '1' });
    const alive = await create('alive', own);
    vi.stubEnv('DOCKER_HOST', `unix://${socketPath}`);
    try {
      expect(await container.sweep(run.context, 'another')).toEqual([]);
      expect(await container.sweep(run.context, 'swept')).toEqual([`container ${dead.slice(0, 12)} of run swept`]);
      expect([await containersOf('dead'), await containersOf('alive')]).toEqual([0, 1]);
      await using found = await connectEngine(run.context);
      expect(found).toMatchObject({ ownership: 'host', socketPath });
      expect((await container.detect(run.context))['runc-scratch']).toMatchObject({ available: true });
    } finally {
      vi.unstubAllEnvs();
      await api.removeContainer(alive);
    }
  });
});

describe('an engine that dies during a trial', () => {
  it('is an engine-lost failure at once, and so is every trial after it', async ({ skip }) => {
    await using own = await realRun();
    const engine = await own.context.engine();
    skip(engine.ownership === 'host', 'the host’s own Docker is not ours to kill');
    await using lost = await container.open(own.context);
    const prepared = await lost.prepare(variant('runc-scratch'), noop);
    const instance = await lost.start(prepared, spec('lost', { activity: 'hold' }));
    await instance.ready();
    const exited = instance.exited().then(() => 'exited', codeOf);
    for (const pid of engine.daemonPids) process.kill(pid, 'SIGKILL');
    expect(await exited).toBe('engine-lost');
    await instance[Symbol.asyncDispose]();
    await expect(lost.start(prepared, spec('after'))).rejects.toMatchObject({ code: 'engine-lost' });
  });
});
