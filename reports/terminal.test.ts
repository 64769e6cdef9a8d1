import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { ReportModel } from '../core/model/report.ts';
import { bounds, quantity, scaleFor, significant } from './format.ts';
import { renderTerminal } from './terminal.ts';
import { sampleModel } from './testing/sample-model.ts';
import { wrap } from './text-layout.ts';
import { viewOf } from './view.ts';
import { cellName } from './words.ts';

const model = sampleModel();
const wide = renderTerminal(model, { colour: false, width: 100 });

/** Lines of one panel, split at the gaps between columns. */
function panel(text: string, title: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.trim().startsWith(title));
  const end = lines.findIndex((line, index) => index > start && line.trim() === '');
  return lines.slice(start + 1, end).map((line) => line.trim().split(/\s{2,}/));
}

test('every row of a table holds the values of its summary', () => {
  const view = viewOf(model);
  const rows = panel(wide, 'Cold start, noop');
  const cells = model.cells.filter((cell) => cell.scenario === 'cold-start' && cell.workload === 'noop');
  expect(cells).toHaveLength(8);
  for (const cell of cells) {
    const summary = view.summaries(cell.id, 'cold_start')[0];
    const { median = Number.NaN, interval, ratio } = summary ?? {};
    const against = ratio?.interval
      ? `${significant(ratio.estimate)} [${significant(ratio.interval.low)}, ${significant(ratio.interval.high)}]`
      : 'reference';
    expect(rows).toContainEqual([
      cellName(cell),
      quantity(median, 's'),
      interval && bounds(interval, 's', scaleFor(median, 's')),
      against,
      '30',
    ]);
  }
});

test('the rung and cache state stand above the rows they hold for', () => {
  const rows = panel(wide, 'Cold start, noop').map((row) => row[0]);
  const place = (text: string): number => rows.indexOf(text);
  expect(place('rung instantiate, pre-warmed')).toBeLessThan(place('wasmtime/aot'));
  expect(place('rung docker-engine, page-warm')).toBe(place('container/runc-scratch') - 1);
});

test('a value that is missing is words, never a number or an empty cell', () => {
  expect(panel(wide, 'Cold start, json')).toContainEqual(['wasmtime/jit', 'not measured: wrong-output']);
  expect(wide).toContain('3 failed (3 cut off by the time limit)');
  expect(wide).not.toMatch(/\bNaN\b|undefined|n\/a/);
});

test('the floor is named and stands in no row', () => {
  expect(wide).toMatch(/floor: a do-nothing native process takes [\d.]+ ms from launch to exit \(n = 30\)/);
});

test('verdicts carry sign and word, skipped cells reason and remedy', () => {
  for (const text of ['✓ pass', '? inconclusive', '✗ fail', '… incomplete']) expect(wide).toContain(text);
  expect(wide).toContain('20 cells not measured: no OCI runtime crun is installed.');
  expect(wide).toContain('remedy: apt-get install crun');
});

describe.each([40, 60, 80, 100, 140])('at a width of %i', (width) => {
  const text = renderTerminal(model, { colour: false, width });

  test('no line is wider', () => {
    expect(text.split('\n').filter((line) => line.length > width)).toEqual([]);
  });

  test('every measured cold start is there with its table’s title', () => {
    const view = viewOf(model);
    const flat = text.replaceAll(/\s+/g, ' ');
    for (const row of view.panels(['cold_start']).flatMap((panel) => panel.rows)) {
      if (row.summary?.median !== undefined) expect(flat).toContain(quantity(row.summary.median, 's'));
    }
    expect(flat).toContain('Cold start, hash');
  });
});

test('colour adds nothing but escape codes', () => {
  const coloured = renderTerminal(model, { colour: true, width: 100 });
  expect(coloured).toContain('\u001B[1m');
  expect(stripVTControlCharacters(coloured)).toBe(wide);
  expect(wide).not.toContain('\u001B');
});

test('an aborted run from a dirty checkout says so before any number', () => {
  const { manifest } = model;
  const aborted: ReportModel = {
    ...model,
    manifest: {
      ...manifest,
      status: 'aborted',
      statusReason: 'interrupted by SIGINT',
      suite: { ...manifest.suite, dirty: true },
      stops: [],
    },
  };
  const text = renderTerminal(aborted, { colour: false, width: 100 });
  expect(text.indexOf('Aborted: interrupted by SIGINT')).toBeLessThan(text.indexOf('cold-start ·'));
  expect(text).toContain('dirty checkout');
});

