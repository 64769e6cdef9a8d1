import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../core/model/event.ts';
import { MARK_METRICS } from '../../core/model/metrics.ts';
import type { Cell, Plan } from '../../core/model/plan.ts';
import type { Event } from '../../core/model/event.ts';
import type { Claim } from '../../core/model/scenario.ts';
import { deriveSamples } from '../derive/derive-samples.ts';
import { summarise } from '../derive/summarise.ts';
import { seededNormal } from '../testing/seeded-normal.ts';
import { life, smallCell, smallEvents, smallPlan } from '../testing/small-run.ts';
import { judge } from './judge.ts';

function verdictsOf(plan: Plan, events: readonly Event[], metrics: Parameters<typeof judge>[3] = MARK_METRICS) {
  const samples = deriveSamples(plan, events);
  return judge(plan, samples, summarise(plan, samples, metrics), metrics);
}
function verdict(plan: Plan, events: readonly Event[], id: string, metrics?: Parameters<typeof judge>[3]) {
  const found = verdictsOf(plan, events, metrics).filter((one) => one.id === id);
  expect(found).toHaveLength(1);
  return found[0]!;
}

function claim(fields: Partial<Claim>): unknown {
  const whole: Claim = {
    id: 'claim',
    says: 'b is faster',
    metric: 'cold_start',
    left: 'b/native/noop',
    right: 'a/native/noop',
    is: 'less-than',
    factor: 1,
    ...fields,
  };
  const cells = [{ runner: 'b' }];
  return { id: 's', question: 'q', workloads: ['noop'], cells, rounds: { min: 1, max: 99 }, claims: [whole] };
}

/** Cells a and b over n rounds, b at `factor` times a with a spread of `cv`. */
function compared(n: number, factor: number, cv: number, fields: Partial<Claim> = {}) {
  const plan = smallPlan([smallCell('a'), smallCell('b')], n, [claim(fields)]);
  const normal = seededNormal(5);
  const events = smallEvents(plan, (cell) => life((cell.runner === 'b' ? factor : 1) * Math.exp(cv * normal())));
  return verdict(plan, events, 'claim');
}

describe('claims', () => {
  it('pass where the whole interval lies on the claimed side', () => {
    const found = compared(30, 0.8, 0.02);
    expect(found.status).toBe('pass');
    expect(found.because).toMatch(
      /^cold_start of b\/native\/noop ÷ a\/native\/noop = 0\.\d+ \[0\.\d+, 0\.\d+\] \(n = 30\), wholly less than 1\.00$/,
    );
    expect(found.evidence?.pairs).toBe(30);
    expect(compared(30, 2, 0.02, { is: 'greater-than', factor: 1.5 }).status).toBe('pass');
  });

  it('about an emulated cell compare nothing', () => {
    const plan = smallPlan([smallCell('a'), { ...smallCell('b'), emulated: true }], 30, [claim({})]);
    const events = smallEvents(plan, (cell) => life(cell.runner === 'b' ? 50 : 1));
    expect(verdict(plan, events, 'claim')).toMatchObject({
      status: 'incomparable',
      because: 'b/native/noop ran in emulation on this host',
    });
  });

  it('fail where the whole interval lies on the other side', () => {
    expect(compared(30, 1.3, 0.02).status).toBe('fail');
    expect(compared(30, 1.3, 0.02, { is: 'greater-than', factor: 1.5 }).status).toBe('fail');
  });

  it('are inconclusive where the interval contains the factor', () => {
    expect(compared(30, 1, 0.2).status).toBe('inconclusive');
  });

  it('are incomplete below ten rounds, however clear the figure looks', () => {
    expect(compared(9, 0.1, 0.001).status).toBe('incomplete');
    expect(compared(5, 0.1, 0.001).status).toBe('incomplete');
    expect(compared(10, 0.1, 0.001).status).toBe('pass');
  });

  it('are incomplete about cells that are not there and metrics nobody read', () => {
    expect(compared(12, 1, 0.1, { left: 'z/native/noop' })).toMatchObject({
      status: 'incomplete',
      because: 'z/native/noop is not a cell of this scenario',
    });
    expect(compared(12, 1, 0.1, { metric: 'energy' }).because).toBe('b/native/noop has no energy; a/native/noop has no energy');
  });

  it('about exact metrics need one value only', () => {
    const exact = [{ id: 'size', title: '', unit: 'B', better: 'lower', noise: 'exact', definition: '' }] as const;
    const size = (value: number): EventBody => ({
      kind: 'reading',
      atNs: 0,
      probe: 'p',
      metric: 'size',
      role: 'instance',
      unit: 'B',
      value,
      origin: '',
    });
    const plan = smallPlan([smallCell('a'), smallCell('b')], 1, [claim({ metric: 'size' })]);
    const smaller = smallEvents(plan, (cell) => [...life(1), size(cell.runner === 'b' ? 99 : 100)]);
    expect(verdict(plan, smaller, 'claim', exact).status).toBe('pass');
    const equal = smallEvents(plan, () => [...life(1), size(100)]);
    expect(verdict(plan, equal, 'claim', exact).status).toBe('fail');
  });
});

