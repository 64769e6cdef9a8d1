import type { Cell } from '../../../core/model/plan.ts';
import { quantity } from '../../format.ts';
import { byRung, type Metric, type View } from '../../view.ts';
import { mergedOrder } from '../../phase-order.ts';
import { cellName, notMeasured, scenarioNote } from '../../words.ts';
import type { StackSpec } from '../chart-spec.ts';
import { html, slug } from '../markup.ts';
import { lookOf } from '../rows.ts';
import { type Figure, figures, type Section } from '../section.ts';
import { type DataTable, type Field, measured } from '../table.ts';

const PREFIX = 'phase_';

/**
 * Where the time goes: median length of each phase, one chart per runner and rung, because only equal layers
 * compare.
 */
export function phases(view: View): Section | undefined {
  const cells = byRung(view.model.cells).filter(
    (cell) => cell.activity === 'run' && phaseMetrics(view, [cell]).length > 0 && cell.role !== 'twin',
  );
  if (cells.length === 0) return undefined;
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = `${cell.scenario} ${cell.runner} ${cell.rung}`;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  const intro = html`<p>
    One chart per runner and rung, each on its own linear axis from 0: the phases of different runners are different work, so lengths
    compare within a chart only. Medians of phases do not add up exactly to the median of the whole.
  </p>`;
  return figures(
    'phases',
    'Phase breakdown',
    intro,
    [...groups.values()].map((group) => figure(view, group)),
  );
}

/** Metrics `phase_*` of these cells in the order in which the trials went through them. */
function phaseMetrics(view: View, cells: readonly Cell[]): Metric[] {
  const order = mergedOrder(cells.map((cell) => phasesOf(view, cell)));
  return order.flatMap((id) => view.metric(id) ?? []);
}

/** Phases of a cell as its first complete trial went through them; the record lists them by their beginning. */
function phasesOf(view: View, cell: Cell): readonly string[] {
  const samples = view.model.samples.filter((sample) => sample.cell === cell.id && sample.metric.startsWith(PREFIX));
  return samples.filter((sample) => sample.trialId === samples[0]?.trialId).map((sample) => sample.metric);
}

/** Trials of a cell that told their phases. */
function trialsWithPhases(view: View, cell: Cell): number {
  return Math.max(0, ...phasesOf(view, cell).map((metric) => view.summaries(cell.id, metric)[0]?.counts.ok ?? 0));
}

function figure(view: View, cells: readonly Cell[]): Figure {
  const [first] = cells;
  const runner = first?.runner ?? '';
  const rung = first?.rung ?? '';
  const metrics = phaseMetrics(view, cells);
  const id = `phases-${slug(`${first?.scenario ?? ''}-${runner}-${rung}`)}`;
  const heading = `Phases of ${runner} (rung ${rung})${scenarioNote(view, first)}`;
  const marks = cells.map((cell) => medianOf(view, cell, 'cold_start') ?? null);
  const chart: StackSpec = {
    kind: 'stack',
    id,
    unit: 's',
    axisTitle: 'median time per phase, linear',
    rows: cells.map((cell, index) => ({
      name: `${cellName(cell)} ${cell.workload}`,
      detail: `n = ${trialsWithPhases(view, cell)}`,
      text: totalText(view, cell, metrics, marks[index] ?? undefined),
      look: lookOf(view, cell.runner),
    })),
    series: metrics.map((metric) => ({
      name: phaseName(metric),
      values: cells.map((cell) => medianOf(view, cell, metric.id) ?? null),
    })),
    markName: 'median cold start (t1)',
    marks,
  };
  return {
    heading,
    chart,
    label: labelOf(view, heading, cells, metrics),
    caption: CAPTION,
    table: tableOf(view, cells, metrics, id, heading),
  };
}

const CAPTION =
  'Each segment = median time in one phase, in the order of the trial; the number in it is its number in ' +
  'the legend. Diamond = median cold start (t1): what lies right of it happens after the first byte. ' +
  'Number at the right = sum of the medians.';

function medianOf(view: View, cell: Cell, metric: string): number | undefined {
  return view.summaries(cell.id, metric).find((summary) => summary.median !== undefined)?.median;
}

function phaseName(metric: Metric): string {
  return metric.id.slice(PREFIX.length).replaceAll('_', '-');
}

function totalText(view: View, cell: Cell, metrics: readonly Metric[], coldStart: number | undefined): string {
  const medians = metrics.flatMap((metric) => medianOf(view, cell, metric.id) ?? []);
  if (medians.length > 0)
    return quantity(
      medians.reduce((sum, value) => sum + value, 0),
      's',
    );
  return coldStart === undefined ? notMeasured(view.summaries(cell.id, 'cold_start')[0]) : 'no phases recorded';
}

function labelOf(view: View, heading: string, cells: readonly Cell[], metrics: readonly Metric[]): string {
  const parts = cells.map((cell) => {
    const longest = metrics
      .flatMap((metric) => ({
        name: phaseName(metric),
        value: medianOf(view, cell, metric.id) ?? Number.NEGATIVE_INFINITY,
      }))
      .reduce((a, b) => (b.value > a.value ? b : a));
    const text = longest.value > 0 ? `longest phase ${longest.name} ${quantity(longest.value, 's')}` : 'no phase measured';
    return `${cellName(cell)}, ${cell.workload}: ${text}`;
  });
  return `${heading}, stacked bars on a linear axis. ${parts.join('; ')}.`;
}

function tableOf(view: View, cells: readonly Cell[], metrics: readonly Metric[], id: string, heading: string): DataTable {
  return {
    id: `${id}-table`,
    caption: `${heading}: median per phase, in seconds in the CSV`,
    columns: [
      { key: 'cell', title: 'Cell' },
      { key: 'workload', title: 'Workload' },
      { key: 'cache_state', title: 'Cache state' },
      ...metrics.map((metric) => ({ key: `${metric.id}_median_s`, title: phaseName(metric), numeric: true })),
      { key: 'cold_start_median_s', title: 'Cold start', numeric: true },
      { key: 'n_ok', title: 'n', numeric: true },
    ],
    rows: cells.map((cell) => {
      const median = (metric: string): Field => measured(medianOf(view, cell, metric), 's', absent(view, cell, metric));
      const n = trialsWithPhases(view, cell);
      return [
        { text: cellName(cell) },
        { text: cell.workload },
        { text: cell.cacheState },
        ...metrics.map((metric) => median(metric.id)),
        median('cold_start'),
        { value: n, text: String(n) },
      ];
    }),
  };
}

function absent(view: View, cell: Cell, metric: string): string {
  const [summary] = view.summaries(cell.id, metric);
  return summary ? notMeasured(summary) : 'no such phase in this cell';
}
