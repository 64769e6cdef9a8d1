import type { DifferenceResult } from '../../../core/model/summary.ts';
import type { Unit } from '../../../core/model/vocabulary.ts';
import { differsText } from '../../../results/derive/derive-differences.ts';
import { percent, quantity } from '../../format.ts';
import { grouped, type View } from '../../view.ts';
import { referenceName } from '../../words.ts';
import type { ChartRow, Dot, DotSpec } from '../chart-spec.ts';
import { html, slug } from '../markup.ts';
import { lookOf } from '../rows.ts';
import { type Figure, figures, type Section } from '../section.ts';
import { count, type DataTable, type Field, measured } from '../table.ts';

/** What each layer costs: differences of two cells of one scenario, paired by round, as the scenario asks for them. */
export function differences(view: View): Section | undefined {
  const { model } = view;
  if (model.differences.length === 0) return undefined;
  const intro = html`<p>
    One cell minus another, paired by round: both ran within seconds of each other. Two cells seldom differ in one layer alone; the table
    says in what else they do, and that is part of the difference too.
  </p>`;
  const panels = grouped(model.differences, ({ scenario, workload, metric }) => `${scenario} ${workload} ${metric}`);
  return figures(
    'differences',
    'What each layer costs',
    intro,
    [...panels.values()].flatMap((list) => figure(view, list)),
  );
}

function figure(view: View, list: readonly DifferenceResult[]): Figure[] {
  const [first] = list;
  if (!first) return [];
  const { scenario, workload, metric, unit } = first;
  const id = `differences-${slug(`${scenario}-${workload}-${metric}`)}`;
  const name = view.metric(metric)?.title ?? metric;
  const heading = `${name}: differences, workload ${workload}`;
  const chart: DotSpec = {
    kind: 'dots',
    axis: 'linear',
    id,
    unit,
    axisTitle: `difference in ${name.toLowerCase()}, linear; left of 0 the layer saves`,
    rows: list.map((difference) => chartRow(view, difference)),
    series: [{ name: 'difference', points: list.map(dotOf) }],
  };
  const caption =
    'Point = Hodges–Lehmann estimate of the difference per round, bar = its 95 % confidence interval (signed rank); below 6 pairs there is no ' +
    'interval. n = rounds in which both cells have a value. Number at the right = estimate.';
  const known = list.flatMap((difference) => (difference.estimate === undefined ? [] : [`${difference.title} ${valueText(difference)}`]));
  const label = `${heading}, points on a linear axis: ${known.join(', ') || 'no difference has a value'}`;
  return [{ heading, chart, label, caption, table: tableOf(view, list, unit, { id: `${id}-table`, caption: heading }) }];
}

function chartRow(view: View, difference: DifferenceResult): ChartRow {
  const { title, of, from, pairs } = difference;
  const look = lookOf(view, view.cell(of)?.runner ?? view.cell(from)?.runner ?? '');
  return { name: title, detail: `n = ${pairs}`, text: valueText(difference), look: Math.max(look, 0) };
}

function valueText({ estimate, unit, note }: DifferenceResult): string {
  return estimate === undefined ? `not measured: ${note ?? 'no pairs'}` : quantity(estimate, unit);
}

function dotOf({ estimate, interval }: DifferenceResult): Dot | null {
  if (estimate === undefined) return null;
  return interval ? { value: estimate, low: interval.low, high: interval.high } : { value: estimate };
}

function tableOf(view: View, list: readonly DifferenceResult[], unit: Unit, head: Pick<DataTable, 'id' | 'caption'>): DataTable {
  const suffix = unit === '1' ? '' : `_${unit.toLowerCase()}`;
  return {
    id: head.id,
    caption: `${head.caption}; SI base units in the CSV`,
    columns: [
      { key: 'difference', title: 'Difference' },
      { key: 'of', title: 'With' },
      { key: 'from', title: 'Without' },
      { key: 'differs', title: 'They differ in' },
      { key: `estimate${suffix}`, title: 'Estimate', numeric: true },
      { key: `ci_low${suffix}`, title: 'CI low', numeric: true },
      { key: `ci_high${suffix}`, title: 'CI high', numeric: true },
      { key: 'ci_method', title: 'CI method' },
      { key: 'pairs', title: 'Pairs', numeric: true },
    ],
    rows: list.map((difference) => fields(view, difference)),
  };
}

function fields(view: View, difference: DifferenceResult): Field[] {
  const { title, of, from, estimate, interval, unit, pairs, note } = difference;
  const none = estimate === undefined ? 'not measured' : (note ?? 'no interval');
  const differs = differsText(difference);
  return [
    { text: title },
    { text: referenceName(view, of) },
    { text: referenceName(view, from) },
    differs === '' ? { missing: 'one of them was not measured' } : { text: differs },
    measured(estimate, unit, `not measured: ${note ?? 'no pairs'}`),
    measured(interval?.low, unit, none),
    measured(interval?.high, unit, none),
    interval ? { text: `${interval.method}, ${percent(interval.level)}` } : { missing: none },
    count(pairs),
  ];
}
