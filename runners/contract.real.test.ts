import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFound } from '../core/model/context.ts';
import { codeOf } from '../core/model/error.ts';
import type { Workload } from '../core/model/workload.ts';
import { loadBuiltinWorkload } from '../scenarios/workloads.ts';
import { EXPECTED_SKIPS } from '../test/expected-skips.ts';
import { realRun, type RealRun } from '../test/real-run.ts';
import { SCRIPTED_WORKLOAD } from '../test/scripted-run.ts';
import { loadRunners } from './registry.ts';
import type { Availability, Instance, Prepared, Runner, RunnerSession, StartSpec, Variant } from './runner.ts';

/** What every technology must do, run over every variant that is available here. Order and shape, never speed. */

const runners = (await loadRunners()).filter((runner) => !runner.variants.every((variant) => variant.consumes?.includes('image')));
let run: RealRun;
let noop: Workload;
const detections = new Map<string, Awaited<ReturnType<Runner['detect']>>>();

beforeAll(async () => {
  run = await realRun();
  const { guests } = run.host.toolbox;
  if (!isFound(guests)) throw new Error(`the workloads are not built: ${guests.missing} (${guests.remedy})`);
  noop = await loadBuiltinWorkload('noop', guests.path);
  for (const runner of runners) detections.set(runner.id, await runner.detect(run.context));
});
afterAll(async () => run[Symbol.asyncDispose]());

function spec(activity: StartSpec['activity'], trialId: string): StartSpec {
  return { trialId, activity, readyTimeoutNs: 20e9, exitTimeoutNs: 30e9, signal: run.context.signal };
}

function availability(runner: Runner, variant: Variant): Availability {
  return detections.get(runner.id)?.[variant.id] ?? { available: false, reason: 'not looked for', remedy: '' };
}

const variants = runners.flatMap((runner) =>
  runner.variants
    .filter((variant) => !variant.consumes?.includes('image'))
    .filter((variant) => runner.testOnly !== true || variant.default)
    .map((variant) => ({ name: `${runner.id}/${variant.id}`, runner, variant })),
);

describe.each(variants)('$name', ({ name, runner, variant }) => {
  let session: RunnerSession | undefined;
  let prepared: Prepared;

  beforeAll(async () => {
    const state = availability(runner, variant);
    if (!state.available) {
      if (process.env['CI'] !== undefined && EXPECTED_SKIPS[name] === undefined) throw new Error(`${name} is unavailable: ${state.reason}`);
      return;
    }
    session = await runner.open(run.context);
    prepared = await session.prepare(variant, runner.testOnly === true ? SCRIPTED_WORKLOAD : noop);
  });
  afterAll(async () => session?.[Symbol.asyncDispose]());

  const check = (title: string, body: (open: RunnerSession) => Promise<void>): void => {
    it(title, async ({ skip }) => {
      if (!session) return skip(EXPECTED_SKIPS[name] ?? 'unavailable here');
      return body(session);
    });
  };

  check('says what it prepared: a digest and versions', async () => {
    expect(prepared.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    for (const version of Object.values(prepared.versions)) expect(version).not.toBe('');
  });

  check('runs noop: marks in order, phases named and within them, verified output, exit code 0', async (open) => {
    const instance = await open.start(prepared, spec('run', `${runner.id}-run`));
    await instance.ready();
    const exit = await instance.exited();
    await instance[Symbol.asyncDispose]();
    expect(Buffer.from(exit.stdout).toString()).toBe('thirdwave noop\n');
    expect(exit).toMatchObject({ exitCode: 0, abnormal: undefined, stdoutTruncated: false });
    expect(exit.t1Ns).toBeGreaterThanOrEqual(exit.t0Ns);
    expect(exit.t2Ns).toBeGreaterThanOrEqual(exit.t1Ns ?? Number.NaN);
    expect(exit.phases.length).toBeGreaterThan(0);
    for (const phase of exit.phases) {
      expect(phase.phase).toMatch(/^[a-z][a-z-]*$/);
      expect(phase.endNs).toBeGreaterThanOrEqual(phase.startNs);
      expect(phase.startNs).toBeGreaterThanOrEqual(exit.t0Ns);
    }
  });

  check('takes its time stamps on the run’s clock', async (open) => {
    const before = run.context.now();
    const instance = await open.start(prepared, spec('run', `${runner.id}-clock`));
    await instance.ready();
    const exit = await instance.exited();
    const after = run.context.now();
    await instance[Symbol.asyncDispose]();
    expect(exit.t0Ns).toBeGreaterThanOrEqual(before);
    if (runner.testOnly !== true) expect(exit.t2Ns).toBeLessThanOrEqual(after);
  });

  check('holds an instance until it is released, its processes visible by role', async (open) => {
    if (!runner.capabilities.activities.includes('hold')) return;
    const instance = await open.start(prepared, spec('hold', `${runner.id}-hold`));
    await instance.ready();
    const target = await instance.target();
    const pids = target.roles.flatMap((role) => role.pids);
    if (runner.testOnly !== true) expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids) expect(isAlive(pid)).toBe(true);
    await instance.release();
    const exit = await instance.exited();
    await instance[Symbol.asyncDispose]();
    expect(exit).toMatchObject({ exitCode: 0, abnormal: undefined });
    expect(Buffer.from(exit.stdout).toString()).toBe('thirdwave noop\n');
  });

  check('can be disposed while it runs, twice, and leaves none of its processes', async (open) => {
    const activity = runner.capabilities.activities.includes('hold') ? 'hold' : 'run';
    const instance: Instance = await open.start(prepared, spec(activity, `${runner.id}-dispose`));
    await instance.ready();
    const own = (await instance.target()).roles.filter((role) => role.role !== 'daemon').flatMap((role) => role.pids);
    await instance[Symbol.asyncDispose]();
    await instance[Symbol.asyncDispose]();
    await expect.poll(() => own.filter(isAlive), { timeout: 5000 }).toEqual([]);
  });

  check('works again after that', async (open) => {
    const instance = await open.start(prepared, spec('run', `${runner.id}-again`));
    await instance.ready();
    expect((await instance.exited()).exitCode).toBe(0);
    await instance[Symbol.asyncDispose]();
  });

  check('refuses a workload whose file is missing with an error that has a remedy', async (open) => {
    if (runner.testOnly === true) return;
    const missing = { ...noop, artifacts: { binary: '/nowhere/noop', wasm: '/nowhere/noop.wasm' } };
    const error: unknown = await open.prepare(variant, missing).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(codeOf(error)).toBe('artifact-missing');
    expect(error).toHaveProperty('remedy', expect.any(String));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
