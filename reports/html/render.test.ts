import { expect, test } from 'vitest';
import { NO_ENERGY } from '../../core/model/energy.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { sampleModel } from '../testing/sample-model.ts';
import { readTables } from '../testing/read-tables.ts';
import { viewOf } from '../view.ts';
import { cellName } from '../words.ts';
import type { ChartData } from './chart-spec.ts';
import { type ReportAssets, renderHtml } from './render.ts';

const ASSETS: ReportAssets = { script: 'start()', style: 'p{}', scriptSha256: 'AAA=', styleSha256: 'BBB=' };
const model = sampleModel();
const page = renderHtml(model, ASSETS);

function chartData(html: string): ChartData {
  const json = /<script type="application\/json" id="chart-data">([^]*?)<\/script>/.exec(html)?.[1];
  return JSON.parse(json ?? '') as ChartData;
}

test('the page is a pure function of the model', () => {
  expect(renderHtml(sampleModel(), ASSETS)).toBe(page);
});

test('the policy allows the two inlined files by hash and nothing else', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/s.exec(page)?.[1]?.replaceAll('&#39;', "'");
  expect(policy).toBe(
    "default-src 'none'; script-src 'sha256-AAA='; style-src 'sha256-BBB='; img-src data:; base-uri 'none'; form-action 'none'",
  );
  expect(page).toContain('<style>p{}</style>');
  expect(page).toContain('<script>start()</script>');
  expect(page).not.toMatch(/\s(?:style|on\w+|src)="/);
});

test('every cold-start table holds the summaries of its cells at full precision', () => {
  const view = viewOf(model);
  const tables = readTables(page);
  for (const panel of view.panels(['cold_start'])) {
    const table = tables.get(`cold-start-cold-start-${panel.workload}-table`);
    expect(table?.rows).toHaveLength(panel.rows.length);
    for (const [index, { cell, summary }] of panel.rows.entries()) {
      const row = table?.rows[index];
      expect(row?.get('cell')?.text).toBe(cellName(cell));
      expect(row?.get('rung')?.text).toBe(cell.rung);
      expect(row?.get('median_s')?.value).toBe(summary?.median);
      expect(row?.get('ci_low_s')?.value).toBe(summary?.interval?.low);
      expect(row?.get('ci_high_s')?.value).toBe(summary?.interval?.high);
      expect(row?.get('ratio')?.value).toBe(summary?.ratio?.estimate);
      expect(row?.get('n_ok')?.value).toBe(summary?.counts.ok);
      expect(row?.get('n_failed')?.value).toBe(summary?.counts.failed);
      expect(row?.get('n_invalid')?.value).toBe(summary?.counts.invalid);
    }
  }
});

test('memory has one row per cell and role', () => {
  const rows = readTables(page).get('memory-footprint-noop-memory-unreclaimable-table')?.rows ?? [];
  const daemon = rows.find((row) => row.get('cell')?.text === 'container/runc-scratch' && row.get('role')?.text === 'daemon');
  const summary = viewOf(model)
    .summaries('footprint:container/runc-scratch/noop', 'memory_unreclaimable')
    .find(({ role }) => role === 'daemon');
  expect(daemon?.get('median_b')?.value).toBe(summary?.median);
});

test('a missing value is its reason in words and has no number behind it', () => {
  const row = readTables(page)
    .get('cold-start-cold-start-json-table')
    ?.rows.find((candidate) => candidate.get('cell')?.text === 'wasmtime/jit');
  expect(row?.get('median_s')).toEqual({
    text: 'not measured: wrong-output',
    value: undefined,
    missing: true,
  });
  expect(row?.get('reasons')?.text).toBe('wrong-output (×30)');
});

test('no number is shown as NaN, undefined or n/a', () => {
  const fields = [...readTables(page).values()].flatMap((table) => table.rows.flatMap((row) => [...row.values()]));
  expect(fields.length).toBeGreaterThan(1000);
  for (const { text, value } of fields) {
    expect(text).not.toMatch(/^$|\b(?:NaN|undefined|null|n\/a)\b/);
    expect(value).not.toBeNaN();
  }
});

test('every chart has a canvas, a label with its finding and a table, and every canvas a chart', () => {
  const ids = chartData(page).charts.map((chart) => chart.id);
  const canvases = [...page.matchAll(/<canvas[^>]*\bid="([^"]+)"[^>]*aria-label="([^"]+)"/gs)];
  expect(canvases.map((match) => match[1])).toEqual(ids);
  for (const [, , label] of canvases)
    expect(label).toMatch(/\d (?:[nµm]?s|[kMG]?B|[nµmk]?J|[pnµm]?g)\b|\d \[|\) instances|\d instances per GiB/);
  for (const id of ids) expect(readTables(page).has(`${id}-table`)).toBe(true);
});

