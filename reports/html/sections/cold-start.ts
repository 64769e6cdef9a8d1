import { quantity } from '../../format.ts';
import { chartLabel } from '../../findings.ts';
import type { Floor, Panel, View } from '../../view.ts';
import { boxOf, decades, okValues } from '../box.ts';
import type { BoxSpec } from '../chart-spec.ts';
import { html, slug } from '../markup.ts';
import { chartRow, rungAndN, summaryTable } from '../rows.ts';
import { type Figure, figures, type Section } from '../section.ts';
import { scenarioNote } from '../../words.ts';

/** Distribution of the cold start per cell, one chart per workload on one shared logarithmic axis. */
export function coldStart(view: View): Section | undefined {
  const panels = view.panels(['cold_start']);
  if (panels.length === 0) return undefined;
  const floors = panels.flatMap((panel) => view.floor(panel.rules.scenario)?.median ?? []);
  const values = panels.flatMap((panel) => panel.rows.flatMap((row) => okValues(view.samples(row.cell.id, 'cold_start', row.role))));
  const axis = decades([...values, ...floors]);
  const intro = html`<p>
    From just before the launch call (t0) until the host sees the first byte of output that is then verified (t1). Cells stand in the order
    of the cold-start ladder, and each names its rung: a value of one rung is not a better or worse value of another, it leaves out the
    layers above. All charts here share one axis.
  </p>`;
  return figures(
    'cold-start',
    'Cold start',
    intro,
    panels.map((panel) => figure(view, panel, axis)),
  );
}

function figure(view: View, panel: Panel, axis: { min: number; max: number }): Figure {
  const id = `cold-start-${slug(`${panel.rules.scenario}-${panel.workload}`)}`;
  const heading = `Cold start, workload ${panel.workload}${scenarioNote(view, panel.rows[0]?.cell)}`;
  const floor = view.floor(panel.rules.scenario);
  const chart: BoxSpec = {
    kind: 'box',
    id,
    unit: panel.metric.unit,
    axisTitle: 'launch call to first verified byte, logarithmic',
    ...axis,
    rows: panel.rows.map((row) => chartRow(view, row, rungAndN(row))),
    boxes: panel.rows.map((row) => boxOf(row.summary, view.samples(row.cell.id, 'cold_start', row.role))),
    lines: floor ? [{ value: floor.median, label: `floor ${quantity(floor.median, floor.metric.unit)}` }] : [],
  };
  const table = summaryTable(
    view,
    panel,
    `${id}-table`,
    `${heading}: per cell, times in seconds in the CSV; ${panel.rules.functionalUnit}`,
  );
  const label = chartLabel(`${heading}, horizontal box plot on a logarithmic axis`, panel.rows);
  return { heading, chart, label, caption: caption(floor), table };
}

function caption(floor: Floor | undefined): string {
  const marks =
    'Box = quartiles (type 7), line in it = median, whiskers = last value within 1.5 interquartile ranges, ' +
    'every point = one trial (n beside each name), number at the right = median.';
  if (!floor) return marks;
  const { metric, median, summary } = floor;
  const what = metric.id === 'cold_start' ? 'launch to first byte' : 'launch to exit';
  return (
    `${marks} Dashed line = floor: median time from ${what} of a do-nothing native process, ` +
    `${quantity(median, metric.unit)} (n = ${summary.counts.ok}); it is never subtracted.`
  );
}
