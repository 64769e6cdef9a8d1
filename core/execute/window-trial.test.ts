import { describe, expect, it } from 'vitest';
import { scriptedPlan, scriptedRun, type ScriptedRun } from '../../test/scripted-run.ts';
import type { MeterTrace, Probe, Reading } from '../../probes/probe.ts';
import { Event } from '../model/event.ts';
import { runPlan } from './run-plan.ts';

const RULES = { window: '40ms', bracket: '10ms', unmetered: '20ms' } as const;
const METER: MeterTrace = { kind: 'meter', meter: 'powercap', method: 'rapl', scope: 'packages + dram', zones: [], warnings: [] };

/** Says over every window how many lives have ended in it, and what stood. */
function witness(meters: boolean, change: Partial<Probe> = {}): Probe {
  return {
    id: 'witness',
    title: 'Witness',
    metrics: [{ id: 'lives', title: 'Lives', unit: '1', better: 'neither', noise: 'exact', definition: 'lives ended in the window' }],
    scope: 'instance',
    sensitive: true,
    activities: ['window', 'hold'],
    open: async () => ({
      meters,
      window: async (target) => {
        let lives = 0;
        return {
          lived: async () => {
            lives += 1;
          },
          close: async () => {
            const reading: Reading = { metric: 'lives', role: 'instance', origin: `${target.roles.length} roles stood`, value: lives };
            return [METER, reading];
          },
        };
      },
    }),
    ...change,
  };
}

async function windows(
  variant: string,
  unit: string,
  probes: readonly Probe[],
  change: Record<string, unknown> = {},
): Promise<ScriptedRun> {
  const run = scriptedRun({ probes, ...change });
  await runPlan(scriptedPlan([variant], 1, { activity: 'window', units: [unit], energy: RULES }), run);
  for (const event of run.events) expect(Event.safeParse(event).error).toBeUndefined();
  return run;
}

/** Events of the trial of this cell that are of this kind. */
function of<K extends Event['kind']>({ events }: ScriptedRun, suffix: string, kind: K): Extract<Event, { kind: K }>[] {
  const trial = events.find((event) => event.kind === 'trial' && event.round > 0 && event.cell.endsWith(suffix))?.trialId;
  return events.filter((event) => event.kind === kind && event.trialId === trial) as Extract<Event, { kind: K }>[];
}

