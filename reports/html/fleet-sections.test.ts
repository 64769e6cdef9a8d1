import { expect, test } from 'vitest';
import type { MemoryFit } from '../../core/model/density.ts';
import { readTables } from '../testing/read-tables.ts';
import { sampleModel } from '../testing/sample-model.ts';
import { viewOf } from '../view.ts';
import type { ChartData } from './chart-spec.ts';
import { renderHtml } from './render.ts';

const model = sampleModel();
const page = renderHtml(model, { script: '', style: '', scriptSha256: '', styleSha256: '' });

const tables = readTables(page);
const json = /<script type="application\/json" id="chart-data">([^]*?)<\/script>/.exec(page)?.[1] ?? '';
const { charts } = JSON.parse(json) as ChartData;
const fitsOf = (state: string, role: string): MemoryFit[] =>
  model.memoryFits.filter(
    (fit) => fit.scenario === 'memory' && fit.metric === 'memory_unreclaimable' && fit.state === state && fit.role === role,
  );

test('s and F stand per technology with their intervals, and a leak is marked', () => {
  const rows = tables.get('memory-slope-memory-noop-idle-lines')?.rows ?? [];
  expect(rows).toHaveLength(fitsOf('idle', 'total').length);
  for (const fit of fitsOf('idle', 'total')) {
    const row = rows.find((candidate) => candidate.get('technology')?.text === `${fit.runner}/${fit.variant}`);
    expect(row?.get('slope_b')?.value).toBe(fit.slope?.estimate);
    expect(row?.get('slope_b')?.text).toMatch(/ \[.+, .+\]$/);
    expect(row?.get('fixed_b')?.value).toBe(fit.intercept?.estimate);
    expect(row?.get('rounds')?.value).toBe(5);
    expect(row?.get('validity')?.text.startsWith('✗ invalid: leak')).toBe(fit.runner === 'wasmtime');
  }
  const bent = tables.get('memory-slope-memory-noop-after-first-request-lines')?.rows ?? [];
  expect(bent.find((row) => row.get('technology')?.text === 'v8/jit')?.get('curvature')?.text).toMatch(/^curved \(\+2\d\.\d %\)$/);
});

test('the table per role has every role and reading, with the ends of the intervals', () => {
  const rows = tables.get('memory-slope-memory-noop-idle-roles')?.rows ?? [];
  const shim = rows.find((row) => row.get('technology')?.text === 'container/runc-scratch' && row.get('role')?.text === 'shim');
  expect(shim?.get('slope_ci_low_b')?.value).toBe(fitsOf('idle', 'shim')[0]?.slope?.interval?.low);
  expect(rows).toHaveLength(model.memoryFits.filter((fit) => fit.scenario === 'memory' && fit.state === 'idle' && fit.unit === 'B').length);
});

test('a chart has the medians with their range, the line and its band; an invalid line keeps its points only', () => {
  const chart = charts.find(({ id }) => id === 'memory-slope-memory-noop-idle');
  if (chart?.kind !== 'xy') throw new Error('no chart of points');
  const of = (name: string) => chart.series.find((series) => series.name.startsWith(name));
  const [fit] = fitsOf('idle', 'total').filter(({ variant }) => variant === 'runc-scratch');
  expect(of('container/runc-scratch')?.points.map(({ x, y }) => ({ instances: x, value: y }))).toEqual(
    fit?.medians.map(({ instances, value }) => ({ instances, value })),
  );
  const summary = viewOf(model)
    .summaries('memory:container/runc-scratch/noop:n32:idle', 'memory_unreclaimable')
    .find(({ role }) => role === 'total');
  expect(of('container/runc-scratch')?.points.at(-1)).toMatchObject({ low: summary?.min, high: summary?.max });
  const end = of('container/runc-scratch')?.paths[0]?.at(-1);
  expect(end?.x).toBeCloseTo(32, 6);
  expect(end?.y).toBeCloseTo((fit?.intercept?.estimate ?? 0) + 32 * (fit?.slope?.estimate ?? 0), 0);
  expect(of('container/runc-scratch')?.band).not.toEqual([]);
  expect(of('wasmtime/aot-pooled')).toMatchObject({ paths: [], band: [] });
  expect(of('wasmtime/aot-pooled')?.points).toHaveLength(4);
});

test('two variants of one runner share its colour and differ in dash and fill', () => {
  const chart = charts.find(({ id }) => id === 'memory-slope-memory-noop-idle');
  const looks = chart?.kind === 'xy' ? chart.series.map(({ look, variant }) => `${look} ${variant}`) : [];
  expect(new Set(looks).size).toBe(looks.length);
  expect(new Set(looks.map((look) => look.split(' ')[0])).size).toBe(4);
});

test('the three readings stand side by side with spread, status and sentence', () => {
  const rows = tables.get('readings-memory-noop-idle-table')?.rows ?? [];
  const v8 = rows.find((row) => row.get('technology')?.text === 'v8/jit');
  const expected = model.reconciliations.find(({ runner, state }) => runner === 'v8' && state === 'idle');
  expect(v8?.get('host_b')?.value).toBe(expected?.host?.estimate);
  expect(v8?.get('spread')?.value).toBe(expected?.spread);
  expect(v8?.get('status')?.text).toBe('✗ differ');
  expect(page).toMatch(/v8\/jit <span class="rung">differ<\/span>: The growth of the host’s used memory shows/);
  expect(rows.find((row) => row.get('technology')?.text === 'container/runc-debian')?.get('host_b')?.missing).toBe(true);
});

