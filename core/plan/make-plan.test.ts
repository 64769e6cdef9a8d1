import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Plan } from '../model/plan.ts';
import { Scenario } from '../model/scenario.ts';
import { makePlan, type PlanInput, type RunnerFacts } from './make-plan.ts';

const process: RunnerFacts = {
  id: 'process',
  activities: ['run', 'hold'],
  consumes: ['binary'],
  variants: [{ id: 'native', default: true, rung: 'host-process', factors: {} }],
};
const wasmtime: RunnerFacts = {
  id: 'wasmtime',
  activities: ['run', 'hold', 'loop'],
  consumes: ['wasm'],
  variants: [
    { id: 'jit', default: true, rung: 'instantiate', factors: { compile_mode: 'jit' } },
    { id: 'aot', default: true, rung: 'instantiate', factors: { compile_mode: 'aot' }, cacheState: 'pre-warmed' },
    { id: 'winch', default: false, rung: 'instantiate', factors: {} },
  ],
};
const absent: RunnerFacts = {
  id: 'vm',
  activities: ['run'],
  consumes: ['binary'],
  variants: [{ id: 'qemu', default: true, rung: 'vmm', factors: {}, unavailable: { reason: 'no qemu', remedy: 'apt-get install qemu' } }],
};

function input(change: Record<string, unknown> = {}, seed = 7): PlanInput {
  const scenario = Scenario.parse({
    id: 's',
    question: 'q',
    workloads: ['noop', 'hash'],
    reference: { runner: 'process', variant: 'native' },
    cells: [{ runner: 'process' }, { runner: 'wasmtime' }, { runner: 'vm' }],
    floor: { runner: 'process', variant: 'native', workload: 'nop' },
    rounds: { min: 3, max: 4 },
    ...change,
  });
  const forms = ['binary', 'wasm'] as const;
  const workloads = ['noop', 'hash', 'nop'].map((id) => ({ id, forms, holdable: id !== 'nop', loopable: id === 'nop' }));
  return { scenarios: [scenario], runners: [process, wasmtime, absent], workloads, seed };
}