describe('a trial of activity window', () => {
  it('without an energy meter is one window of work, in which one life follows the other', async () => {
    const run = await windows('steady', 'cold-start', [witness(false)]);
    const [work, ...others] = of(run, ':cold-start', 'window');
    expect(others).toEqual([]);
    expect(work).toMatchObject({ window: 'work' });
    expect(work?.operations).toBeGreaterThan(1);
    expect(of(run, ':cold-start', 'reading')).toMatchObject([{ metric: 'lives', value: work?.operations, window: 'work' }]);
    expect(of(run, ':cold-start', 'output')).toMatchObject([{ correct: true }]);
    expect(of(run, ':cold-start', 'failure')).toEqual([]);
  });

  it('with one stands between two idle windows, in which nothing lives and nothing is done', async () => {
    const run = await windows('steady', 'cold-start', [witness(true)]);
    const found = of(run, ':cold-start', 'window');
    expect(found.map(({ window }) => window)).toEqual(['idle-before', 'work', 'idle-after']);
    expect(found.map(({ operations }) => operations === 0)).toEqual([true, false, true]);
    expect(of(run, ':cold-start', 'reading').map(({ window, value }) => [window, value === 0])).toEqual([
      ['idle-before', true],
      ['work', false],
      ['idle-after', true],
    ]);
    expect(of(run, ':cold-start', 'meter')).toHaveLength(3);
  });

  it('asks one held instance again and again where the unit is an operation', async () => {
    const run = await windows('steady', 'operation', [witness(false)]);
    const [work] = of(run, ':operation', 'window');
    const [output] = of(run, ':operation', 'output');
    const line = 'thirdwave noop\n'.length;
    // its first output, the request before any window, and those in the window
    expect(output).toMatchObject({ correct: true, bytes: line * ((work?.operations ?? 0) + 2) });
    expect(of(run, ':operation', 'reading')).toMatchObject([{ value: 0, origin: '1 roles stood' }]);
  });

  it('has its held instance read after the windows, where nothing is disturbed by that; between cold starts there is none', async () => {
    const scale = witness(false, {
      open: async () => ({ held: async () => [{ metric: 'lives', role: 'instance', origin: 'held', value: 7 }] as const }),
    });
    const asked = await windows('steady', 'operation', [scale]);
    expect(of(asked, ':operation', 'reading')).toMatchObject([{ value: 7, origin: 'held' }]);
    expect(of(asked, ':operation', 'reading')[0]?.seq).toBeGreaterThan(
      of(asked, ':operation', 'window')[0]?.seq ?? Number.POSITIVE_INFINITY,
    );
    expect(of(await windows('steady', 'cold-start', [scale]), ':cold-start', 'reading')).toEqual([]);
  });

  it('has a blank beside its cells: the harness alone, which launches nothing', async () => {
    const run = await windows('steady', 'cold-start', [witness(false)]);
    const [work] = of(run, ':blank', 'window');
    expect(work?.operations).toBeGreaterThan(0);
    expect(of(run, ':blank', 'reading')).toMatchObject([{ value: 0, origin: '0 roles stood' }]);
    expect(of(run, ':blank', 'output')).toMatchObject([{ bytes: 0, correct: true }]);
  });

  it.each([
    ['a wrong output', 'wrong-output', 'wrong-output'],
    ['a failed launch', 'never-starts', 'spawn-failed'],
    ['a life that does not end', 'never-exits', 'timeout'],
  ])('fails by %s, and has no numbers', async (_, variant, code) => {
    const run = await windows(variant, 'cold-start', [witness(true)]);
    expect(of(run, ':cold-start', 'failure')).toMatchObject([{ code }]);
  });

  it('loses a probe’s readings, with the reason, where the probe fails, and keeps the others', async () => {
    const broken = witness(false, {
      id: 'broken',
      open: async () => ({
        window: async () => {
          throw new Error('no such counter');
        },
      }),
    });
    const run = await windows('steady', 'cold-start', [broken, witness(false)]);
    expect(of(run, ':cold-start', 'reading')).toMatchObject([
      { probe: 'witness', window: 'work' },
      { probe: 'broken', window: 'work', unavailable: 'probe failed: no such counter' },
    ]);
  });

  it('ends as interrupted in the middle of an idle window', async () => {
    const stop = new AbortController();
    const stopping = witness(true, {
      open: async () => ({
        meters: true,
        window: async () => {
          queueMicrotask(() => stop.abort());
          return { close: async () => [] };
        },
      }),
    });
    const run = await windows('steady', 'cold-start', [stopping], { signal: stop.signal });
    expect(run.events.filter(({ kind }) => kind === 'window')).toEqual([]);
    expect(run.events.find(({ kind }) => kind === 'failure')).toBeDefined();
  });
});

describe('a held fleet of a scenario with energy', () => {
  const FLEET = { activity: 'hold', instances: [2], energy: RULES };

  it('is metered while it does nothing', async () => {
    const run = scriptedRun({ probes: [witness(true)] });
    await runPlan(scriptedPlan(['steady'], 1, FLEET), run);
    expect(of(run, ':n2:idle', 'window')).toMatchObject([{ window: 'held', operations: 0 }]);
    expect(of(run, ':n2:idle', 'failure')).toEqual([]);
  });

  it('does not wait for a meter that is not there', async () => {
    const run = scriptedRun({ probes: [witness(false)] });
    await runPlan(scriptedPlan(['steady'], 1, FLEET), run);
    expect(of(run, ':n2:idle', 'window')).toEqual([]);
  });
});
