import { chartLabel } from '../../findings.ts';
import type { Panel, Row, View } from '../../view.ts';
import { scenarioNote, sentence } from '../../words.ts';
import type { Dot, DotSpec } from '../chart-spec.ts';
import { html, slug } from '../markup.ts';
import { chartRow, rungAndN, summaryTable } from '../rows.ts';
import { type Figure, figures, type Section } from '../section.ts';

/** The two readings that answer "how much"; the others are in the table of further measurements. */
const CHARTED = ['memory_unreclaimable', 'memory_pss'];

/**
 * Memory of one held instance, per role: what the instance itself takes and what stands beside it (shim,
 * daemon, host process).
 */
export function memory(view: View): Section | undefined {
  const panels = view.panels(CHARTED);
  if (panels.length === 0) return undefined;
  const intro = html`<p>
    One instance held after its first output (N = 1), read by the same probe for every technology. Roles are not added up: a daemon or a
    host process is shared by all its instances, so at N = 1 it carries a cost that more instances would divide.
  </p>`;
  return figures(
    'memory',
    'Memory of one instance',
    intro,
    panels.map((panel) => figure(view, panel)),
  );
}

function figure(view: View, panel: Panel): Figure {
  const { metric, workload } = panel;
  const id = `memory-${slug(`${panel.rules.scenario}-${workload}-${metric.id}`)}`;
  const heading = `${metric.title}, workload ${workload}${scenarioNote(view, panel.rows[0]?.cell)}`;
  const chart: DotSpec = {
    kind: 'dots',
    axis: 'linear',
    id,
    unit: metric.unit,
    axisTitle: `${metric.title.toLowerCase()}, linear`,
    rows: panel.rows.map((row) => chartRow(view, row, layersAndN(row))),
    series: [{ name: metric.title, points: panel.rows.map(dotOf) }],
  };
  const caption =
    `${sentence(metric.definition)} Second line of a name: role, rung, n. Point = median, bar = 95 % confidence interval of the median, ` +
    'both in the table; number at the right = median.';
  const table = summaryTable(view, panel, `${id}-table`, `${heading}: per cell and role, bytes in the CSV`);
  return {
    heading,
    chart,
    label: chartLabel(`${heading}, points on a linear axis from 0`, panel.rows),
    caption,
    table,
  };
}

/** Whose memory it is, on which rung, from how many values. */
function layersAndN(row: Row): string {
  return `${row.role === undefined ? '' : `${row.role}, `}${rungAndN(row)}`;
}

/** The median with its interval; null where there is none. */
export function dotOf({ summary }: Row): Dot | null {
  if (summary?.median === undefined) return null;
  const { interval } = summary;
  if (!interval || interval.method === 'exact') return { value: summary.median };
  return { value: summary.median, low: interval.low, high: interval.high };
}
