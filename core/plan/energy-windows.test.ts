import { describe, expect, it } from 'vitest';
import { Scenario } from '../model/scenario.ts';
import { makePlan } from './make-plan.ts';

const BASE = { id: 's', question: 'q', workloads: ['noop'], rounds: { min: 1, max: 1 }, cells: [{ runner: 'process' }] };
const variants = [{ id: 'native', default: true, rung: 'host-process' as const, factors: {} }];
const process = { id: 'process', activities: ['run', 'hold'] as const, consumes: ['binary'] as const, variants };
const FACTS = { runners: [process], workloads: [{ id: 'noop', forms: ['binary'] as const, holdable: true, loopable: true }], seed: 1 };

function refusal(change: Record<string, unknown>): string {
  const parsed = Scenario.safeParse({ ...BASE, ...change });
  return parsed.success ? 'accepted' : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

describe('windows in a plan', () => {
  const plan = makePlan({ ...FACTS, scenarios: [Scenario.parse({ ...BASE, activity: 'window', units: ['cold-start', 'operation'] })] });

  it('are one cell per functional unit, and one blank for the scenario', () => {
    expect(plan.cells.map(({ id, role, unit }) => ({ id, role, unit }))).toEqual([
      { id: 's:process/native/noop:cold-start', role: 'subject', unit: 'cold-start' },
      { id: 's:process/native/noop:operation', role: 'subject', unit: 'operation' },
      { id: 's:process/native/noop:blank', role: 'blank', unit: undefined },
    ]);
  });

  it('last 10 s with an idle window of 10 s on each side where a meter can be read, and 2 s where none can', () => {
    expect(plan.scenarios[0]?.energy).toEqual({ windowNs: 10e9, bracketNs: 10e9, unmeteredWindowNs: 2e9 });
  });

  it('of an operation need a runner that holds instances; of a cold start they do not', () => {
    const brief = { ...process, activities: ['run'] as const };
    const scenario = Scenario.parse({ ...BASE, activity: 'window', units: ['cold-start', 'operation'] });
    const { cells, skipped } = makePlan({ ...FACTS, runners: [brief], scenarios: [scenario] });
    expect(cells.map(({ id }) => id)).toEqual(['s:process/native/noop:cold-start', 's:process/native/noop:blank']);
    expect(skipped).toMatchObject([{ cell: 's:process/native/noop:operation' }]);
  });

  it('are not given to fleets that nobody asked them for', () => {
    const fleets = makePlan({ ...FACTS, scenarios: [Scenario.parse({ ...BASE, activity: 'hold', instances: [1] })] });
    expect(fleets.scenarios[0]?.energy).toBeUndefined();
  });
});

describe('a scenario with windows', () => {
  it.each([
    ['windows without units', { activity: 'window' }, /units: “units” and activity window go together/],
    ['units without windows', { units: ['cold-start'] }, /units: “units” and activity window go together/],
    ['an idle hour as a unit of work', { activity: 'window', units: ['instance-hour-idle'] }, /units/],
    ['energy of timed runs', { energy: {} }, /activity run has no energy windows: use window or hold/],
    [
      'ratios between windows',
      { activity: 'window', units: ['cold-start'], reference: { runner: 'process', variant: 'native' } },
      /compared per functional unit/,
    ],
    ['a window without a unit of time', { activity: 'window', units: ['cold-start'], energy: { window: '10' } }, /write it like 10s/],
  ])('refuses %s', (_, change, message) => {
    expect(refusal(change)).toMatch(message);
  });
});
