import { describe, expect, test } from 'vitest';
import type { ReportModel } from '../../core/model/report.ts';
import { energyPanels, methodWords } from '../energy.ts';
import { readTables } from '../testing/read-tables.ts';
import { sampleEnergy, withoutRates } from '../testing/sample-energy.ts';
import { sampleModel } from '../testing/sample-model.ts';
import { viewOf } from '../view.ts';
import { awarenessFigure, sciFigure } from './carbon-figures.ts';
import type { ChartData, ChartSpec } from './chart-spec.ts';
import { energyAt, energyFigure, packingFigure } from './energy-figures.ts';
import { renderHtml } from './render.ts';
import { breakEvenFigure } from './sections/break-even.ts';

const ASSETS = { script: '', style: '', scriptSha256: '', styleSha256: '' };
const model = sampleModel();
const view = viewOf(model);
const page = renderHtml(model, ASSETS);
const tables = readTables(page);
const chartsOf = (html: string): readonly ChartSpec[] =>
  (JSON.parse(/<script type="application\/json" id="chart-data">([^]*?)<\/script>/.exec(html)?.[1] ?? '') as ChartData).charts;
const charts = chartsOf(page).filter(({ id }) => /^(energy|sci|carbon|break-even)-/.test(id));
const { units, impacts, breakEvens } = model.energy;
const coldStarts = (method: string) => units.filter((row) => row.unit === 'cold-start' && row.method === method);

describe('measured and modelled', () => {
  const mixed = <Row extends { unit: string; method: string }>(rows: readonly Row[]): Row[] =>
    rows.filter(({ unit }) => unit === 'cold-start');
  const refusal = { code: 'mixed-methods' };

  test('never share a figure: every builder refuses rows of two methods', () => {
    const unitPanel = { unit: 'cold-start', method: 'rapl', rows: mixed(units) } as const;
    const impactPanel = { unit: 'cold-start', method: 'rapl', rows: mixed(impacts) } as const;
    const grid = model.energy.coefficients.find(({ id }) => id.startsWith('grid'));
    for (const build of [
      () => energyFigure(view, unitPanel),
      () => packingFigure(view, unitPanel),
      () => sciFigure(view, impactPanel),
      () => awarenessFigure(view, impactPanel, grid),
      () => breakEvenFigure(view, breakEvens, 'energy'),
      () => energyFigure(view, { ...unitPanel, rows: [] }),
    ])
      expect(build).toThrow(expect.objectContaining(refusal));
    expect(() => energyFigure(view, { ...unitPanel, rows: coldStarts('rapl') })).not.toThrow();
  });

  test('have a figure, an axis title, a mark and a column each', () => {
    for (const method of ['rapl', 'modelled'] as const) {
      const { word } = methodWords(method);
      const mine = charts.filter(({ id }) => id.endsWith(`-${method}`));
      expect(mine.length).toBeGreaterThan(6);
      for (const { id, axisTitle } of mine) {
        expect(axisTitle).toContain(word);
        const figure = page.slice(page.indexOf(`<figure id="${id}-figure"`)).split('</figure>')[0] ?? '';
        expect(figure).toMatch(new RegExp(`class="mark ${method === 'rapl' ? 'measured' : 'modelled'}"`));
        for (const row of tables.get(`${id}-table`)?.rows ?? []) expect(row.get('method')?.text).toContain(word);
      }
    }
    expect(charts.every(({ id }) => /-(rapl|modelled)$/.test(id))).toBe(true);
  });
});

test('an energy table has what a unit is made of at full precision, and words where something is missing', () => {
  const rows = tables.get('energy-cold-start-modelled-table')?.rows ?? [];
  expect(rows).toHaveLength(5);
  for (const [index, unit] of coldStarts('modelled').entries()) {
    expect(rows[index]?.get('energy_j')?.value).toBe(unit.energyJ?.central);
    expect(rows[index]?.get('energy_high_j')?.value).toBe(unit.energyJ?.high);
    expect(rows[index]?.get('idle_j')?.value).toBe(unit.idleJ?.central);
    expect(rows[index]?.get('gross_j')).toMatchObject({ missing: true, text: 'measured only' });
  }
  expect(rows[4]?.get('note')?.text).toContain('no density is known');
});

test('a unit below the detection limit has no point and no number, only what it is less than', () => {
  const chart = charts.find(({ id }) => id === 'energy-operation-rapl');
  expect(chart?.kind === 'dots' && [chart.rows[0]?.text, chart.series[0]?.points[0]]).toEqual(['< 78.3 µJ', null]);
  expect(tables.get('energy-operation-rapl-table')?.rows[0]?.get('energy_j')).toMatchObject({ missing: true, text: '&lt; 78.3 µJ' });
  expect(tables.get('sci-operation-noop-rapl-table')?.rows[0]?.get('sci_g')?.missing).toBe(true);
  expect(tables.get('sci-operation-noop-rapl-table')?.rows[0]?.get('note')?.text).toContain('below its detection limit');
});

