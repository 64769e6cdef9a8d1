import { chartLabel } from '../../findings.ts';
import type { Panel, View } from '../../view.ts';
import { sentence } from '../../words.ts';
import type { DotSpec } from '../chart-spec.ts';
import { html, slug } from '../markup.ts';
import { chartRow, rungAndN, summaryTable } from '../rows.ts';
import { type Figure, figures, type Section } from '../section.ts';
import { dotOf } from './memory.ts';

/** What one more compile, instantiation or call costs inside a process that already lives. */
export function warmLoops(view: View): Section | undefined {
  const panels = view.panels(view.metrics('warm_').map((metric) => metric.id));
  if (panels.length === 0) return undefined;
  const intro = html`<p>
    Means of batches inside one live process, one value per round; not a cold start, and never shown on one axis with it.
  </p>`;
  return figures(
    'warm-loops',
    'Warm loops',
    intro,
    panels.map((panel) => figure(view, panel)),
  );
}

function figure(view: View, panel: Panel): Figure {
  const { metric, workload } = panel;
  const id = `warm-${slug(`${panel.rules.scenario}-${workload}-${metric.id}`)}`;
  const heading = `${metric.title}, workload ${workload}`;
  const chart: DotSpec = {
    kind: 'dots',
    axis: 'logarithmic',
    id,
    unit: metric.unit,
    axisTitle: 'time per call, logarithmic',
    rows: panel.rows.map((row) => chartRow(view, row, rungAndN(row))),
    series: [{ name: metric.title, points: panel.rows.map(dotOf) }],
  };
  const caption =
    `${sentence(metric.definition)} Point = median of the rounds, bar = 95 % confidence interval of the ` +
    'median; number at the right = median.';
  const table = summaryTable(view, panel, `${id}-table`, `${heading}: per cell, seconds in the CSV`);
  return {
    heading,
    chart,
    label: chartLabel(`${heading}, points on a logarithmic axis`, panel.rows),
    caption,
    table,
  };
}
