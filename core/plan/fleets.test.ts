import { describe, expect, it } from 'vitest';
import { Scenario } from '../model/scenario.ts';
import { makePlan } from './make-plan.ts';

const BASE = { id: 's', question: 'q', workloads: ['noop'], rounds: { min: 1, max: 1 } };
const FACTS = {
  runners: [
    {
      id: 'process',
      activities: ['run', 'hold'] as const,
      consumes: ['binary'] as const,
      variants: [{ id: 'native', default: true, rung: 'host-process' as const, factors: {} }],
    },
  ],
  workloads: [{ id: 'noop', forms: ['binary'] as const, holdable: true, loopable: true }],
  seed: 1,
};

function scenario(change: Record<string, unknown>): Scenario {
  return Scenario.parse({ ...BASE, activity: 'hold', cells: [{ runner: 'process' }], ...change });
}

function refusal(change: Record<string, unknown>): string {
  const parsed = Scenario.safeParse({ ...BASE, activity: 'hold', cells: [{ runner: 'process' }], ...change });
  return parsed.success ? 'accepted' : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

describe('fleets in a plan', () => {
  it('are one cell for every size and state, shuffled in every round', () => {
    const plan = makePlan({ ...FACTS, scenarios: [scenario({ instances: [0, 1, 8], states: ['idle', 'after-first-request'] })] });
    expect(plan.cells.map(({ id }) => id)).toContain('s:process/native/noop:n8:after-first-request');
    expect(plan.cells.map(({ population }) => population?.instances)).toEqual([0, 1, 8, 0, 1, 8]);
    expect(plan.trials.map(({ cell }) => cell).toSorted()).toEqual(plan.cells.map(({ id }) => id).toSorted());
    expect(plan.scenarios[0]?.settle).toEqual({ windowNs: 3e9, withinShare: 0.005, leastBytes: 65_536, limitNs: 20e9 });
  });

  it('have the sizes of their selection where it names its own', () => {
    const plan = makePlan({ ...FACTS, scenarios: [scenario({ instances: [1], cells: [{ runner: 'process', instances: [2, 3] }] })] });
    expect(plan.cells.map(({ population }) => population?.instances)).toEqual([2, 3]);
  });

  it('leave a single held instance what it was: without a size, read at once', () => {
    const plan = makePlan({ ...FACTS, scenarios: [scenario({})] });
    expect(plan.cells).toMatchObject([{ id: 's:process/native/noop' }]);
    expect(plan.cells[0]?.population).toBeUndefined();
    expect(plan.scenarios[0]?.settle).toBeUndefined();
  });
});

describe('a scenario with fleets', () => {
  it.each([
    [
      'more instances than the safety cap',
      { instances: [1, 1001] },
      /instances: 1001 instances are more than 1000: each held instance is a connection/,
    ],
    ['a size twice', { instances: [1, 1] }, /the same number twice/],
    ['fleets of instances that run to their exit', { activity: 'run', instances: [1] }, /activity run has no fleet/],
    ['placing without a number', { activity: 'place' }, /activity place needs “instances”/],
    ['ratios between fleets', { instances: [1], reference: { runner: 'process', variant: 'native' } }, /compared by their slopes/],
    ['a ramp without rules', { activity: 'ramp' }, /“ramp” and activity ramp go together/],
    ['rules of a ramp without one', { ramp: { most: 8 } }, /“ramp” and activity ramp go together/],
    ['a memory cap without its unit', { activity: 'ramp', ramp: { most: 8, memoryCap: '64' } }, /not a size: write it like 256MiB/],
    [
      'an injection above a workload that is not measured',
      { injected: [{ workload: 'noop', bytes: '1MiB', above: 'hold' }] },
      /hold is no workload of this scenario/,
    ],
  ])('is refused for %s', (_, change, message) => {
    expect(refusal(change)).toMatch(message);
  });
});
