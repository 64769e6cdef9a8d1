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
  // oxlint-disable-next-line no-control-regex
  expect(coloured.replaceAll(/\u001B\[\d+m/g, '')).toBe(wide);
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
