import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeldFleet } from '../core/execute/held-fleet.ts';
import { isFound } from '../core/model/context.ts';
import { codeOf, messageOf } from '../core/model/error.ts';
import type { Workload } from '../core/model/workload.ts';
import { loadBuiltinWorkload } from '../scenarios/workloads.ts';
import { EXPECTED_SKIPS } from '../test/expected-skips.ts';
import { isAlive } from '../test/is-alive.ts';
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

const asked = (runner: Runner, variant: Variant, activity: StartSpec['activity']): boolean =>
  (variant.activities ?? runner.capabilities.activities).includes(activity);

const variants = runners.flatMap((runner) =>
  runner.variants
    .filter((variant) => !variant.consumes?.includes('image'))
    .filter((variant) => asked(runner, variant, 'run'))
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
    if (!asked(runner, variant, 'hold')) return;
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
    const activity = asked(runner, variant, 'hold') ? 'hold' : 'run';
    const instance: Instance = await open.start(prepared, spec(activity, `${runner.id}-dispose`));
    await instance.ready();
    const own = (await instance.target()).roles.filter((role) => role.role !== 'daemon').flatMap((role) => role.pids);
    await instance[Symbol.asyncDispose]();
    await instance[Symbol.asyncDispose]();
    await expect.poll(() => own.filter(isAlive), { timeout: 5000 }).toEqual([]);
  });

  async function fleetOf(open: RunnerSession, trialId: string): Promise<HeldFleet> {
    const limits = { readyTimeoutNs: 20e9, exitTimeoutNs: 30e9, floorBytes: 0 };
    return HeldFleet.open({ session: open, prepared, context: run.context, trialId, activity: 'hold', ...limits });
  }

  check('holds three instances that each answer a request, their processes visible by role and gone afterwards', async (open) => {
    if (!asked(runner, variant, 'hold')) return;
    const empty = await fleetOf(open, `${runner.id}-fleet0`);
    const rolesOfNone = (await empty.target()).roles.map(({ role }) => role);
    await empty[Symbol.asyncDispose]();
    await using fleet = await fleetOf(open, `${runner.id}-fleet3`);
    for (let count = 0; count < 3; count += 1) await fleet.add();
    for (const instance of fleet.instances) {
      const { sentNs, repliedNs } = await fleet.request(instance);
      expect(repliedNs).toBeGreaterThan(sentNs);
    }
    const { roles } = await fleet.target();
    expect(rolesOfNone.toSorted()).toEqual(roles.map(({ role }) => role).toSorted());
    const own = roles.filter(({ role }) => role !== 'daemon').flatMap(({ pids }) => pids);
    if (runner.testOnly !== true) expect(own.length).toBeGreaterThan(0);
    expect(own.filter((pid) => !isAlive(pid))).toEqual([]);
    const outputs = (await fleet.finish()).map(({ stdout }) => Buffer.from(stdout).toString());
    expect(outputs).toEqual(Array.from({ length: 3 }, () => 'thirdwave noop\nthirdwave noop\n'));
    await fleet[Symbol.asyncDispose]();
    await expect.poll(() => own.filter(isAlive), { timeout: 5000 }).toEqual([]);
  });

  check('says what became of an instance that is killed while it is held, and leaves nothing of the fleet', async (open) => {
    if (!asked(runner, variant, 'hold') || runner.testOnly === true) return;
    await using fleet = await fleetOf(open, `${runner.id}-killed`);
    const [first, second] = [await fleet.add(), await fleet.add()];
    const [victim] = (await first.target()).roles.filter(({ role }) => role !== 'daemon' && role !== 'shim').flatMap(({ pids }) => pids);
    const own = (await fleet.target()).roles.filter(({ role }) => role !== 'daemon').flatMap(({ pids }) => pids);
    process.kill(victim ?? Number.NaN, 'SIGKILL');
    await expect.poll(() => isAlive(victim ?? Number.NaN), { timeout: 5000 }).toBe(false);
    const error: unknown = await fleet.request(first).catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe('ended');
    expect(messageOf(error)).toMatch(/\b(9|137|SIGKILL|killed)\b/i);
    // what shares a process with the victim has ended with it; everything else goes on
    const shared = (await second.target()).roles.some(({ pids }) => pids.includes(victim ?? Number.NaN));
    const other = await fleet.request(second).then(() => 'answered', codeOf);
    expect(other).toBe(shared ? 'ended' : 'answered');
    await fleet[Symbol.asyncDispose]();
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
