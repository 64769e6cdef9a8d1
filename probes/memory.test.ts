import { describe, expect, it } from 'vitest';
import type { Cell } from '../core/model/plan.ts';
import { scriptedRun } from '../test/scripted-run.ts';
import memory from './memory.ts';

const SETTLE = { windowNs: 1, withinShare: 1, leastBytes: 1e12, limitNs: 1 };
const CELL: Cell = {
  id: 's:fake/steady/noop:n1:idle',
  scenario: 's',
  role: 'subject',
  runner: 'fake',
  variant: 'steady',
  workload: 'noop',
  activity: 'hold',
  rung: 'host-process',
  cacheState: 'page-warm',
  factors: {},
};
const TARGET = { roles: [{ role: 'instance', pids: [process.pid], cgroups: [] }] } as const;

describe('the memory probe', () => {
  it.each([
    ['one held instance', CELL],
    ['a fleet', { ...CELL, population: { instances: 1, state: 'idle' } } as const],
  ])('reads only what it declares, of %s', async (_, cell) => {
    const session = await memory.open(scriptedRun().context, cell);
    const readings = [...((await session.before?.()) ?? []), ...((await session.held?.(TARGET, SETTLE)) ?? [])];
    const declared = memory.metrics.map(({ id }) => id);
    expect(readings.map(({ metric }) => metric).filter((id) => !declared.includes(id))).toEqual([]);
    expect(readings.find(({ metric, role }) => metric === 'memory_pss' && role === 'instance')).toHaveProperty('value');
    expect(readings.some(({ role }) => role === 'total')).toBe(cell.population !== undefined);
  });
});
