import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeldFleet } from '../../core/execute/held-fleet.ts';
import { isFound } from '../../core/model/context.ts';
import { messageOf } from '../../core/model/error.ts';
import type { Activity } from '../../core/model/vocabulary.ts';
import { loadBuiltinWorkload } from '../../scenarios/workloads.ts';
import { isAlive } from '../../test/is-alive.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import type { Prepared, RunnerSession } from '../runner.ts';
import wasmtime from './index.ts';

/** Many instances in one live host process. */

let run: RealRun;
let session: RunnerSession;

beforeAll(async () => {
  run = await realRun();
  session = await wasmtime.open(run.context);
});
afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await run[Symbol.asyncDispose]();
});

async function prepare(variantId: string, workloadId: string): Promise<Prepared> {
  const { guests } = run.host.toolbox;
  if (!isFound(guests)) throw new Error(`the workloads are not built: ${guests.missing} (${guests.remedy})`);
  const variant = wasmtime.variants.find(({ id }) => id === variantId)!;
  return session.prepare(variant, await loadBuiltinWorkload(workloadId, guests.path));
}

async function openFleet(prepared: Prepared, trialId: string, activity: 'hold' | 'place', instances?: number): Promise<HeldFleet> {
  const limits = { readyTimeoutNs: 60e9, exitTimeoutNs: 60e9, floorBytes: 0 };
  const many = instances === undefined ? {} : { instances };
  return HeldFleet.open({ session, prepared, context: run.context, trialId, activity, ...many, ...limits });
}

async function hostPid(fleet: HeldFleet): Promise<number> {
  const { roles } = await fleet.target();
  expect(roles.map(({ role, pids }) => [role, pids.length])).toEqual([['host-process', 1]]);
  return roles[0]!.pids[0]!;
}

describe('instances held in one host process', () => {
  it('live on when one of them is removed, and answer', async () => {
    await using fleet = await openFleet(await prepare('aot', 'hold-1mib'), 'wasmtime-shrink', 'hold');
    for (let count = 0; count < 3; count += 1) await fleet.add();
    const before = await hostPid(fleet);
    await fleet.shrinkTo(2);
    expect(await hostPid(fleet)).toBe(before);
    for (const instance of fleet.instances) await fleet.request(instance);
    const exits = await fleet.finish();
    expect(exits.map(({ stdout }) => Buffer.from(stdout).toString())).toEqual(['hold 1 MiB\nhold 1 MiB\n', 'hold 1 MiB\nhold 1 MiB\n']);
  });

  it('all end with their host, and each says why', async () => {
    const fleet = await openFleet(await prepare('aot-64k', 'hold'), 'wasmtime-killed', 'hold');
    const instances = [await fleet.add(), await fleet.add(), await fleet.add()];
    const pid = await hostPid(fleet);
    process.kill(pid, 'SIGKILL');
    for (const instance of instances) {
      await expect(instance.exited()).rejects.toMatchObject({ code: 'helper-failed', message: expect.stringContaining('SIGKILL') });
      await expect(fleet.request(instance)).rejects.toMatchObject({ code: 'ended', message: expect.stringContaining('SIGKILL') });
    }
    await expect(fleet.add()).rejects.toMatchObject({ message: expect.stringContaining('SIGKILL') });
    await fleet[Symbol.asyncDispose]();
    expect(isAlive(pid)).toBe(false);
  });
});

describe('bare instances placed in one host process', () => {
  it.each([
    ['jit', 3],
    ['aot', 0],
    ['aot', 500],
    ['aot-pooled', 500],
    ['aot-64k', 5000],
    ['aot-pooled-64k', 5000],
  ])('%s: %d of them are there until they are released, and print nothing', async (variant, instances) => {
    await using fleet = await openFleet(await prepare(variant, 'nop'), `wasmtime-place-${variant}-${instances}`, 'place', instances);
    const placed = await fleet.add();
    const pid = await hostPid(fleet);
    expect(isAlive(pid)).toBe(true);
    expect(placed).not.toHaveProperty('request');
    const [exit] = await fleet.finish();
    expect(exit).toMatchObject({ exitCode: 0, abnormal: undefined, t1Ns: undefined });
    expect(exit!.stdout).toHaveLength(0);
    expect(exit!.phases.map(({ phase }) => phase)).toEqual(instances === 0 ? ['load', 'remove'] : ['load', 'place', 'remove']);
    const moments = [exit!.t0Ns, ...exit!.phases.flatMap(({ startNs, endNs }) => [startNs, endNs]), exit!.t2Ns];
    expect(moments).toEqual(moments.toSorted((x, y) => x - y));
    await fleet[Symbol.asyncDispose]();
    expect(isAlive(pid)).toBe(false);
  });

  it('are refused at the first that does not fit, with its number and wasmtime’s own reason, and nothing is left', async () => {
    // 4 GiB of address space each: 47 bits hold about 32 thousand, a map more per instance 65 thousand at the most
    const fleet = await openFleet(await prepare('aot', 'nop'), 'wasmtime-too-many', 'place', 1_000_000);
    const error: unknown = await fleet.add().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'place-failed' });
    const number = Number(/(\d+) instances/.exec(messageOf(error))?.[1]);
    expect(number).toBeGreaterThan(1000);
    expect(number).toBeLessThan(65_536);
    expect(messageOf(error)).toMatch(/mmap|memory/i);
    const [host] = (await fleet.target()).roles.flatMap(({ pids }) => pids);
    await fleet[Symbol.asyncDispose]();
    expect(isAlive(host!)).toBe(false);
  });
});

it('a variant says in its factors what its engine gets', () => {
  const small = wasmtime.variants.filter(({ factors }) => factors['memory_reservation'] !== undefined);
  expect(small.map(({ id, default: isDefault, factors }) => [id, isDefault, factors['memory_reservation'], factors['guard']])).toEqual([
    ['aot-64k', false, '64KiB', '0B'],
    ['aot-pooled-64k', false, '64KiB', '0B'],
  ]);
  const canHold: Activity = 'hold';
  expect(wasmtime.variants.find(({ id }) => id === 'aot-pooled-64k')?.activities).not.toContain(canHold);
});
