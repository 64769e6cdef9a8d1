import { describe, expect, it } from 'vitest';
import type { MemoryFit } from '../../core/model/density.ts';
import type { Event, EventBody } from '../../core/model/event.ts';
import type { Plan, RampRules } from '../../core/model/plan.ts';
import { life, smallCell, smallEvents, smallPlan } from '../testing/small-run.ts';
import { deriveDensities } from './derive-densities.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const RULES: RampRules = { floorBytes: 2 * GIB, mostInstances: 999, timeLimitNs: 6e11, requests: 60, answerSlackNs: 0 };

function rampPlan(rounds = 3, rules: Partial<RampRules> = {}): Plan {
  const plan = smallPlan([smallCell('a', 'ramp', 'subject')], rounds);
  return { ...plan, scenarios: plan.scenarios.map((scenario) => ({ ...scenario, ramp: { ...RULES, ...rules } })) };
}

function level(instances: number, ok: boolean, atNs: number, more: object = {}): EventBody {
  return { kind: 'level', atNs, instances, ok, memoryBytes: instances * 8 * MIB, ...more };
}

/** A ramp that reaches `instances` and is stopped there by `limit`. */
function ramp(instances: number, limit = 'memory'): EventBody[] {
  return [
    ...life(1),
    level(0, true, 5e9, { hostAvailableBytes: 30 * GIB }),
    level(instances, true, 6e9, { probeP95Ns: 1_500_000, probeCount: 60, hostAvailableBytes: 3 * GIB, daemonCpus: 0.5 }),
    level(2 * instances, false, 8e9, { because: limit }),
    { kind: 'headroom', atNs: 9e9, limit: 'pids', used: instances, max: 1000, origin: 'pids.max' },
    { kind: 'headroom', atNs: 9e9, limit: 'handles', used: 7, origin: '/proc/sys/fs/file-nr' },
    { kind: 'limit', atNs: 9e9, limit, instances, evidence: `${limit} at ${2 * instances}` },
  ];
}

function fit(role: MemoryFit['role'], slope: MemoryFit['slope'], change: Partial<MemoryFit> = {}): MemoryFit {
  return {
    scenario: 'memory',
    runner: 'a',
    variant: 'native',
    workload: 'noop',
    state: 'idle',
    metric: 'memory_unreclaimable',
    role,
    unit: 'B',
    points: 35,
    rounds: 5,
    medians: [],
    ...(slope ? { slope, intercept: { estimate: 28 * MIB } } : {}),
    ...change,
  };
}
const around = (mib: number): MemoryFit['slope'] => ({
  estimate: mib * MIB,
  interval: { method: 'student-t', level: 0.95, low: 0.8 * mib * MIB, high: 1.25 * mib * MIB },
});

function density(plan: Plan, events: readonly Event[], fits: readonly MemoryFit[] = []) {
  const found = deriveDensities(plan, events, fits);
  expect(found).toHaveLength(1);
  return found[0]!;
}
const emptyRun = (rules: Partial<RampRules>, fits: readonly MemoryFit[]) => density(rampPlan(1, rules), [], fits);