test('predicted stands beside verified, with the limit and its evidence', () => {
  const rows = tables.get('density-density-noop-limits')?.rows ?? [];
  const row = rows.find((candidate) => candidate.get('technology')?.text === 'container/runc-scratch');
  const density = model.densities.find(({ cell }) => cell.includes('runc-scratch'));
  expect(row?.get('verified')?.value).toBe(density?.median);
  const { estimate, low, high } = density?.predicted ?? {};
  expect(row?.get('predicted')?.text).toBe(`${estimate} [${low}, ${high}]`);
  expect(row?.get('limit')?.text).toBe('answer-time');
  expect(row?.get('evidence')?.text).toContain('2.4 times its value at N = 1');
  expect(rows.find((other) => other.get('technology')?.text === 'v8/jit')?.get('limit')?.text).toBe('memory (2 of 3), 1 cut off');
});

test('limits that ended nothing are listed with how near they were', () => {
  const rows = tables.get('density-density-noop-headroom')?.rows ?? [];
  const pids = rows.find((row) => row.get('technology')?.text === 'v8/jit' && row.get('limit')?.text === 'pids');
  expect(pids?.get('share')?.value).toBeCloseTo((pids?.get('used')?.value ?? 0) / 4_194_304, 12);
  expect(pids?.get('binding')?.text).toBe('no');
  expect(rows.find((row) => row.get('limit')?.text === 'bridge-ports')?.get('share')?.text).toBe('no limit');
});

test('a level that was not acceptable is a cross in the chart and a reason in the table', () => {
  const chart = charts.find(({ id }) => id === 'ramp-p95-density-noop');
  const points = chart?.kind === 'xy' ? (chart.series.find(({ name }) => name === 'container/runc-scratch')?.points ?? []) : [];
  expect(points.filter(({ refused }) => refused)).toHaveLength(3);
  const rows = tables.get('ramp-p95-density-noop-table')?.rows ?? [];
  expect(rows.filter((row) => row.get('ok')?.text === 'no: answer-time')).toHaveLength(3);
});

test('starts under load are a row per technology, resident share and starts at one instant', () => {
  const rows = tables.get('starts-under-load-table')?.rows ?? [];
  expect(rows).toHaveLength(5 * 9);
  const row = rows.find(
    (candidate) =>
      candidate.get('technology')?.text === 'v8/jit' && candidate.get('residents')?.value === 0.9 && candidate.get('at_once')?.value === 16,
  );
  expect(row?.get('median_s')?.value).toBe(viewOf(model).summaries('density:v8/jit/noop', 'cold_start_at_90_c16')[0]?.median);
  expect(row?.get('ci_low_s')?.missing).toBe(true);
});

test('a host is packed from F and s of lines that count, and an idle instance has its CPU time', () => {
  const rows = tables.get('packing-memory-noop-idle-table')?.rows ?? [];
  const row = rows.find((candidate) => candidate.get('technology')?.text === 'container/runc-scratch');
  const [fit] = fitsOf('idle', 'total').filter(({ variant }) => variant === 'runc-scratch');
  const idle = model.memoryFits.find(
    ({ variant, metric, state }) => variant === 'runc-scratch' && metric === 'idle_cpu' && state === 'idle',
  );
  const fitting = (4 * 1024 ** 3 - (fit?.intercept?.estimate ?? 0)) / (fit?.slope?.estimate ?? 0);
  expect(row?.get('instances_in_4_gib')?.value).toBe(Math.floor(fitting));
  expect(row?.get('idle_cpu_s_per_h')?.value).toBeCloseTo((idle?.slope?.estimate ?? Number.NaN) * 3600, 12);
  expect(rows.some((other) => other.get('technology')?.text.startsWith('wasmtime'))).toBe(false);
});

test('placed instances have their memory and the time to place them', () => {
  const rows = tables.get('placing-time-placing-nop-idle-table')?.rows ?? [];
  const million = rows.find((row) => row.get('technology')?.text === 'wasmtime/aot-pooled' && row.get('instances')?.value === 1_000_000);
  const summary = viewOf(model).summaries('placing:wasmtime/aot-pooled/nop:n1000000:idle', 'phase_place')[0];
  expect(million?.get('median_s')?.value).toBe(summary?.median);
  expect(million?.get('each_s')?.value).toBe((summary?.median ?? 0) / 1e6);
  expect(tables.get('placing-memory-placing-nop-idle-lines')?.rows).toHaveLength(2);
});

test('their cells are in no table made for single instances', () => {
  const fleets = ['memory', 'placing', 'density'];
  const further = tables.get('further-table')?.rows ?? [];
  expect(further.filter((row) => fleets.includes(row.get('scenario')?.text ?? ''))).toEqual([]);
  expect(further.length).toBeGreaterThan(20);
  expect([...tables.keys()].filter((id) => /^(memory-memory|memory-placing|cold-start-density)/.test(id))).toEqual([]);
});
