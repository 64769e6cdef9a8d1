import type { Panel, Row, View } from '../view.ts';
import { percent, quantity, significant, times } from '../format.ts';
import { cellName, notMeasured, noInterval, reasonsText, referenceName } from '../words.ts';
import type { ChartRow } from './chart-spec.ts';
import { type Column, count, type DataTable, type Field, measured } from './table.ts';

/** Technologies keep their colour and shape through the whole page: by their order in the plan. */
export function lookOf(view: View, runner: string): number {
  return [...new Set(view.model.cells.map((cell) => cell.runner))].indexOf(runner);
}

export function chartRow(view: View, row: Row, detail: string): ChartRow {
  const { cell, summary } = row;
  const text = summary?.median === undefined ? notMeasured(summary) : quantity(summary.median, summary.unit);
  return { name: cellName(cell), detail, text, look: lookOf(view, cell.runner) };
}

/** Rung and number of values, as they stand behind each name in a chart. */
export function rungAndN(row: Row): string {
  return `${row.cell.rung} · n = ${row.summary?.counts.ok ?? 0}`;
}

/**
 * The full data behind one panel: what every chart's table holds. A role column where all are `instance`, and
 * a 95 % quantile that
 * no n carries, are left out.
 */
export function summaryTable(view: View, panel: Panel, id: string, caption: string, rows = panel.rows): DataTable {
  const { unit } = panel.metric;
  const suffix = unit === '1' ? '' : `_${unit.toLowerCase()}`;
  const columns: Column[] = [
    { key: 'cell', title: 'Cell' },
    { key: 'rung', title: 'Rung' },
    { key: 'cache_state', title: 'Cache state' },
    { key: 'role', title: 'Role' },
    number(`median${suffix}`, 'Median'),
    number(`ci_low${suffix}`, 'CI low'),
    number(`ci_high${suffix}`, 'CI high'),
    { key: 'ci_method', title: 'CI method' },
    number(`min${suffix}`, 'Min'),
    number(`p25${suffix}`, '25 %'),
    number(`p75${suffix}`, '75 %'),
    number(`p95${suffix}`, '95 %'),
    number(`max${suffix}`, 'Max'),
    number('ratio', 'Ratio'),
    number('ratio_ci_low', 'Ratio CI low'),
    number('ratio_ci_high', 'Ratio CI high'),
    { key: 'reference', title: 'Ratio to' },
    number('n_ok', 'n'),
    number('n_failed', 'Failed'),
    number('n_unavailable', 'Unavailable'),
    number('n_invalid', 'Invalid'),
    { key: 'reasons', title: 'Reasons' },
  ];
  const fields = rows.map((row) => summaryFields(view, row, unit));
  const kept = columns.map(({ key }) => key !== 'role' || rows.some(({ role }) => role !== undefined && role !== 'instance'));
  const hasTail = rows.some(({ summary }) => summary?.p95 !== undefined);
  const isShown = (index: number): boolean => kept[index] === true && (hasTail || !columns[index]?.key.startsWith('p95'));
  return {
    id,
    caption,
    columns: columns.filter((_, index) => isShown(index)),
    rows: fields.map((row) => row.filter((_, index) => isShown(index))),
  };
}

function number(key: string, title: string): Column {
  return { key, title, numeric: true };
}

function summaryFields(view: View, row: Row, unit: Panel['metric']['unit']): Field[] {
  const { cell, summary } = row;
  const none = notMeasured(summary);
  const counts = summary?.counts;
  // The reason stands once per row, in the column of the median.
  const value = (field: 'min' | 'p25' | 'p75' | 'p95' | 'max', needs: string): Field =>
    measured(summary?.[field], unit, summary?.median === undefined ? 'not measured' : needs);
  return [
    { text: cellName(cell) },
    { text: cell.rung },
    { text: cell.cacheState },
    row.role === undefined ? { missing: none } : { text: row.role },
    measured(summary?.median, unit, none),
    ...intervalFields(row, unit),
    value('min', 'needs n ≥ 1'),
    value('p25', 'needs n ≥ 4'),
    value('p75', 'needs n ≥ 4'),
    value('p95', 'needs n ≥ 59'),
    value('max', 'needs n ≥ 1'),
    ...ratioFields(view, row),
    count(counts?.ok ?? 0),
    count(counts?.failed ?? 0),
    count(counts?.unavailable ?? 0),
    count(counts?.invalid ?? 0),
    { text: summary === undefined ? none : reasonsText(summary) || 'none' },
  ];
}

function intervalFields({ summary }: Row, unit: Panel['metric']['unit']): Field[] {
  if (summary?.median === undefined) return repeat({ missing: 'not measured' }, 3);
  const { interval } = summary;
  if (!interval) return repeat({ missing: noInterval(summary) }, 3);
  const method = interval.method === 'exact' ? 'exact' : `${interval.method}, ${percent(interval.level)}`;
  return [measured(interval.low, unit, ''), measured(interval.high, unit, ''), { text: method }];
}

function ratioFields(view: View, { cell, summary }: Row): Field[] {
  const ratio = summary?.ratio;
  if (!ratio) {
    return repeat({ missing: noRatio(cell, summary?.median) }, 4);
  }
  const interval = ratio.interval;
  const noRange: Field = { missing: `needs 6 pairs, has ${ratio.pairs}` };
  return [
    { value: ratio.estimate, text: times(ratio.estimate) },
    interval ? { value: interval.low, text: significant(interval.low) } : noRange,
    interval ? { value: interval.high, text: significant(interval.high) } : noRange,
    { text: referenceName(view, ratio.reference) },
  ];
}

function noRatio({ role, emulated, reference }: Row['cell'], median: number | undefined): string {
  if (role === 'reference') return 'is the reference';
  if (emulated === true) return 'emulated: no ratio is taken';
  if (reference === undefined) return 'the scenario has no reference';
  return median === undefined ? 'not measured' : 'no paired values';
}

function repeat(field: Field, length: number): Field[] {
  return Array.from({ length }, () => field);
}