describe('density ramps', () => {
  it('give the median of what they reached, the limit most of them name, and instances per GiB', () => {
    const found = density(
      rampPlan(),
      smallEvents(rampPlan(), (_, round) => (round === 2 ? ramp(10, 'pids') : ramp(10 + round))),
    );
    expect(found).toMatchObject({ cell: 's:a/native/noop', verified: [11, 10, 13], median: 11, limit: 'memory', instancesPerGib: 128 });
    expect(found.ramps[0]).toEqual({
      cell: 's:a/native/noop',
      trialId: 's.1.0',
      round: 1,
      levels: [
        { instances: 0, ok: true, memoryBytes: 0, hostAvailableBytes: 30 * GIB, atS: 0 },
        {
          instances: 11,
          ok: true,
          memoryBytes: 88 * MIB,
          hostAvailableBytes: 3 * GIB,
          probeP95S: 0.0015,
          probeCount: 60,
          daemonCpus: 0.5,
          atS: 1,
        },
        { instances: 22, ok: false, because: 'memory', memoryBytes: 176 * MIB, atS: 3 },
      ],
      headroom: [
        { limit: 'pids', used: 11, max: 1000, origin: 'pids.max' },
        { limit: 'handles', used: 7, origin: '/proc/sys/fs/file-nr' },
      ],
      limit: { limit: 'memory', instances: 11, evidence: 'memory at 22' },
    });
  });

  it('that were cut off show the levels they reached and verify nothing', () => {
    const events = smallEvents(rampPlan(1), () => ramp(10));
    const limitAt = events.findIndex(({ kind }) => kind === 'headroom');
    const found = density(rampPlan(1), events.slice(0, limitAt));
    expect(found.verified).toEqual([]);
    expect(found.ramps).toMatchObject([{ failure: 'interrupted', levels: [{ instances: 0 }, { instances: 10 }, { instances: 20 }] }]);
    expect([found.median, found.limit, found.instancesPerGib, found.ramps[0]?.limit]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('that failed verify nothing although a limit is on record', () => {
    const failed: EventBody = { kind: 'failure', atNs: 9e9, code: 'wrong-output', message: 'no' };
    expect(
      density(
        rampPlan(1),
        smallEvents(rampPlan(1), () => [...ramp(10), failed]),
      ),
    ).toMatchObject({
      verified: [],
      ramps: [{ failure: 'wrong-output', limit: { instances: 10 } }],
    });
  });

  it.each(['most-instances', 'time-limit'])('that the scenario’s own %s stopped verify nothing, but say what they reached', (name) => {
    const stopped = ramp(10).map((event): EventBody => (event.kind === 'limit' ? { ...event, limit: name } : event));
    const found = density(
      rampPlan(1),
      smallEvents(rampPlan(1), () => stopped),
    );
    expect([found.verified, found.limit]).toEqual([[], undefined]);
    expect(found.ramps).toMatchObject([{ limit: { limit: name, instances: 10 } }]);
  });

  it('that never began leave the cell with its prediction', () => {
    expect(emptyRun({ memoryCapBytes: 128 * MIB }, [fit('instance', around(10))])).toMatchObject({
      ramps: [],
      verified: [],
      predicted: { estimate: 10 },
    });
  });
});

describe('the predicted density', () => {
  it('with a cap is what the cap holds of the fleet’s own role: (128 − 28) MiB of 10 MiB each', () => {
    const found = emptyRun({ memoryCapBytes: 128 * MIB }, [fit('total', around(20)), fit('instance', around(10))]);
    expect(found.memoryCapBytes).toBe(128 * MIB);
    expect(found.predicted).toMatchObject({ estimate: 10, low: 8, high: 12 });
    expect(found.predicted?.from).toMatch(
      /^\(cap .*\) − F\) ÷ s; .* of memory:a\/native\/noop:idle, memory_unreclaimable of role instance$/,
    );
    expect(emptyRun({ memoryCapBytes: 128 * MIB }, [fit('vmm', around(20))]).predicted?.estimate).toBe(5);
  });

  it('without a cap uses what the host had, less a floor, and the upper limit of s of all roles', () => {
    const events = smallEvents(rampPlan(), () => ramp(10));
    const found = density(rampPlan(), events, [fit('total', around(10)), fit('instance', around(1))]);
    // 30 GiB, a tenth of it kept: 27 GiB − 28 MiB = 27,620 MiB
    expect(found.predicted).toMatchObject({ estimate: 2209, low: 2209, high: 3452 });
    const floor = density(rampPlan(3, { floorBytes: 10 * GIB }), events, [fit('total', around(10))]);
    expect(floor.predicted?.estimate).toBe(Math.floor((20 * 1024 - 28) / 12.5));
  });

  it('says why there is none', () => {
    const cap = { memoryCapBytes: 128 * MIB };
    expect(emptyRun(cap, []).note).toBe('no prediction: this run has no memory fit of a/native/noop in state idle');
    const elsewhere = fit('instance', around(10), { variant: 'other' });
    const asked = fit('instance', around(10), { state: 'after-first-request' });
    expect(emptyRun(cap, [elsewhere, asked]).note).toContain('has no memory fit');
    expect(emptyRun(cap, [fit('instance', undefined, { note: 'no line: no value counts' })]).note).toContain('(no line: no value counts)');
    expect(emptyRun(cap, [fit('instance', around(10), { invalid: 'leak: much' })]).note).toContain('does not count (leak: much)');
    const zero = { estimate: 5, interval: { method: 'student-t' as const, level: 0.95, low: -1, high: 9 } };
    expect(emptyRun(cap, [fit('instance', zero)]).note).toBe('no prediction: the cost of an instance may be 0 (5 B [-1, 9])');
    expect(emptyRun({}, [fit('total', around(10))]).note).toContain('no ramp has read how much memory');
  });

  it('takes the fit of another scenario where one scenario’s does not count', () => {
    const fits = [fit('instance', around(10), { invalid: 'leak: much' }), fit('instance', around(20), { scenario: 'memory-truth' })];
    expect(emptyRun({ memoryCapBytes: 128 * MIB }, fits).predicted?.estimate).toBe(5);
  });

  it('is 0 where not even the fixed cost fits', () => {
    expect(emptyRun({ memoryCapBytes: 16 * MIB }, [fit('instance', around(10))]).predicted).toMatchObject({ estimate: 0, low: 0, high: 0 });
  });

  it('give no range where the cost of an instance has no interval', () => {
    const { predicted } = emptyRun({ memoryCapBytes: 64 * MIB }, [fit('instance', { estimate: 8 * MIB })]);
    expect(predicted).toMatchObject({ estimate: expect.any(Number) });
    expect(predicted).not.toHaveProperty('low');
    expect(predicted).not.toHaveProperty('high');
  });
});