test('emulated cells are named so, and a banner says what that means', () => {
  const cells = model.cells.map((cell) => (cell.runner === 'v8' ? { ...cell, emulated: true as const } : cell));
  const text = renderTerminal({ ...model, cells }, { colour: false, width: 200 });
  expect(text).toContain('! Emulated: ');
  expect(text).toContain('v8/jit (emulated)');
});

test('a run without a single value is still a summary', () => {
  const empty: ReportModel = { ...model, samples: [], summaries: [], verdicts: [], skipped: [], notes: [] };
  const text = renderTerminal(empty, { colour: false, width: 80 });
  expect(text).toContain('not measured: no cell of this scenario has a value');
});

test('a word longer than the line is cut and loses no character', () => {
  const lines = wrap('a bcdefghijklmnop q', 8, '> ', '  ');
  expect(lines.every((line) => line.length <= 8)).toBe(true);
  expect(lines.map((line) => line.slice(2)).join('')).toBe('abcdefghijklmnop q');
});

test('a technology’s fleets take one line: s, its interval, F, the other state, the verified density and its limit', () => {
  const rows = panel(wide, 'Memory, noop, idle');
  const fit = model.memoryFits.find(
    ({ variant, metric, role, state }) =>
      variant === 'runc-scratch' && metric === 'memory_unreclaimable' && role === 'total' && state === 'idle',
  );
  const density = model.densities.find(({ cell }) => cell.includes('runc-scratch'));
  expect(rows).toContainEqual([
    'container/runc-scratch',
    quantity(fit?.slope?.estimate ?? 0, 'B'),
    fit?.slope?.interval && bounds(fit.slope.interval, 'B', scaleFor(fit.slope.estimate, 'B')),
    quantity(fit?.intercept?.estimate ?? 0, 'B'),
    expect.stringMatching(/^11\.\d MB$/),
    String(density?.median),
    'answer-time',
  ]);
  expect(rows.filter(([name]) => name === 'container/runc-scratch')).toHaveLength(1);
  expect(wide).toContain('invalid, not used: leak');
});

test('a ramp shows what was predicted, every ramp that ended, and what ended it', () => {
  const rows = panel(wide, 'Density, noop');
  const density = model.densities.find(({ cell }) => cell.includes('v8'));
  const row = rows.find(([name]) => name === 'v8/jit');
  expect(row?.[2]).toBe(`${density?.median} (${density?.verified.join(', ')})`);
  expect(density?.verified).toHaveLength(2);
  expect(wide).toContain('limits: memory (2 of 3), 1 cut off');
});

test('cells of fleets flood no table: as many lines for a hundred sizes as for seven', () => {
  const [cell] = model.cells.filter(({ population }) => population !== undefined);
  if (!cell) throw new Error('no fleet');
  const more = Array.from({ length: 100 }, (_, index) => ({
    ...cell,
    id: `${cell.id}-${index}`,
    population: { instances: 100 + index, state: 'idle' as const },
  }));
  const summaries = more.flatMap(({ id }) =>
    model.summaries.filter(({ cell: own }) => own === cell.id).map((summary) => ({ ...summary, cell: id })),
  );
  const text = renderTerminal(
    { ...model, cells: [...model.cells, ...more], summaries: [...model.summaries, ...summaries] },
    { colour: false, width: 100 },
  );
  expect(summaries.length).toBeGreaterThan(500);
  expect(text).toBe(wide);
});

test('many passed verdicts are counted, and every other one is still written out', () => {
  const [passed] = model.verdicts.filter(({ status }) => status === 'pass');
  if (!passed) throw new Error('nothing passed');
  const many = Array.from({ length: 30 }, (_, index) => ({ ...passed, id: `more-${index}` }));
  const text = renderTerminal({ ...model, verdicts: [...model.verdicts, ...many] }, { colour: false, width: 100 });
  expect(text.match(/✓ pass/g)).toHaveLength(1);
  expect(text).toContain('31 more, all passed');
  for (const sign of ['? inconclusive', '✗ fail', '… incomplete']) expect(text).toContain(sign);
});

test('skipped fleets of one technology are one name', () => {
  expect(wide.replaceAll(/\s+/g, ' ')).toContain('memory:container/crun-scratch/noop (14 fleets)');
  expect(wide).not.toContain(':n16:idle');
});
