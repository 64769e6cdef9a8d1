import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GateConfig } from '../model/gate-config.ts';
import type { Plan } from '../model/plan.ts';
import { gateCellIds, gatePlan, gateScenario, type GateWorkloads } from './gate-plan.ts';
import { makePlan } from './make-plan.ts';

const RUNNER = {
  id: 'process',
  activities: ['run', 'hold'],
  consumes: ['binary'],
  variants: [{ id: 'native', default: true, rung: 'host-process', factors: {} }],
} as const;

function planOf(change: { readonly perRound?: number; readonly seed?: number; readonly without?: 'base' } = {}): Plan {
  const { perRound = 4, seed = 1, without } = change;
  const config = GateConfig.parse({
    version: 1,
    programs: [{ id: 'app', base: { binary: 'old' }, head: { binary: 'new' } }],
    cells: [{ runner: 'process' }],
    gates: [{ id: 'cold', select: { metric: 'cold_start' }, maxRegression: '10%' }],
    rounds: { looks: [3, 6], perRound },
  });
  const arm = (id: string) => ({ id, binary: `/${id}`, args: [], env: {}, expect: { stdout: 'x\n' } });
  const programs: GateWorkloads[] = [{ program: 'app', base: without === 'base' ? undefined : arm('app.base'), head: arm('app.head') }];
  const plan = makePlan({
    scenarios: [gateScenario(config, programs, true)],
    runners: [RUNNER],
    workloads: ['app.base', 'app.head', 'nop'].map((id) => ({ id, forms: ['binary'], holdable: true, loopable: false })),
    seed,
  });
  return gatePlan(plan, config, programs);
}

const ids = gateCellIds('gate', { runner: 'process', variant: 'native', program: 'app' });

describe('the plan of a gate', () => {
  it('has base as the reference, head and a second base set against it, and the floor as the control', () => {
    expect(planOf().cells.map(({ id, role, reference }) => ({ id, role, reference }))).toEqual([
      { id: ids.base, role: 'reference', reference: undefined },
      { id: ids.twin, role: 'twin', reference: ids.base },
      { id: ids.head, role: 'subject', reference: ids.base },
      { id: 'gate:process/native/nop:floor', role: 'floor', reference: undefined },
    ]);
  });

  it('has head alone where it is judged against a stored baseline', () => {
    expect(planOf({ without: 'base' }).cells.map(({ id, role, reference }) => ({ id, role, reference }))).toEqual([
      { id: ids.head, role: 'subject', reference: undefined },
      { id: 'gate:process/native/nop:floor', role: 'floor', reference: undefined },
    ]);
  });

  it('runs every cell as often in each of as many rounds as the last look needs, each trial under its own name', () => {
    const { trials, cells } = planOf({ perRound: 3 });
    expect(trials).toHaveLength(6 * 3 * cells.length);
    expect(new Set(trials.map(({ id }) => id)).size).toBe(trials.length);
    for (const { id } of cells)
      for (let round = 1; round <= 6; round += 1) expect(trials.filter((t) => t.cell === id && t.round === round)).toHaveLength(3);
  });

  it('puts no arm earlier than another within a round: a drift that is even over the round meets all alike', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(2, 4, 6), (seed, perRound) => {
        const { trials, cells } = planOf({ seed, perRound });
        for (let round = 1; round <= 6; round += 1) {
          const means = cells.map(({ id }) => {
            const positions = trials.filter((trial) => trial.cell === id && trial.round === round).map(({ position }) => position);
            return positions.reduce((sum, position) => sum + position, 0) / positions.length;
          });
          for (const mean of means) expect(mean).toBeCloseTo(means[0] ?? Number.NaN, 10);
        }
      }),
      { numRuns: 30 },
    );
  });
});
