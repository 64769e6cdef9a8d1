import type { Summary } from '../../../core/model/summary.ts';
import { percent } from '../../format.ts';
import { isFleet, type View } from '../../view.ts';
import { cellName, notMeasured, noInterval, reasonsText } from '../../words.ts';
import { html } from '../markup.ts';
import type { Section } from '../section.ts';
import { count, type DataTable, type Field, measured, tableMarkup } from '../table.ts';

/** Metrics that have a chart of their own above. */
const CHARTED = /^(cold_start$|phase_|memory_unreclaimable$|memory_pss$|image_bytes_|artifact_bytes_|warm_|host_)/;

/** Everything else that was measured: one table, no chart. */
export function further(view: View): Section | undefined {
  const summaries = view.model.summaries.filter(({ metric, cell: id }) => {
    const cell = view.cell(id);
    return cell && !isFleet(cell) && !CHARTED.test(metric);
  });
  if (summaries.length === 0) return undefined;
  const body = html`<p>
      Every metric of the run that has no chart above; definitions are under <a href="#methods">Methods</a>.
      ${view.model.cells.some(isFleet) && html`Readings of fleets, a row per size and role, are in <code>summary.csv</code> only: what follows from them is above.`}
    </p>
    <details>
      <summary>Table of ${summaries.length} rows</summary>
      ${tableMarkup(tableOf(view, summaries))}
    </details>`;
  return { id: 'further', title: 'Further measurements', body, charts: [] };
}

function tableOf(view: View, summaries: readonly Summary[]): DataTable {
  return {
    id: 'further-table',
    caption: 'Further measurements per cell, metric and role; SI base units in the CSV',
    columns: [
      { key: 'cell', title: 'Cell' },
      { key: 'workload', title: 'Workload' },
      { key: 'scenario', title: 'Scenario' },
      { key: 'rung', title: 'Rung' },
      { key: 'metric', title: 'Metric' },
      { key: 'role', title: 'Role' },
      { key: 'unit', title: 'Unit' },
      { key: 'median', title: 'Median', numeric: true },
      { key: 'ci_low', title: 'CI low', numeric: true },
      { key: 'ci_high', title: 'CI high', numeric: true },
      { key: 'ci_method', title: 'CI method' },
      { key: 'n_ok', title: 'n', numeric: true },
      { key: 'reasons', title: 'Reasons' },
    ],
    rows: summaries.map((summary) => fields(view, summary)),
  };
}

function fields(view: View, summary: Summary): Field[] {
  const cell = view.cell(summary.cell);
  const { unit, interval } = summary;
  const none = summary.median === undefined ? notMeasured(summary) : noInterval(summary);
  return [
    { text: cell ? cellName(cell) : summary.cell },
    { text: cell?.workload ?? '' },
    { text: cell?.scenario ?? '' },
    { text: cell?.rung ?? '' },
    { text: view.metric(summary.metric)?.title ?? summary.metric },
    { text: summary.role },
    { text: unit },
    measured(summary.median, unit, none),
    measured(interval?.low, unit, none),
    measured(interval?.high, unit, none),
    interval ? { text: interval.method === 'exact' ? 'exact' : `${interval.method}, ${percent(interval.level)}` } : { missing: none },
    count(summary.counts.ok),
    { text: reasonsText(summary) || 'none' },
  ];
}