test('packing divides the idle host: alone it is paid whole, at the density the figure of the table above returns', () => {
  for (const row of coldStarts('modelled').filter(({ share }) => share)) {
    const [alone, full] = [energyAt(row, 1), energyAt(row, row.share?.instancesPerHost ?? 0)];
    expect(alone?.central).toBeCloseTo((row.dynamicJ?.central ?? 0) + (row.hostIdleW?.central ?? 0) * (row.durationS ?? 0), 12);
    expect(full?.central).toBeCloseTo(row.energyJ?.central ?? Number.NaN, 12);
  }
  const chart = charts.find(({ id }) => id === 'energy-packing-cold-start-noop-modelled');
  const series = chart?.kind === 'xy' ? chart.series : [];
  expect(series).toHaveLength(4);
  for (const { points } of series) expect(points.map(({ y }) => y)).toEqual(points.map(({ y }) => y).toSorted((a, b) => b - a));
});

test('the SCI is stacked from operational and embodied, with the band of their sum', () => {
  const chart = charts.find(({ id }) => id === 'sci-cold-start-noop-modelled');
  if (chart?.kind !== 'stack') throw new Error('no stacked bars');
  for (const [index, impact] of impacts.filter(({ unit, method }) => unit === 'cold-start' && method === 'modelled').entries()) {
    expect(chart.series.map(({ values }) => values[index])).toEqual([impact.operationalG?.central, impact.embodiedG?.central]);
    expect(chart.marks[index]).toBe(impact.sciG?.central);
    expect(chart.ranges?.[index]).toMatchObject({ low: impact.sciG?.low, high: impact.sciG?.high });
  }
});

test('what ran in emulation is named so, and its grams do not flatten the bars of the others', () => {
  const imitated = <Row extends { runner: string }>(row: Row): Row => (row.runner === 'vm' ? { ...row, emulated: true } : row);
  const { energy } = model;
  const marked = { ...model, energy: { ...energy, units: energy.units.map(imitated), impacts: energy.impacts.map(imitated) } };
  const html = renderHtml(marked, ASSETS);
  const chart = chartsOf(html).find(({ id }) => id === 'sci-cold-start-noop-modelled');
  if (chart?.kind !== 'stack') throw new Error('no stacked bars');
  expect(chart.rows.map(({ name }) => name).filter((name) => name.startsWith('vm/'))).toEqual([]);
  const names = readTables(html)
    .get('sci-cold-start-noop-modelled-table')
    ?.rows.map((row) => row.get('technology')?.text);
  expect(names?.some((name) => /^vm\/.* \(emulated\)/.test(name ?? ''))).toBe(true);
});

test('on other grids only the operational part moves', () => {
  const row = tables.get('carbon-awareness-cold-start-modelled-table')?.rows[0];
  const impact = impacts.find(({ unit, method }) => unit === 'cold-start' && method === 'modelled');
  expect(row?.get('grid_1_g')?.value).toBeCloseTo(impact?.sciG?.central ?? Number.NaN, 15);
  const [low = 0, high = 0] = [row?.get('grid_0_g')?.value, row?.get('grid_2_g')?.value];
  expect(high - low).toBeCloseTo((impact?.energyKwh?.central ?? 0) * (713.9 - 30.75), 15);
});

test('the lines of keep-warm and scale-to-zero cross at the marked rate, also where the operation is taken off', () => {
  const halved = breakEvens.map(({ perHour, ...row }) => ({
    ...row,
    ...(perHour ? { perHour: { low: perHour.low * 2, central: perHour.central * 2, high: perHour.high * 2 } } : {}),
  }));
  for (const html of [page, renderHtml({ ...model, energy: { ...model.energy, breakEvens: halved } }, ASSETS)]) {
    const lines = chartsOf(html).filter(({ id }) => id.startsWith('break-even-energy'));
    expect(lines.length).toBeGreaterThan(0);
    for (const chart of lines) {
      if (chart.kind !== 'xy') throw new Error('no lines');
      expect(chart.series.length).toBe(4);
      for (const { points, paths } of chart.series) {
        const [flat = [], rising = []] = paths;
        const [point] = points;
        expect(new Set(flat.map(({ y }) => y)).size).toBe(1);
        const perStart = (rising[0]?.y ?? 0) / (rising[0]?.x ?? 1);
        expect((point?.x ?? 0) * perStart).toBeCloseTo(flat[0]?.y ?? Number.NaN, 9);
      }
    }
  }
});