describe('the A/A check', () => {
  function twins(n: number, shift: number, cv: number) {
    const plan = smallPlan([smallCell('a'), smallCell('a', 'run', 'twin')], n);
    const normal = seededNormal(8);
    return verdict(
      plan,
      smallEvents(plan, (cell) => life((cell.role === 'twin' ? shift : 1) * Math.exp(cv * normal()))),
      'aa-twin',
    );
  }

  it('passes where the interval contains 1 and lies within ten per cent', () => {
    const found = twins(30, 1, 0.05);
    expect(found.status).toBe('pass');
    expect(found.because).toContain('contains 1 and lies inside (0.909, 1.10)');
  });

  it('passes with a word where a real difference is smaller than the margin', () => {
    expect(twins(30, 1.03, 0.005)).toMatchObject({
      status: 'pass',
      because: expect.stringContaining('excludes 1 by less than the margin') as string,
    });
  });

  it('is inconclusive where the interval is wide, and fails where two identical cells differ', () => {
    expect(twins(12, 1, 0.4).status).toBe('inconclusive');
    expect(twins(30, 1.2, 0.02).status).toBe('fail');
    expect(twins(30, 1.1, 0.05).status).toBe('fail');
  });

  it('is incomplete below ten rounds', () => {
    expect(twins(9, 1, 0.001).status).toBe('incomplete');
  });
});

describe('the floor check', () => {
  function floored(seconds: number, change: Partial<Cell> = {}) {
    const floor: Cell = { ...smallCell('a', 'run', 'floor'), id: 's:a/native/null:floor', workload: 'null' };
    const plan = smallPlan([{ ...smallCell('a'), ...change }, floor], 10);
    const silent = life(0.001).filter((event) => event.kind !== 'mark' || event.mark !== 't1');
    return verdict(
      plan,
      smallEvents(plan, (cell) => (cell.role === 'floor' ? silent : life(seconds))),
      'floor',
    );
  }

  it('passes at ten times the floor and names who is nearer', () => {
    expect(floored(0.01).status).toBe('pass');
    expect(floored(0.002)).toMatchObject({
      status: 'inconclusive',
      because: 'the floor is 1.00 ms; launching is much of these figures: a/native/noop (2.0×)',
    });
  });

  it('says nothing about instances that are not launched as a process', () => {
    expect(floored(0.002, { rung: 'instantiate' }).status).toBe('incomplete');
  });
});

describe('the checks of steadiness', () => {
  const cells = ['a', 'b', 'c', 'd', 'e'].map((runner) => smallCell(runner));

  it('see that the place within the round moves the result, and that it does not', () => {
    const plan = smallPlan(cells, 40);
    const placed = (effect: number): Event[] => {
      const normal = seededNormal(3);
      const shifted = plan.trials.map((trial) => ({ ...trial, cell: cells[(trial.position + trial.round) % 5]!.id }));
      const rotated: Plan = { ...plan, trials: shifted };
      const positions = new Map(shifted.map((trial) => [`${trial.cell} ${trial.round}`, trial.position]));
      return smallEvents(rotated, (cell, round) => life(Math.exp(0.05 * normal() + effect * (positions.get(`${cell.id} ${round}`) ?? 0))));
    };
    expect(verdict(plan, placed(0), 'position-effect').status).toBe('pass');
    expect(verdict(plan, placed(0.05), 'position-effect').status).toBe('fail');
  });

  it('see a host that slows down', () => {
    const plan = smallPlan([smallCell('a')], 12);
    const control = (slope: number): Event[] => {
      const trials = smallEvents(plan, () => life(1));
      const host = Array.from({ length: 12 }, (_, index): EventBody[] => {
        const place = { kind: 'trial', atNs: 0, cell: 's:host/control/fixed-js', round: index + 1, position: 0 } as const;
        const value = 0.01 * (1 + slope * index);
        const reading = {
          kind: 'reading',
          atNs: 0,
          probe: 'host-control',
          metric: 'host_control',
          role: 'host',
          unit: 's',
          value,
          origin: '',
        } as const;
        return [{ ...place, state: 'begin' }, reading, { ...place, state: 'end' }];
      });
      const tail = host.flatMap((bodies, index) => bodies.map((body) => ({ ...body, trialId: `host.s.${index + 1}` })));
      return [...trials, ...tail.map((body, index) => ({ ...body, seq: trials.length + index }))];
    };
    expect(verdict(plan, control(0.001), 'host-drift').status).toBe('pass');
    const slowed = verdict(plan, control(0.02), 'host-drift');
    expect(slowed.status).toBe('fail');
    expect(slowed.because).toMatch(/^last third ÷ first third = 1\.\d+, lag-1 correlation 0\.\d+, runs test p = /);
  });
});