test('boxes carry the quartiles of the summary and every valid value', () => {
  const box = chartData(page).charts.find((chart) => chart.id === 'cold-start-cold-start-json');
  if (box?.kind !== 'box') throw new Error('no box plot');
  const index = box.rows.findIndex((row) => row.name === 'v8/jit');
  const summary = viewOf(model).summaries('cold-start:v8/jit/json', 'cold_start')[0];
  expect(box.boxes[index]).toMatchObject({ q1: summary?.p25, median: summary?.median, q3: summary?.p75 });
  expect(box.boxes[index]?.items).toHaveLength(29);
  expect(box.boxes[box.rows.findIndex((row) => row.name === 'wasmtime/jit')]).toBeNull();
  expect(box.lines[0]?.label).toMatch(/^floor /);
});

test('the charts of one quantity share one axis of whole decades', () => {
  const boxes = chartData(page).charts.filter((chart) => chart.kind === 'box');
  expect(new Set(boxes.map(({ min, max }) => `${min} ${max}`)).size).toBe(1);
  expect(Number.isInteger(Math.log10(boxes[0]?.min ?? 0))).toBe(true);
});

test('only cells of one runner and rung share a phase chart', () => {
  for (const chart of chartData(page).charts.filter(({ id }) => id.startsWith('phases-'))) {
    if (chart.kind !== 'stack') throw new Error('no stacked bars');
    expect(new Set(chart.rows.map((row) => row.name.split('/')[0])).size).toBe(1);
  }
});

test('texts of the record cannot become elements or end the data island', () => {
  const evil = '</script><img src=x onerror=alert(1)>\u2028';
  const [cell, ...cells] = model.cells;
  if (!cell) throw new Error('no cell');
  const hostile: ReportModel = {
    ...model,
    cells: [{ ...cell, variant: evil }, ...cells],
    notes: [{ kind: 'warning', code: 'x', text: evil, count: 1 }],
  };
  const html = renderHtml(hostile, ASSETS);
  expect(html).not.toContain('<img');
  expect(html.match(/<\/script>/g)).toHaveLength(2);
  const [chart] = chartData(html).charts;
  expect(chart?.kind === 'box' && chart.rows.some((row) => row.name.includes(evil))).toBe(true);
});

test('skipped cells stand with reason and remedy, notes with their count', () => {
  expect(page).toContain('20 cells not measured: no OCI runtime crun is installed.');
  expect(page).toContain('<code>apt-get install crun</code>');
  expect(page).toMatch(/<code>wrong-output<\/code>,\s+30 times/);
});

test('an aborted run and a dirty checkout stand in a banner', () => {
  const { manifest } = model;
  const html = renderHtml({ ...model, manifest: { ...manifest, status: 'aborted', suite: { ...manifest.suite, dirty: true } } }, ASSETS);
  expect(html.match(/class="banner" role="note"/g)).toHaveLength(2);
  expect(page).not.toContain('class="banner" role="note"');
});

test('a record without any value gives a page that says so', () => {
  const html = renderHtml(
    {
      ...model,
      samples: [],
      summaries: [],
      differences: [],
      verdicts: [],
      metrics: [],
      memoryFits: [],
      reconciliations: [],
      densities: [],
      energy: NO_ENERGY,
    },
    ASSETS,
  );
  expect(html).toContain('No check was judged');
  expect(chartData(html).charts).toEqual([]);
});

test('many passed verdicts are folded together, the others are not', () => {
  const [passed] = model.verdicts.filter(({ status }) => status === 'pass');
  if (!passed) throw new Error('nothing passed');
  const verdicts = [...model.verdicts, ...Array.from({ length: 30 }, (_, index) => ({ ...passed, id: `more-${index}` }))];
  const section = /<section id="verdicts"[^]*?<\/section>/.exec(renderHtml({ ...model, verdicts }, ASSETS))?.[0] ?? '';
  const folded = /<details>[^]*<\/details>/.exec(section)?.[0] ?? '';
  expect(folded).toContain('31 more, all passed');
  expect(folded.match(/class="verdict pass"/g)).toHaveLength(31);
  expect(folded).not.toMatch(/class="verdict (?!pass)/);
  expect(section.match(/class="verdict fail"/g)).toHaveLength(1);
});