test('where no technology has a break-even rate the page says so in one sentence per method', () => {
  const none = withoutRates(breakEvens);
  const html = renderHtml({ ...model, energy: { ...model.energy, breakEvens: none } }, ASSETS);
  expect(html.match(/No technology has a rate: an idle hour has no figure\./g)).toHaveLength(2);
});

test('figures with a colour per technology refuse two workloads, and there is one of each', () => {
  const twin = <Row extends { workload: string }>(rows: readonly Row[]): Row[] => [
    ...rows,
    ...rows.map((row) => ({ ...row, workload: 'json' })),
  ];
  const energy = { ...model.energy, units: twin(units), impacts: twin(impacts), breakEvens: twin(breakEvens) };
  const ids = chartsOf(renderHtml({ ...model, energy }, ASSETS)).map(({ id }) => id);
  for (const workload of ['noop', 'json']) {
    for (const name of ['energy-packing-cold-start', 'sci-cold-start', 'break-even-energy']) {
      expect(ids.filter((id) => id === `${name}-${workload}-modelled`)).toHaveLength(1);
    }
  }
  const refusal = expect.objectContaining({ code: 'mixed-workloads' });
  const modelled = <Row extends { unit: string; method: string }>(rows: readonly Row[]): Row[] =>
    rows.filter(({ unit, method }) => unit === 'cold-start' && method === 'modelled');
  const panel = { unit: 'cold-start', method: 'modelled' } as const;
  expect(() => packingFigure(view, { ...panel, rows: modelled(energy.units) })).toThrow(refusal);
  expect(() => sciFigure(view, { ...panel, rows: modelled(energy.impacts) })).toThrow(refusal);
});

test('the reason why a meter is missing stands once in its section, its remedy as a sentence', () => {
  const because = 'energy_uj belongs to root since Linux 5.10 (CVE-2020-8694)';
  const energy = sampleEnergy('unavailable');
  const told = energy.units.map((unit) => ({ ...unit, note: `${because}; looked for rapl (denied), perf (always-zero)` }));
  const html = renderHtml({ ...model, energy: { ...energy, units: told } }, ASSETS);
  const section = html.slice(html.indexOf('<section id="energy"')).split('</section>')[0] ?? '';
  expect(section.split(because)).toHaveLength(2);
  expect(section).toContain('no meter could be read, its reason stands with it; looked for rapl (denied)');
  expect(section).toContain('Run as root, or: sudo chmod');
  expect(section).not.toContain('<code>run as root');
});

test('every energy table has the rung and cache state of its row, few rounds are warned of', () => {
  for (const name of ['energy-cold-start-modelled', 'sci-cold-start-noop-modelled', 'break-even-energy-noop-modelled']) {
    const row = tables.get(`${name}-table`)?.rows.find((one) => one.get('technology')?.text.startsWith('container/'));
    expect(row?.get('rung')?.text).toMatch(/^docker-engine, [a-z-]+$/);
  }
  const few = units.map((unit) => ({ ...unit, n: Math.min(unit.n, 2) }));
  const html = renderHtml({ ...model, energy: { ...model.energy, units: few.filter(({ n }) => n > 0) } }, ASSETS);
  expect(html).toContain('Do not publish below 10 rounds');
  expect(page).not.toContain('Do not publish below 10 rounds');
});

test('where nothing could be read the page says why, with the remedy, and draws nothing', () => {
  const none: ReportModel = { ...model, energy: sampleEnergy('unavailable') };
  const html = renderHtml(none, ASSETS);
  expect(chartsOf(html).filter(({ id }) => /^(energy|sci|carbon|break-even)-/.test(id))).toEqual([]);
  expect(html).toContain('energy_uj belongs to root since Linux 5.10');
  expect(html).toContain('<code>always-zero</code>');
  expect(html).toContain('<p>5 figures not measured: no CPU time is on record.</p>');
});

test('a coefficient that is too old is called stale where it stands', () => {
  expect(tables.get('coefficients-table')?.rows.map((row) => row.get('stale')?.text.slice(0, 6))).toEqual([
    'within',
    'within',
    'stale:',
    'within',
  ]);
});

test('panels come in the order of units, then of evidence', () => {
  expect(energyPanels(units).map(({ unit, method, rows }) => `${unit} ${method} ${rows.length}`)).toEqual([
    'cold-start rapl 4',
    'cold-start modelled 5',
    'operation rapl 4',
    'operation modelled 5',
    'instance-hour-idle rapl 4',
    'instance-hour-idle modelled 5',
  ]);
});
