import { describe, expect, it } from 'vitest';
import { scriptedPlan, scriptedRun } from '../../test/scripted-run.ts';
import type { Probe } from '../../probes/probe.ts';
import { BenchError } from '../model/error.ts';
import { Event } from '../model/event.ts';
import { runPlan } from './run-plan.ts';

function kinds(events: readonly Event[], trialId: string): string[] {
  return events
    .filter((event) => event.trialId === trialId)
    .map((event) => {
      if (event.kind === 'mark') return event.mark;
      if (event.kind === 'trial') return event.state;
      if (event.kind === 'phase') return `phase ${event.phase}`;
      if (event.kind === 'failure') return `failure ${event.code}`;
      if (event.kind === 'reading') return `reading ${event.metric}`;
      return event.kind;
    });
}

function probe(change: Partial<Probe> & Pick<Probe, 'id' | 'open'>): Probe {
  const metric = { id: `${change.id}_m`, title: 'm', unit: 's', better: 'lower', noise: 'noisy', definition: 'd' } as const;
  return { title: change.id, metrics: [metric], scope: 'instance', sensitive: false, activities: ['run', 'hold', 'loop'], ...change };
}

describe('the conductor', () => {
  it('records one trial as begin, clean-up, marks, phases, verified output, end — every event valid', async () => {
    const run = scriptedRun();
    const result = await runPlan(scriptedPlan(['steady'], 1), run);
    expect(kinds(run.events, 's.r0001.p000')).toEqual(['begin', 'phase cleanup', 't3', 't0', 't1', 't2', 'phase start', 'output', 'end']);
    for (const event of run.events) expect(Event.safeParse(event).success).toBe(true);
    expect(result).toMatchObject({
      failedTrials: 0,
      interrupted: false,
      stops: [{ scenario: 's', rounds: 1, because: 'all rounds done' }],
    });
  });

  it('verifies what each instance of a fleet has printed, once more for its request', async () => {
    const run = scriptedRun();
    const fleets = { activity: 'hold', instances: [0, 3], states: ['idle', 'after-first-request'] };
    expect(await runPlan(scriptedPlan(['steady'], 1, fleets), run)).toMatchObject({ failedTrials: 0 });
    const outputs = run.events.flatMap((event) => (event.kind === 'output' ? [`${event.bytes} ${event.correct}`] : []));
    expect(outputs.toSorted()).toEqual(['0 true', '0 true', '15 true', '30 true']);
  });

  it('turns an instance that ends while its fleet is held into a failure that says how it ended', async () => {
    const run = scriptedRun();
    const fleets = { activity: 'hold', instances: [3], states: ['after-first-request'] };
    expect(await runPlan(scriptedPlan(['ends-while-held'], 1, fleets), run)).toMatchObject({ failedTrials: 1 });
    const failure = run.events.find((event) => event.kind === 'failure');
    expect(failure).toMatchObject({ code: 'ended', message: expect.stringContaining('signal 9') });
  });

  it.each([
    ['wrong-output', 'wrong-output'],
    ['exit-code', 'exit-code'],
    ['trap', 'abnormal-exit'],
    ['never-starts', 'spawn-failed'],
    ['never-answers', 'timeout'],
    ['never-exits', 'timeout'],
  ])('turns a life that ends as “%s” into failure %s and goes on with the next', async (variant, code) => {
    const run = scriptedRun();
    const result = await runPlan(scriptedPlan([variant, 'steady'], 2), run);
    expect(result.failedTrials).toBe(2);
    expect(run.events.filter((event) => event.kind === 'failure').map((event) => event.code)).toEqual([code, code]);
    expect(run.events.filter((event) => event.kind === 'output' && event.correct)).toHaveLength(2);
    expect(run.events.filter((event) => event.kind === 'trial' && event.state === 'end' && event.round > 0)).toHaveLength(4 + 2);
  });

  it('keeps a time-out as censored at its limit', async () => {
    const run = scriptedRun();
    await runPlan(scriptedPlan(['never-exits'], 1), run);
    expect(run.events.find((event) => event.kind === 'failure')).toMatchObject({ code: 'timeout', censoredAfterNs: 200e6 });
  });

  it('has a first byte but no t1 for a program that prints nothing where output was expected', async () => {
    const run = scriptedRun();
    await runPlan(scriptedPlan(['silent'], 1), run);
    expect(kinds(run.events, 's.r0001.p000')).not.toContain('t1');
    expect(run.events.find((event) => event.kind === 'failure')).toMatchObject({ code: 'wrong-output' });
  });

  it('reports what could not be removed as a warning beside the trial, whose numbers stand', async () => {
    const run = scriptedRun();
    const result = await runPlan(scriptedPlan(['left-over'], 1), run);
    expect(result.failedTrials).toBe(0);
    expect(run.events.find((event) => event.kind === 'warning')).toMatchObject({ code: 'left-over' });
  });

  it('opens sensitive probes last and closes them first, and reads held instances only while they live', async () => {
    const order: string[] = [];
    const watch = (id: string, sensitive: boolean): Probe =>
      probe({
        id,
        sensitive,
        open: async () => ({
          before: async () => (order.push(`${id} before`), []),
          held: async () => (order.push(`${id} held`), []),
          after: async () => (order.push(`${id} after`), []),
        }),
      });
    const run = scriptedRun({ probes: [watch('sensitive', true), watch('calm', false)] });
    await runPlan(scriptedPlan(['steady'], 1, { activity: 'hold' }), run);
    expect(order).toEqual(['calm before', 'sensitive before', 'sensitive held', 'calm held', 'sensitive after', 'calm after']);
  });

  it('loses a probe’s metrics, not the trial, when the probe fails', async () => {
    const broken = probe({
      id: 'broken',
      open: async () => ({
        after: async () => {
          throw new Error('file vanished');
        },
      }),
    });
    const run = scriptedRun({ probes: [broken] });
    const result = await runPlan(scriptedPlan(['steady'], 1), run);
    expect(result.failedTrials).toBe(0);
    expect(run.events.find((event) => event.kind === 'reading')).toMatchObject({ unavailable: 'probe failed: file vanished' });
  });

  it('fails the trials of a cell that cannot be prepared, with the reason, and runs the others', async () => {
    const run = scriptedRun({
      workload: async () => {
        throw new BenchError({ code: 'artifact-missing', message: 'no such file', remedy: 'build it' });
      },
    });
    const result = await runPlan(scriptedPlan(['steady'], 3), run);
    expect(result.failedTrials).toBe(3);
    expect(run.events.find((event) => event.kind === 'failure')).toMatchObject({ code: 'artifact-missing', remedy: 'build it' });
  });

  it('stops at a round boundary once the precision rule says so', async () => {
    const run = scriptedRun({ enough: (_, round) => (round >= 3 ? 'known well enough' : undefined) });
    const plan = scriptedPlan(['steady'], 3, { rounds: { min: 2, max: 10 } });
    expect((await runPlan(plan, run)).stops).toEqual([{ scenario: 's', rounds: 3, because: 'known well enough' }]);
  });

  it('stops before a round that the time budget does not hold', async () => {
    const plan = scriptedPlan(['steady'], 3, { rounds: { min: 1, max: 1000, timeBudget: '200ms' } });
    const [stop] = (await runPlan(plan, scriptedRun())).stops;
    expect(stop?.because).toBe('time budget of 0.2 s');
    expect(stop?.rounds).toBeLessThan(100);
  });

  it('keeps finished rounds at an interrupt and says so', async () => {
    const interrupt = new AbortController();
    const run = scriptedRun({
      signal: interrupt.signal,
      progress: {
        preparing: () => {},
        roundStarts: () => {},
        trialEnds: () => {},
        roundEnds: (_, round) => round === 2 && interrupt.abort(),
      },
    });
    const result = await runPlan(scriptedPlan(['steady'], 9), run);
    expect(result).toMatchObject({ interrupted: true, stops: [{ rounds: 2, because: 'interrupted' }] });
  });

  it('does not repeat trials that are on record when it resumes', async () => {
    const plan = scriptedPlan(['steady', 'silent'], 2);
    const run = scriptedRun({ alreadyBegun: new Set(plan.trials.slice(0, 3).map((trial) => trial.id)) });
    await runPlan(plan, run);
    const begun = run.events.filter((event) => event.kind === 'trial' && event.state === 'begin');
    expect(begun.map((event) => event.trialId)).toEqual([plan.trials[3]?.id]);
  });

  it('lets a store that fails end the run', async () => {
    const run = scriptedRun({
      recorder: {
        append: async () => {
          throw new BenchError({ code: 'record-unwritable', message: 'disk full' });
        },
        sync: async () => {},
      },
    });
    await expect(runPlan(scriptedPlan(['steady'], 1), run)).rejects.toThrow('disk full');
  });
});
