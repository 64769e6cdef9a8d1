import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../model/error.ts';
import { MARK_METRICS } from '../model/metrics.ts';
import { type GateCell, type GateMetric, selectGates, type SelectedGate, type Selection } from './gate-selection.ts';
import { locateGates, parseGates } from './gate-file.ts';

const declared = (id: string, unit: GateMetric['unit'], more: Partial<GateMetric> = {}): GateMetric => ({
  id,
  title: id,
  unit,
  better: 'lower',
  noise: 'noisy',
  definition: id,
  activities: ['run'],
  ...more,
});

const METRICS: readonly GateMetric[] = [
  ...MARK_METRICS.map((metric) => ({ ...metric, activities: ['run'] as const })),
  declared('cpu_time', 's'),
  declared('artifact_bytes_binary', 'B', { noise: 'exact', activities: ['run', 'hold'] }),
  declared('memory_pss', 'B', { activities: ['hold'] }),
  declared('idle_cpu', '1', { activities: ['hold'] }),
  declared('host_load1', '1', { better: 'neither', activities: ['run', 'hold'] }),
  declared('density_verified', '1', { better: 'higher', activities: ['ramp'] }),
];

const cell = (runner: string, variant: string, program: string): GateCell => ({ runner, variant, program });
const CELLS: readonly GateCell[] = [
  cell('process', 'native', 'app'),
  cell('wasmtime', 'jit', 'app'),
  cell('wasmtime', 'aot', 'app'),
  cell('process', 'native', 'tool'),
];
const TODAY = '2025-11-29';

const yaml = (gates: readonly string[], more = ''): string =>
  `version: 1\nprograms: [{ id: app }, { id: tool }]\ncells: [{ runner: process }]\n${more}gates:\n` +
  gates.map((one) => `  - ${one}\n`).join('');

function select(gates: readonly string[], more = '', today = TODAY): Selection {
  return selectGates({ config: parseGates(yaml(gates, more), 'gates.yaml'), cells: CELLS, metrics: METRICS, today });
}

function only(gate: string, more = ''): SelectedGate {
  const { gates } = select([gate], more);
  expect(gates).toHaveLength(1);
  return gates[0] as SelectedGate;
}

function problems(gates: readonly string[], more = ''): readonly string[] {
  const { value: config, placeOf } = locateGates(yaml(gates, more), 'gates.yaml');
  try {
    selectGates({ config, cells: CELLS, metrics: METRICS, today: TODAY, placeOf });
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    expect(error).toMatchObject({ code: 'gates-invalid', exitCode: 2 });
    return error.message.split('\n');
  }
  throw new Error('was accepted');
}

const gate = (select_: string, rule = 'maxRegression: 10%'): string => `{ id: g, select: { ${select_} }, ${rule} }`;

