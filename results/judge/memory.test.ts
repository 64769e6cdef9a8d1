import { describe, expect, it } from 'vitest';
import type { Cell } from '../../core/model/plan.ts';
import { deriveMemory } from '../derive/derive-memory.ts';
import { deriveSamples } from '../derive/derive-samples.ts';
import { summarise } from '../derive/summarise.ts';
import { fleetCells, memoryReading } from '../testing/small-fleet.ts';
import { life, smallEvents, smallPlan } from '../testing/small-run.ts';
import { judge } from './judge.ts';

const MIB = 1024 * 1024;
const SCENARIO = {
  id: 's',
  question: 'q',
  activity: 'hold',
  workloads: ['hold', 'hold-4mib'],
  instances: [1, 4],
  injected: [{ workload: 'hold-4mib', bytes: '4MiB', above: 'hold' }],
  cells: [{ runner: 'b' }],
  rounds: { min: 1, max: 9 },
};

/** The verdicts of fleets whose instances cost `own`, and with the injected memory `injected` more; `tilt` per round spreads the latter. */
function verdicts(injected: number, { tilt = 0, rounds = 5, factors = {}, own = 100_000, before = 0, silent = false } = {}) {
  const cells = ['hold', 'hold-4mib'].flatMap((workload) => fleetCells('b', [1, 4], workload, { factors }));
  const plan = smallPlan(cells, rounds, [SCENARIO]);
  let started = 0;
  const events = smallEvents(plan, (cell: Cell, round) => {
    const instances = cell.population?.instances ?? 0;
    started += instances;
    const more = cell.workload === 'hold' ? 0 : injected + tilt * (round - (rounds + 1) / 2);
    const value = silent && cell.workload === 'hold' ? 'no cgroup' : 5 * MIB + (own + more) * instances;
    return [
      ...life(1),
      memoryReading('memory_unreclaimable', 'total', value),
      memoryReading('memory_before', 'daemon', before * (started - instances)),
    ];
  });
  const samples = deriveSamples(plan, events);
  return judge(plan, samples, summarise(plan, samples, []), [], deriveMemory(plan, samples));
}

function injection(...input: Parameters<typeof verdicts>) {
  const found = verdicts(...input).filter(({ id }) => id.startsWith('injected.'));
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('memory of known size', () => {
  it('passes where the slopes differ by it, with the numbers', () => {
    expect(injection(4 * MIB + 40_000)).toEqual({
      id: 'injected.b/native.hold-4mib.idle',
      scenario: 's',
      kind: 'check',
      status: 'pass',
      claim: 'b/native idle: hold-4mib costs 4194304 B (4.00 MiB) more per instance than hold, to 2 % + one page = 87982 B',
      because:
        'slopes of role total differ by 4234304 B (4.04 MiB), 40000 B (1.0 %) off; between 4234304 B (4.04 MiB) and 4234304 B (4.04 MiB)',
    });
  });

  it('fails beyond 2 % and a page, on either side', () => {
    expect(injection(4 * MIB + 90_000).status).toBe('fail');
    expect(injection(4 * MIB - 90_000).status).toBe('fail');
    expect(injection(4 * MIB + 87_000).status).toBe('pass');
  });

  it('allows a page of Wasm memory where the program runs as Wasm', () => {
    expect(injection(4 * MIB + 150_000, { factors: { compile_mode: 'aot' } })).toMatchObject({
      status: 'pass',
      claim: expect.stringContaining('2 % + one page + one Wasm page = 153518 B'),
    });
    expect(injection(4 * MIB + 160_000, { factors: { compile_mode: 'aot' } }).status).toBe('fail');
  });

  it('is inconclusive where the interval still reaches it, incomplete without one', () => {
    expect(injection(4 * MIB + 120_000, { tilt: 100_000 }).status).toBe('inconclusive');
    expect(injection(4 * MIB, { rounds: 2 })).toMatchObject({
      status: 'incomplete',
      because: expect.stringContaining('without an interval'),
    });
  });

  it('is incomplete where one of the slopes is missing or does not count', () => {
    expect(injection(4 * MIB, { silent: true }).because).toMatch(
      /^no role has the slopes of both: hold-4mib has a slope, hold has no slope \(left out/,
    );
    expect(injection(4 * MIB, { before: 50_000 }).because).toMatch(/^the fits do not count: leak: /);
  });
});

describe('a leak', () => {
  it('fails a check of its own, and passes one where nothing stays behind', () => {
    const leak = (before: number) => verdicts(4 * MIB, { before }).find(({ id }) => id === 'leak.b.daemon');
    expect(leak(50_000)).toMatchObject({ kind: 'check', status: 'fail', because: expect.stringMatching(/are invalid$/) });
    expect(leak(0)).toMatchObject({ status: 'pass', claim: 'b leaves no memory behind from trial to trial (role daemon)' });
  });
});
