import type { Cell } from '../../../core/model/plan.ts';
import { quantity } from '../../format.ts';
import { byRung, isFleet, type Metric, type View } from '../../view.ts';
import { cellName, notMeasured } from '../../words.ts';
import type { DotSpec } from '../chart-spec.ts';
import { html, slug } from '../markup.ts';
import { lookOf } from '../rows.ts';
import { type Figure, figures, type Section } from '../section.ts';
import { type Field, measured } from '../table.ts';

/** What must be shipped to run one program once: images and single files, exact bytes. */
export function imageSize(view: View): Section | undefined {
  const metrics = [...view.metrics('image_bytes_'), ...view.metrics('artifact_bytes_')];
  const cells = weighed(view, metrics);
  if (cells.length === 0) return undefined;
  const workloads = [...new Set(cells.map((cell) => cell.workload))];
  const intro = html`<p>
    Exact sizes of what was launched: the same bytes give the same number, so n = 1 and there is no interval. The runtime’s own files are
    needed once per host, whatever runs on it: they have a column of their own and are in no other number. The engine and Node.js are not
    weighed.
  </p>`;
  const list = workloads.map((workload) =>
    figure(
      view,
      metrics,
      cells.filter((cell) => cell.workload === workload),
      workload,
    ),
  );
  return figures('image-size', 'Image and artifact size', intro, list);
}

/** Each runner/variant/workload once: every scenario weighs the same bytes again. Scenarios about fleets do so too, and are about something else. */
function weighed(view: View, metrics: readonly Metric[]): Cell[] {
  const seen = new Set<string>();
  return byRung(view.model.cells.filter((cell) => !isFleet(cell))).filter((cell) => {
    const name = `${cell.runner}/${cell.variant}/${cell.workload}`;
    const has = metrics.some((metric) => view.summaries(cell.id, metric.id).length > 0);
    if (!has || seen.has(name) || cell.role === 'twin' || cell.role === 'floor') return false;
    seen.add(name);
    return true;
  });
}

const RUNTIME = 'artifact_bytes_runtime';

function valueOf(view: View, cell: Cell, metric: Metric): number | undefined {
  return view.summaries(cell.id, metric.id)[0]?.median;
}

function figure(view: View, metrics: readonly Metric[], cells: readonly Cell[], workload: string): Figure {
  const id = `image-size-${slug(workload)}`;
  const heading = `Size of what is shipped, workload ${workload}`;
  const weighedHere = metrics.filter((metric) => cells.some((cell) => valueOf(view, cell, metric) !== undefined));
  const used = weighedHere.filter((metric) => metric.id !== RUNTIME);
  const parts = cells.map((cell) => ({ cell, text: textOf(view, cell, used) }));
  const sizes = parts.map(({ cell, text }) => `${cellName(cell)} ${text}`).join('; ');
  const chart: DotSpec = {
    kind: 'dots',
    axis: 'logarithmic',
    id,
    unit: 'B',
    axisTitle: 'bytes, logarithmic',
    rows: parts.map(({ cell, text }) => ({
      name: cellName(cell),
      detail: cell.rung,
      text,
      look: lookOf(view, cell.runner),
    })),
    series: used.map((metric) => ({
      name: metric.title,
      points: cells.map((cell) => {
        const value = valueOf(view, cell, metric);
        return value === undefined ? null : { value };
      }),
    })),
  };
  return {
    heading,
    chart,
    label: `${heading}, points on a logarithmic axis. ${sizes}.`,
    caption: html`${used.map((metric) => `${metric.title}: ${metric.definition}. `)}Each measure has its own shape; numbers at the right in
    the order of the legend.`,
    table: {
      id: `${id}-table`,
      caption: `${heading}: exact bytes per cell (n = 1 each)`,
      columns: [
        { key: 'cell', title: 'Cell' },
        { key: 'rung', title: 'Rung' },
        ...weighedHere.map((metric) => ({ key: `${metric.id}_b`, title: metric.title, numeric: true })),
      ],
      rows: cells.map((cell) => [
        { text: cellName(cell) },
        { text: cell.rung },
        ...weighedHere.map((metric): Field => measured(valueOf(view, cell, metric), 'B', absent(view, cell, metric))),
      ]),
    },
  };
}

function textOf(view: View, cell: Cell, metrics: readonly Metric[]): string {
  const values = metrics.flatMap((metric) => valueOf(view, cell, metric) ?? []);
  if (values.length > 0) return values.map((value) => quantity(value, 'B')).join(', ');
  return notMeasured(metrics.flatMap((metric) => view.summaries(cell.id, metric.id))[0]);
}

function absent(view: View, cell: Cell, metric: Metric): string {
  const [summary] = view.summaries(cell.id, metric.id);
  return summary ? notMeasured(summary) : 'does not apply to this form of the program';
}