describe('a gate on the cells that are measured', () => {
  it('is called by its id where it selects one cell, else by its id and the cell', () => {
    expect(only(gate('metric: cold_start, variant: aot')).id).toBe('g');
    expect(select([gate('metric: cold_start, program: app')]).gates.map(({ id }) => id)).toEqual([
      'g:process/native/app',
      'g:wasmtime/jit/app',
      'g:wasmtime/aot/app',
    ]);
  });

  it('has its limits in the unit of the metric', () => {
    expect(only(gate('metric: cold_start, variant: aot', 'maxRegression: 10%, minEffect: 5ms'))).toMatchObject({
      kind: 'relative',
      unit: 's',
      limit: 1.1,
      minEffect: 0.005,
      level: 'error',
    });
    expect(only(gate('metric: artifact_bytes_binary, program: tool', 'max: 64KiB, level: warn'))).toMatchObject({
      kind: 'budget',
      unit: 'B',
      limit: 65536,
      stat: 'median',
      level: 'warn',
    });
    expect(only(gate('metric: run_time, program: tool', 'max: 125ms, stat: p95'))).toMatchObject({
      limit: 0.125,
      stat: 'p95',
      minEffect: 0,
    });
  });

  it('of an exact metric is exact where it compares, and has no figure to choose', () => {
    const exact = only(gate('metric: artifact_bytes_binary, program: tool', 'maxRegression: 1%, minEffect: 512B'));
    expect(exact).toMatchObject({ kind: 'exact', limit: 1.01, minEffect: 512 });
    expect(exact).not.toHaveProperty('stat');
  });

  it('can be on a phase, which no one declares beforehand', () => {
    expect(only(gate('metric: phase_instantiate, variant: aot'))).toMatchObject({ metric: 'phase_instantiate', unit: 's' });
  });

  it('on a subset of cells is exactly the cells that match every key given', () => {
    const key = <T extends string>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const asked = fc.record({
      program: key(['app', 'tool']),
      runner: key(['process', 'wasmtime']),
      variant: key(['native', 'jit', 'aot']),
    });
    fc.assert(
      fc.property(asked, fc.uniqueArray(fc.constantFrom(...CELLS), { minLength: 1 }), (keys, cells) => {
        const chosen = Object.entries(keys).filter(([, value]) => value !== undefined);
        const text = ['metric: cold_start', ...chosen.map(([name, value]) => `${name}: ${value}`)].join(', ');
        const config = parseGates(yaml([gate(text)]), 'gates.yaml');
        const wanted = cells.filter((one) => chosen.every(([name, value]) => one[name as keyof GateCell] === value));
        const run = (): Selection => selectGates({ config, cells, metrics: METRICS, today: TODAY });
        if (wanted.length === 0) {
          expect(run).toThrow(/matches nothing/);
          return;
        }
        const { gates } = run();
        expect(gates.map(({ runner, variant, program }) => ({ runner, variant, program }))).toEqual(wanted);
        expect(new Set(gates.map(({ id }) => id)).size).toBe(wanted.length);
      }),
    );
  });

  it('reads every amount of a time and of a size as the number that it is', () => {
    const scale = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.constantFrom(...Object.keys(scale)), (count, unit) => {
        const { limit } = only(gate('metric: cold_start, variant: aot', `max: ${count}${unit}`));
        expect(limit / (count * (scale[unit as keyof typeof scale] ?? 0))).toBeCloseTo(1, 12);
      }),
      { numRuns: 30 },
    );
    const sizes = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.constantFrom(...Object.keys(sizes)), (count, unit) => {
        const { limit } = only(gate('metric: artifact_bytes_binary, program: tool', `max: ${count}${unit}`));
        expect(limit).toBe(count * (sizes[unit as keyof typeof sizes] ?? 0));
      }),
      { numRuns: 30 },
    );
  });
});

describe('a gate that could never be judged', () => {
  it.each([
    [
      'whose runner is not measured',
      gate('metric: cold_start, runner: wasmtme'),
      'wasmtme',
      'select.runner: matches nothing: no runner “wasmtme” is measured; did you mean “wasmtime”?',
    ],
    [
      'whose keys match no cell together',
      gate('metric: cold_start, variant: aot, program: tool'),
      '{ metric',
      'select: matches nothing: no cell is program tool, variant aot at once; measured: process/native/app, wasmtime/jit/app, ' +
        'wasmtime/aot/app, process/native/tool',
    ],
    [
      'on an unknown metric',
      gate('metric: cold_strat'),
      'cold_strat',
      'select.metric: unknown metric “cold_strat”: did you mean “cold_start”?',
    ],
    [
      'on a fact that is neither good nor bad',
      gate('metric: host_load1'),
      'host_load1',
      'select.metric: host_load1 is neither better nor worse',
    ],
    [
      'on a metric of which more is better',
      gate('metric: density_verified'),
      'density_verified',
      'select.metric: density_verified is better when higher: a gate knows only more as worse',
    ],
    [
      'on memory of a life that runs to its exit',
      gate('metric: memory_pss'),
      'memory_pss',
      'select.metric: memory_pss is not measured in activity run: “activity: hold” measures it, in a file of its own',
    ],
    [
      'on a time in bytes',
      gate('metric: cold_start', 'max: 64KiB'),
      '64KiB',
      'max: “64KiB” is no amount of cold_start, which is a time: write it like 5ms',
    ],
    [
      'on a size in seconds',
      gate('metric: artifact_bytes_binary', 'maxRegression: 1%, minEffect: 1s'),
      '1s',
      'minEffect: “1s” is no amount of artifact_bytes_binary, which is a size: write it like 64KiB',
    ],
  ])('%s is refused at its place', (_, text, word, message) => {
    const column = `  - ${text}`.indexOf(word) + 1;
    expect(problems([text])).toEqual([`gates.yaml:5:${column}: gates[0].${message}`]);
  });

  it('because the activity does not measure it is refused the other way round too', () => {
    const held = 'activity: hold\n';
    const [coldStart] = problems([gate('metric: cold_start')], held);
    expect(coldStart).toContain('cold_start is not measured in activity hold: “activity: run” measures it');
    expect(problems([gate('metric: idle_cpu', 'max: 5ms')], held)[0]).toContain('of which only maxRegression can be asked');
  });

  it('is told together with all others', () => {
    const found = problems([
      '{ id: a, select: { metric: nothing, runner: nobody }, max: 1s }',
      '{ id: b, select: { metric: cold_start }, max: 1B }',
    ]);
    expect(found).toHaveLength(3);
  });

  it('is also one that has the name of another gate’s cell', () => {
    const clash = [
      '{ id: a, select: { metric: cold_start }, max: 1s }',
      '{ id: "a:wasmtime/aot/app", select: { metric: cold_start, variant: aot }, max: 1s }',
    ];
    expect(problems(clash)[0]).toContain('“a:wasmtime/aot/app” names a gate of a and one of a:wasmtime/aot/app');
  });
});

