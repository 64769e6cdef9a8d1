import { describe, expect, it } from 'vitest';
import { scriptedPlan, scriptedRun, type ScriptedRun } from '../../test/scripted-run.ts';
import { Event } from '../model/event.ts';
import { nearestRank } from './ramp-level.ts';
import { runPlan } from './run-plan.ts';

const TRIAL = 's.r0001.p000';

async function ramp(variant: string, change: Record<string, unknown> = {}, rounds = 1): Promise<ScriptedRun> {
  const run = scriptedRun();
  await runPlan(scriptedPlan([variant], rounds, { activity: 'ramp', ramp: { most: 1000, floor: '1KiB', ...change } }), run);
  return run;
}

function only<K extends Event['kind']>(events: readonly Event[], kind: K): Extract<Event, { kind: K }>[] {
  return events.filter((event) => event.kind === kind && event.trialId === TRIAL) as Extract<Event, { kind: K }>[];
}

function levels(run: ScriptedRun): string[] {
  return only(run.events, 'level').map(({ instances, ok }) => `${instances}${ok ? '' : '!'}`);
}

describe('a density ramp', () => {
  it('takes the instances before a failed start as the answer, once they were asked, and names the limit by the failure’s words', async () => {
    const run = await ramp('fourteenth-fails');
    expect(levels(run)).toEqual(['0', '1', '2', '4', '8', '14!', '13']);
    expect(only(run.events, 'limit')).toMatchObject([{ limit: 'pids', instances: 13 }]);
    expect(only(run.events, 'limit')[0]?.evidence).toContain('clone: Resource temporarily unavailable');
    expect(only(run.events, 'reading')).toMatchObject([{ metric: 'density_verified', value: 13, role: 'host' }]);
    expect(only(run.events, 'failure')).toEqual([]);
    for (const event of run.events) expect(Event.safeParse(event).error).toBeUndefined();
  });

  it('bisects where answers became more than twice as slow in two measurements', async () => {
    const run = await ramp('slow-beyond-11');
    expect(levels(run)).toEqual(['0', '1', '2', '4', '8', '16!', '12!', '10', '11']);
    expect(only(run.events, 'limit')).toMatchObject([{ limit: 'answer-time', instances: 11 }]);
    expect(only(run.events, 'level').at(-1)).toMatchObject({ probeP95Ns: 1e6, probeCount: 60 });
  });

  it('does not take a single slow measurement for a limit', async () => {
    const run = await ramp('slow-once', { most: 8 });
    expect(levels(run)).toEqual(['0', '1', '2', '4', '8']);
    expect(only(run.events, 'limit')).toMatchObject([{ limit: 'most-instances', instances: 8 }]);
  });

  it('bisects where an instance died, removes the dead, and verifies the output of all who lived to the end', async () => {
    const run = await ramp('dies-beyond-6');
    expect(levels(run)).toEqual(['0', '1', '2', '4', '7!', '5', '6']);
    expect(only(run.events, 'limit')).toMatchObject([{ limit: 'instance-died', instances: 6 }]);
    expect(only(run.events, 'limit')[0]?.evidence).toContain('ended by signal 9');
    expect(only(run.events, 'output')).toMatchObject([{ correct: true }]);
  });

  it('says that a density is at least what the scenario allowed, instead of giving it as the answer', async () => {
    const run = await ramp('steady', { most: 5 });
    expect(levels(run)).toEqual(['0', '1', '2', '4', '5']);
    const [reading] = only(run.events, 'reading');
    expect(reading?.value).toBeUndefined();
    expect(reading?.unavailable).toBe('at least 5: the scenario allows no more than 5 instances');
  });

  it('ends with what it has reached when its time is up', async () => {
    // the scripted clock moves 1 ms per look at it
    const run = await ramp('steady', { timeLimit: '40ms' });
    const [limit] = only(run.events, 'limit');
    expect(limit?.limit).toBe('time-limit');
    expect(only(run.events, 'reading')[0]?.unavailable).toContain(`at least ${limit?.instances}`);
  });

  it('verifies every output: a wrong one makes the ramp a failure', async () => {
    const run = await ramp('wrong-output', { most: 2 });
    expect(only(run.events, 'failure')).toMatchObject([{ code: 'wrong-output' }]);
  });

  it('has a density of 0 where nothing can be started', async () => {
    const run = await ramp('never-starts');
    expect(levels(run)).toEqual(['0', '1!']);
    expect(only(run.events, 'limit')).toMatchObject([{ limit: 'launch-failure', instances: 0, evidence: 'scripted: ENOENT' }]);
  });

  it('starts nothing when the host has less memory than the floor', async () => {
    const run = await ramp('steady', { floor: '1000000GiB' });
    expect(levels(run)).toEqual(['0!']);
    expect(only(run.events, 'limit')).toMatchObject([{ limit: 'host-memory', instances: 0 }]);
  });

  it('times cold starts beside shares of the density it reached, from the top down, in bursts', async () => {
    const run = await ramp('fourteenth-fails', { load: { residents: ['0%', '50%', '90%'], concurrent: [1, 4], starts: 8 } });
    const found = only(run.events, 'reading').filter(({ metric }) => metric.startsWith('cold_start_at'));
    expect([...new Set(found.map(({ metric, origin }) => `${metric} ${origin}`))]).toEqual([
      'cold_start_at_90_c1 beside 11 of 13 resident instances',
      'cold_start_at_90_c4 beside 11 of 13 resident instances',
      'cold_start_at_50_c1 beside 6 of 13 resident instances',
      'cold_start_at_50_c4 beside 6 of 13 resident instances',
      'cold_start_at_0_c1 beside 0 of 13 resident instances',
      'cold_start_at_0_c4 beside 0 of 13 resident instances',
    ]);
    expect(found).toHaveLength(6 * 8);
    expect(found.every(({ value }) => value === 0.01)).toBe(true);
  });

  it('refuses a memory cap that nobody can keep', async () => {
    const run = await ramp('steady', { memoryCap: '64MiB' });
    expect(only(run.events, 'failure')).toMatchObject([{ code: 'memory-cap' }]);
  });

  it('has every level on record before the next one is tried', async () => {
    const seen: number[] = [];
    const run = scriptedRun();
    const counting = {
      ...run,
      recorder: {
        ...run.recorder,
        append: async (trialId: string, bodies: Parameters<typeof run.recorder.append>[1]) => {
          seen.push(bodies.filter(({ kind }) => kind === 'level').length);
          await run.recorder.append(trialId, bodies);
        },
      },
    };
    await runPlan(scriptedPlan(['fourteenth-fails'], 1, { activity: 'ramp', ramp: { most: 100 } }), counting);
    expect(Math.max(...seen)).toBe(1);
    expect(seen.filter((count) => count === 1)).toHaveLength(7);
  });

  it('ends at an interrupt with the levels it has, and leaves no instance', async () => {
    const interrupt = new AbortController();
    const run = scriptedRun({ signal: interrupt.signal });
    const stopping = {
      ...run,
      recorder: {
        ...run.recorder,
        append: async (trialId: string, bodies: Parameters<typeof run.recorder.append>[1]) => {
          await run.recorder.append(trialId, bodies);
          if (bodies.some((body) => body.kind === 'level' && body.instances === 4)) interrupt.abort(new Error('Ctrl-C'));
        },
      },
    };
    const result = await runPlan(scriptedPlan(['fourteenth-fails'], 1, { activity: 'ramp', ramp: { most: 100 } }), stopping);
    expect(result.interrupted).toBe(true);
    expect(levels(run)).toEqual(['0', '1', '2', '4']);
    expect(only(run.events, 'mark').map(({ mark }) => mark)).toContain('t3');
    expect(only(run.events, 'limit')).toEqual([]);
  });
});

describe('the nearest-rank percentile', () => {
  it('is a value that occurred', () => {
    const values = Array.from({ length: 60 }, (_, index) => index + 1);
    expect(nearestRank(values, 0.95)).toBe(57);
    expect(nearestRank([7], 0.95)).toBe(7);
    expect(nearestRank([], 0.95)).toBeUndefined();
  });
});
