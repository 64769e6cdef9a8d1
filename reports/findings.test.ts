import { expect, test } from 'vitest';
import { Rung } from '../core/model/vocabulary.ts';
import { findings } from './findings.ts';
import { bounds, quantity, scaleFor } from './format.ts';
import { sampleModel } from './testing/sample-model.ts';
import { viewOf } from './view.ts';

const model = sampleModel();
const view = viewOf(model);
const groups = findings(view);
const coldStarts = groups.filter(({ title }) => title.startsWith('Cold start'));
const memory = groups.find(({ title }) => title.startsWith('Memory'));

test('every cell of the cold-start scenario but the floor gets one sentence', () => {
  const sentences = coldStarts.flatMap((group) => group.findings);
  const cells = model.cells.filter((cell) => cell.scenario === 'cold-start' && cell.role !== 'floor');
  expect(sentences).toHaveLength(cells.length);
});

test('a sentence holds the median, its interval, the ratio with its reference, and n', () => {
  const found = groups[0]?.findings.find((finding) => finding.name === 'container/runc-scratch');
  const summary = view.summaries('cold-start:container/runc-scratch/noop', 'cold_start')[0];
  expect(found?.strong).toContain(`${quantity(summary?.median ?? 0, 's')} [`);
  expect(found?.rest).toMatch(/^, \d+× process\/native \(rung host-process\) \[\d+, \d+\] \(n\s=\s30 rounds\)$/);
});

test('every sentence names rung and cache state', () => {
  for (const { rung } of coldStarts.flatMap((group) => group.findings)) {
    expect(Rung.options.some((name) => rung.startsWith(`${name}, `))).toBe(true);
  }
});

test('cells stand in the order of the ladder and not of their values', () => {
  for (const group of groups) {
    const places = group.findings.map(({ rung }) => Rung.options.findIndex((name) => rung.startsWith(name)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  }
});

test('a cell that always failed says why instead of showing a number', () => {
  const found = groups[2]?.findings.find((finding) => finding.name === 'wasmtime/jit');
  expect(found).toMatchObject({ strong: 'not measured: wrong-output', rest: '' });
});

test('failed and invalid trials are counted in the sentence', () => {
  const json = groups[2]?.findings ?? [];
  expect(json.find(({ name }) => name === 'container/runc-debian')?.rest).toContain('3 failed (3 cut off by the time limit)');
  expect(json.find(({ name }) => name === 'v8/jit')?.rest).toContain('1 invalid');
});

test('a fleet’s sentence holds s, F, the rounds, the verified density beside the predicted one, and the limit', () => {
  const found = memory?.findings.find(({ name }) => name === 'container/runc-scratch');
  const fit = model.memoryFits.find(
    ({ variant, metric, role, state }) =>
      variant === 'runc-scratch' && metric === 'memory_unreclaimable' && role === 'total' && state === 'idle',
  );
  const density = model.densities.find(({ cell }) => cell.includes('runc-scratch'));
  const { estimate: each = Number.NaN, interval } = fit?.slope ?? {};
  expect(memory?.title).toBe('Memory of one more instance, workload noop, idle');
  expect(found?.strong).toBe(`${quantity(each, 'B')} ${interval && bounds(interval, 'B', scaleFor(each, 'B'))} per instance`);
  expect(found?.rest).toContain(`, ${quantity(fit?.intercept?.estimate ?? Number.NaN, 'B')} [`);
  expect(found?.rest).toContain('before the first (5 rounds)');
  expect(found?.rest).toContain(`; ${density?.median} instances verified, predicted ${density?.predicted?.estimate} [`);
  expect(found?.rest).toMatch(/; limit: answer-time$/);
});

test('a line that does not count says so in its sentence', () => {
  const found = memory?.findings.find(({ name }) => name === 'wasmtime/aot-pooled');
  expect(found?.strong).toContain('(invalid: leak)');
  expect(found?.rest).toContain('verified');
  expect(found?.rest).not.toContain('predicted');
});

test('a fleet without a line says why instead of showing a number', () => {
  const memoryFits = model.memoryFits.map((fit) => ({ ...fit, slope: undefined, note: 'no value counts' }));
  const sentences = findings(viewOf({ ...model, memoryFits })).flatMap((group) => (group.title.startsWith('Memory') ? group.findings : []));
  expect(sentences).toHaveLength(6);
  for (const { strong, rest } of sentences) expect([strong.startsWith('not measured: '), rest]).toEqual([true, '']);
});