describe('a waiver', () => {
  const cold = [
    '{ id: cold, select: { metric: cold_start }, maxRegression: 10% }',
    '{ id: cpu, select: { metric: cpu_time, variant: aot }, max: 1s }',
  ];
  const waivers = (...list: readonly string[]): string => `waivers:\n${list.map((one) => `  - { ${one} }\n`).join('')}`;
  const waivedIds = ({ gates }: Selection): readonly string[] => gates.filter(({ waiver }) => waiver !== undefined).map(({ id }) => id);

  it('of a gate holds for all its cells and for no other gate', () => {
    const selection = select(cold, waivers('gate: cold, reason: known, issue: "https://example.org/1", expires: 2025-12-01'));
    expect(waivedIds(selection)).toHaveLength(4);
    expect(selection.gates[0]?.waiver).toEqual({ reason: 'known', issue: 'https://example.org/1', expires: '2025-12-01' });
    expect(selection.warnings).toEqual([]);
  });

  it('of one cell holds for that one, by its long name even where the gate has a short one', () => {
    const text = waivers(
      'gate: "cold:wasmtime/jit/app", reason: known, expires: 2025-12-01',
      'gate: "cpu:wasmtime/aot/app", reason: known, expires: 2025-12-01',
    );
    expect(waivedIds(select(cold, text))).toEqual(['cold:wasmtime/jit/app', 'cpu']);
  });

  it('of one cell counts before that of the whole gate', () => {
    const text = waivers('gate: cold, reason: all, expires: 2025-12-01', 'gate: "cold:wasmtime/jit/app", reason: one, expires: 2025-12-01');
    expect(select(cold, text).gates.map(({ waiver }) => waiver?.reason)).toEqual(['all', 'one', 'all', 'all', undefined]);
  });

  it('holds on its last day and is a warning from the next day on', () => {
    const text = waivers('gate: cold, reason: known, expires: 2025-11-29');
    expect(waivedIds(select(cold, text, '2025-11-29'))).toHaveLength(4);
    const late = select(cold, text, '2025-11-30');
    expect(waivedIds(late)).toEqual([]);
    expect(late.warnings).toEqual(['the waiver of cold (“known”) expired after 2025-11-29 and holds no more: renew or remove it']);
  });

  it('that has expired makes room for one that holds', () => {
    const text = waivers('gate: cpu, reason: old, expires: 2025-01-01', 'gate: cpu, reason: new, expires: 2026-01-01');
    const { gates, warnings } = select(cold, text);
    expect(gates.at(-1)?.waiver?.reason).toBe('new');
    expect(warnings).toHaveLength(1);
  });

  it('of a cell that no gate has is refused', () => {
    const found = problems(cold, waivers('gate: "cold:wasmtime/jti/app", reason: known, expires: 2025-12-01'));
    expect(found).toEqual(['gates.yaml:5:13: waivers[0].gate: no gate “cold:wasmtime/jti/app”: did you mean “cold:wasmtime/jit/app”?']);
  });
});