describe('the planner', () => {
  it('plans every default variant for every workload, one twin and one floor', () => {
    expect(makePlan(input()).cells.map((cell) => cell.id)).toEqual([
      's:process/native/noop',
      's:wasmtime/jit/noop',
      's:wasmtime/aot/noop',
      's:process/native/hash',
      's:wasmtime/jit/hash',
      's:wasmtime/aot/hash',
      's:process/native/noop:twin',
      's:process/native/nop:floor',
    ]);
  });

  it('pairs every cell with the reference of its own workload, and the twin with the reference', () => {
    const cells = makePlan(input()).cells;
    const referenceOf = (id: string) => cells.find((cell) => cell.id === id)?.reference;
    expect(referenceOf('s:wasmtime/jit/hash')).toBe('s:process/native/hash');
    expect(referenceOf('s:process/native/noop:twin')).toBe('s:process/native/noop');
    expect(referenceOf('s:process/native/noop')).toBeUndefined();
    expect(referenceOf('s:process/native/nop:floor')).toBeUndefined();
  });

  it('takes no ratio of what is emulated, and says so in the cell', () => {
    const qemu = { id: 'qemu', default: true, rung: 'vmm', factors: { accel: 'tcg' }, emulated: true } as const;
    const plan = makePlan({ ...input(), runners: [process, wasmtime, { ...absent, variants: [qemu] }] });
    const cell = plan.cells.find(({ runner }) => runner === 'vm');
    expect(cell).toMatchObject({ emulated: true, factors: { accel: 'tcg' } });
    expect(cell?.reference).toBeUndefined();
    expect(Plan.parse(plan)).toEqual(plan);
  });

  it('keeps what cannot run, with reason and remedy', () => {
    expect(makePlan(input()).skipped).toContainEqual({ cell: 's:vm/qemu/noop', reason: 'no qemu', remedy: 'apt-get install qemu' });
  });

  it('plans by default only variants that take a form the workload has', () => {
    const twoForms: RunnerFacts = {
      ...process,
      id: 'container',
      consumes: ['binary', 'image'],
      variants: [
        { id: 'ours', default: true, rung: 'docker-engine', factors: {}, consumes: ['binary'] },
        { id: 'theirs', default: true, rung: 'docker-engine', factors: {}, consumes: ['image'] },
      ],
    };
    const wanted = { ...input({ cells: [{ runner: 'container' }], workloads: ['noop'], floor: undefined }), runners: [process, twoForms] };
    const plan = makePlan(wanted);
    expect(plan.cells.filter((cell) => cell.runner === 'container').map((cell) => cell.variant)).toEqual(['ours']);
    expect(plan.skipped).toEqual([]);
  });

  it('lets a variant decide its own cache state', () => {
    const states = makePlan(input()).cells.map((cell) => [cell.variant, cell.cacheState]);
    expect(states).toContainEqual(['aot', 'pre-warmed']);
    expect(states).toContainEqual(['jit', 'page-warm']);
  });

  it('skips a workload that cannot be held or looped on', () => {
    const plan = makePlan(
      input({ activity: 'loop', cells: [{ runner: 'wasmtime' }], workloads: ['noop'], floor: undefined, reference: undefined }),
    );
    expect(plan.cells).toEqual([]);
    expect(plan.skipped.map((skip) => skip.reason)).toEqual(Array(2).fill('workload noop exports no function to call'));
  });

  it('skips a variant that cannot do all that its runner can, and only that one', () => {
    const [jit, aot] = wasmtime.variants;
    const small = { id: 'small', default: true, rung: 'instantiate', factors: {}, activities: ['place'] } as const;
    const runner: RunnerFacts = { ...wasmtime, activities: ['run', 'hold', 'place'], variants: [jit!, aot!, small] };
    const held = input({ activity: 'hold', cells: [{ runner: 'wasmtime' }], workloads: ['noop'], floor: undefined, reference: undefined });
    const plan = makePlan({ ...held, runners: [process, runner] });
    expect(plan.cells.map(({ variant }) => variant)).toEqual(['jit', 'aot']);
    expect(plan.skipped).toMatchObject([{ cell: 's:wasmtime/small/noop', reason: 'wasmtime/small does not do “hold”' }]);
  });

  it('runs every cell exactly once in every round, whatever the seed', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const plan = makePlan(input({}, seed));
        const ids = plan.cells.map((cell) => cell.id).toSorted();
        for (let round = 1; round <= 4; round += 1) {
          const trials = plan.trials.filter((trial) => trial.round === round);
          expect(trials.map((trial) => trial.cell).toSorted()).toEqual(ids);
          expect(trials.map((trial) => trial.position)).toEqual(ids.map((_, index) => index));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('gives the same plan for the same seed and another order for another', () => {
    expect(makePlan(input({}, 1))).toEqual(makePlan(input({}, 1)));
    expect(makePlan(input({}, 1)).trials).not.toEqual(makePlan(input({}, 2)).trials);
  });

  it('plans a difference for every workload, whether its cells can run here or not', () => {
    const native = { runner: 'process', variant: 'native' };
    const difference = { id: 'd', title: 'what a VM costs', of: { runner: 'vm', variant: 'qemu' }, from: native };
    const { differences, skipped } = makePlan(input({ differences: [difference] }));
    expect(differences.map(({ of, from, metric }) => [of, from, metric])).toEqual([
      ['s:vm/qemu/noop', 's:process/native/noop', 'cold_start'],
      ['s:vm/qemu/hash', 's:process/native/hash', 'cold_start'],
    ]);
    expect(skipped.map(({ cell }) => cell)).toContain('s:vm/qemu/noop');
  });

  it('survives being written and read', () => {
    const plan = makePlan(input());
    expect(Plan.parse(JSON.parse(JSON.stringify(plan)))).toEqual(JSON.parse(JSON.stringify(plan)));
  });

  it.each([
    [{ cells: [{ runner: 'wasmtme' }] }, 'unknown runner “wasmtme”', 'did you mean “wasmtime”?'],
    [{ cells: [{ runner: 'wasmtime', variants: ['aott'] }] }, 'no variant “aott”', 'did you mean “aot”?'],
    [
      {
        differences: [{ id: 'd', title: 't', of: { runner: 'wasmtime', variant: 'aott' }, from: { runner: 'process', variant: 'native' } }],
      },
      'no variant “aott”',
      'did you mean “aot”?',
    ],
    [{ workloads: ['nope'] }, 'unknown workload “nope”', 'did you mean “nop”?'],
    [{ cells: [{ runner: 'wasmtime' }, { runner: 'wasmtime' }] }, 'planned twice', ''],
  ])('refuses %j', (change, message, remedy) => {
    expect(() => makePlan(input(change))).toThrow(expect.objectContaining({ exitCode: 2, message: expect.stringContaining(message) }));
    try {
      makePlan(input(change));
    } catch (error) {
      expect(error).toHaveProperty('remedy', expect.stringContaining(remedy));
    }
  });
});
