import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../core/model/event.ts';
import type { Cell } from '../../core/model/plan.ts';
import type { Role } from '../../core/model/vocabulary.ts';
import { fleetCells, memoryReading } from '../testing/small-fleet.ts';
import { seededNormal } from '../testing/seeded-normal.ts';
import { life, smallEvents, smallPlan } from '../testing/small-run.ts';
import { deriveMemory } from './derive-memory.ts';
import { deriveReconciliations } from './derive-reconciliations.ts';
import { deriveSamples } from './derive-samples.ts';

const SIZES = [0, 1, 2, 4, 8, 16, 32];
const size = (cell: Cell): number => cell.population?.instances ?? 0;

type Life = (cell: Cell, round: number, startedBefore: number) => readonly EventBody[];

/** What is derived of whole trials; `startedBefore`: instances of the same runner that earlier trials started. */
function memoryOf(cells: readonly Cell[], rounds: number, body: Life) {
  const plan = smallPlan(cells, rounds);
  const started = new Map<string, number>();
  const events = smallEvents(plan, (cell, round) => {
    const before = started.get(cell.runner) ?? 0;
    started.set(cell.runner, before + size(cell));
    return body(cell, round, before);
  });
  return deriveMemory(plan, deriveSamples(plan, events));
}

function fitOf(memory: ReturnType<typeof memoryOf>, metric: string, role: Role) {
  const found = memory.fits.filter((fit) => fit.metric === metric && fit.role === role);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('memory against the number of instances', () => {
  it('is a line per reading and role with its medians', () => {
    const memory = memoryOf(fleetCells('b', SIZES), 5, (cell, round) => [
      ...life(1),
      memoryReading('memory_unreclaimable', 'instance', 1000 + 200 * size(cell)),
      memoryReading('memory_unreclaimable', 'daemon', 5000 + round + 10 * size(cell)),
    ]);
    expect(fitOf(memory, 'memory_unreclaimable', 'instance')).toMatchObject({
      scenario: 's',
      runner: 'b',
      variant: 'native',
      workload: 'noop',
      state: 'idle',
      unit: 'B',
      points: 35,
      rounds: 5,
      slope: { estimate: 200, interval: { low: 200, high: 200, method: 'student-t' } },
      intercept: { estimate: 1000 },
      curvature: { status: 'straight' },
    });
    const daemon = fitOf(memory, 'memory_unreclaimable', 'daemon');
    expect(daemon.slope?.estimate).toBeCloseTo(10, 1);
    expect(daemon.medians.map(({ instances, value, count }) => [instances, value, count])).toEqual(
      SIZES.map((instances) => [instances, 5003 + 10 * instances, 5]),
    );
  });

  it('adds anonymous PSS and kernel memory of the same trial before the line is drawn', () => {
    const memory = memoryOf(fleetCells('b', SIZES), 5, (cell, round) => {
      const swing = round % 2 === 0 ? 700 * size(cell) : 0;
      return [
        ...life(1),
        memoryReading('memory_pss_anon', 'total', 100 + 1000 * size(cell) - swing),
        memoryReading('memory_kernel', 'total', 50 + 30 * size(cell) + swing),
      ];
    });
    const sum = fitOf(memory, 'memory_pss_plus_kernel', 'total');
    expect([sum.slope?.estimate, sum.slope?.interval?.low, sum.intercept?.estimate]).toEqual([1030, 1030, 150]);
  });

  it('says why rounds are missing, and why there is no line', () => {
    const memory = memoryOf(fleetCells('b', [0, 4]), 4, (cell, round) =>
      round === 2
        ? [{ kind: 'failure', atNs: 0, code: 'memory-floor', message: 'no' }]
        : [
            ...life(1),
            memoryReading('memory_unreclaimable', 'instance', 10 * size(cell)),
            memoryReading('memory_unreclaimable', 'shim', 'counted in the group of role daemon'),
            memoryReading('memory_unreclaimable', 'daemon', size(cell) === 4 ? 7 : 'away'),
          ],
    );
    expect(fitOf(memory, 'memory_unreclaimable', 'instance')).toMatchObject({ points: 6, rounds: 3, slope: { estimate: 10 } });
    expect(fitOf(memory, 'memory_unreclaimable', 'instance').note).toMatch(/^left out: memory-floor ×2/);
    expect(fitOf(memory, 'memory_unreclaimable', 'shim')).toEqual({
      scenario: 's',
      runner: 'b',
      variant: 'native',
      workload: 'noop',
      state: 'idle',
      metric: 'memory_unreclaimable',
      role: 'shim',
      unit: 'B',
      points: 0,
      rounds: 0,
      medians: [],
      note: 'left out: counted in the group of role daemon ×6, memory-floor ×2; no line: no value counts',
    });
    expect(fitOf(memory, 'memory_unreclaimable', 'daemon').note).toContain('no line: all values are of one number of instances');
  });

  it('leaves single held instances and twins out', () => {
    const [first, second] = fleetCells('b', [0, 4]) as [Cell, Cell];
    const { population: _, ...single } = first;
    const cells: Cell[] = [first, second, { ...single, id: 's:single' }, { ...second, id: 's:twin', role: 'twin' }];
    const memory = memoryOf(cells, 3, (cell) => [
      ...life(1),
      memoryReading('memory_unreclaimable', 'instance', cell.role === 'twin' ? 999 : size(cell)),
    ]);
    expect(memory.fits.map(({ points }) => points)).toEqual([6]);
  });
});

describe('three readings of the same cost', () => {
  /** slopes of the three readings, each with a spread between rounds */
  function reconciled(slopes: readonly [number, number, number | string], spread: readonly [number, number, number] = [0, 0, 0]) {
    const memory = memoryOf(fleetCells('b', SIZES), 5, (cell, round) => {
      const at = (index: 0 | 1 | 2): number | string => {
        const slope = slopes[index];
        return typeof slope === 'string' ? slope : (slope + spread[index] * (round - 3)) * size(cell);
      };
      return [
        ...life(1),
        memoryReading('memory_unreclaimable', 'total', at(0)),
        memoryReading('memory_pss_anon', 'total', at(1)),
        memoryReading('memory_kernel', 'total', 0),
        memoryReading('memory_host_used', 'host', at(2)),
      ];
    });
    const found = deriveReconciliations(memory.fits);
    expect(found).toHaveLength(1);
    return found[0]!;
  }

  it('agree within 10 %', () => {
    const found = reconciled([1000, 950, 1040]);
    expect(found).toMatchObject({ status: 'agree', unreclaimable: { estimate: 1000 }, host: { estimate: 1040 } });
    expect(found.spread).toBeCloseTo(90 / 950);
  });

  it('differ by a residual that is said in words', () => {
    expect(reconciled([1000, 1000, 1300])).toMatchObject({
      status: 'differ',
      because:
        'the growth of the host’s used memory shows 1300 B [1300, 1300] per instance, 300 B (30.0 %) more than the groups’ unreclaimable memory with 1000 B [1000, 1000]',
    });
  });

  it('are unresolved where a reading is less precise than 10 %, unless it differs for sure', () => {
    const vague = reconciled([1000, 1000, 1050], [0, 0, 200]);
    expect(vague.status).toBe('unresolved');
    expect(vague.because).toMatch(/^the growth of the host’s used memory \(1050 B \[\d+, \d+\]\) is known less precisely than to 10\.0 %/);
    expect(reconciled([1000, 1000, 1300], [0, 0, 200]).status).toBe('unresolved');
    expect(reconciled([1000, 1000, 3000], [0, 0, 200]).status).toBe('differ');
  });

  it('have no spread where one of them shows no cost at all', () => {
    const found = reconciled([1000, 1000, -5]);
    expect(found.status).toBe('differ');
    expect(found.spread).toBeUndefined();
  });

  it('are incomplete where one is missing, with its reason and what the others show', () => {
    const found = reconciled([1000, 1200, 'not read before the first launch']);
    expect(found).toMatchObject({ status: 'incomplete' });
    expect(found.spread).toBeCloseTo(0.2);
    expect(found.because).toMatch(/^the growth of the host’s used memory has no slope \(left out: not read before the first launch ×35/);
    expect(found.because).toMatch(/200 B \(20\.0 %\) more than the groups’ unreclaimable memory with 1000 B \[1000, 1000\]$/);
  });
});

describe('a leak between trials', () => {
  const MIB = 1024 * 1024;
  /** fleets whose instances cost 10 MiB each, over memory before the first launch as given */
  function leaks(before: (started: number, trial: number) => EventBody, rounds = 5, runners = ['b']) {
    let trial = 0;
    const cells = runners.flatMap((runner) => fleetCells(runner, SIZES));
    return memoryOf(cells, rounds, (cell, _, started) => {
      trial += 1;
      const own = cell.runner === 'b' ? [before(started, trial)] : [memoryReading('memory_before', 'daemon', 100 * MIB)];
      return [...life(1), ...own, memoryReading('memory_unreclaimable', 'total', 10 * MIB * size(cell))];
    });
  }

  it('is found with its size, and takes the fits of its runner out, nobody else’s', () => {
    const memory = leaks((started) => memoryReading('memory_before', 'daemon', 100 * MIB + 2 * MIB * started), 5, ['b', 'c']);
    expect(memory.leaks.map(({ runner, role, finding }) => [runner, role, finding])).toEqual([
      ['b', 'daemon', 'leak'],
      ['c', 'daemon', 'none'],
    ]);
    expect(memory.leaks[0]?.because).toContain(
      'rises by 2097152 B (2.00 MiB) [2097152, 2097152] per instance started (n = 35 trials in 5 rounds, 315',
    );
    expect(memory.leaks[0]?.because).toContain('20.0 % of the 10485760 B (10.0 MiB)');
    expect(memory.fits.filter(({ invalid }) => invalid?.startsWith('leak: memory of role daemon')).map(({ runner }) => runner)).toEqual([
      'b',
    ]);
    const [incomplete] = deriveReconciliations(memory.fits);
    expect(incomplete?.because).toContain('does not count (leak: ');
  });

  it('below a tenth of what an instance costs does not matter', () => {
    const memory = leaks((started) => memoryReading('memory_before', 'daemon', 100 * MIB + 0.5 * MIB * started));
    expect(memory.leaks[0]).toMatchObject({ finding: 'none' });
    expect(memory.fits.every(({ invalid }) => invalid === undefined)).toBe(true);
  });

  it('is not taken from a daemon that goes up and down, or grew once', () => {
    const normal = seededNormal(3);
    expect(leaks(() => memoryReading('memory_before', 'daemon', 100 * MIB + 2 * MIB * normal())).leaks[0]).toMatchObject({
      finding: 'none',
    });
    const once = leaks((_, trial) => memoryReading('memory_before', 'daemon', (trial < 4 ? 60 : 100) * MIB));
    expect(once.leaks[0]?.finding).not.toBe('leak');
  });

  it('of the host alone needs a rise that the harness itself cannot be', () => {
    const host = (perInstance: number) => (started: number) => memoryReading('memory_before', 'host', 4096 * MIB + perInstance * started);
    expect(leaks(host(2 * MIB)).leaks[0]).toMatchObject({ role: 'host', finding: 'leak' });
    // 378 MiB over 315 instances, 208 MiB over 189
    expect(leaks(host(1.2 * MIB)).leaks[0]).toMatchObject({ finding: 'leak' });
    expect(leaks(host(1.1 * MIB), 3).leaks[0]).toMatchObject({ finding: 'unresolved' });
    expect(leaks(host(1.1 * MIB), 3).leaks[0]?.because).toContain('which may be anybody’s');
  });

  it('is unknown below three rounds', () => {
    const memory = leaks((started) => memoryReading('memory_before', 'daemon', 2 * MIB * started), 2);
    expect(memory.leaks[0]).toMatchObject({ finding: 'unknown', because: expect.stringContaining('2 rounds show') });
  });
});
