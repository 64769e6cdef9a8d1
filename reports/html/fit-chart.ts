import type { MemoryFit } from '../../core/model/density.ts';
import type { Summary } from '../../core/model/summary.ts';
import { firstWord, fleetTitle, slopeText, summaryAt } from '../fleets.ts';
import { quantity } from '../format.ts';
import type { View } from '../view.ts';
import type { XyPlace, XySeries, XySpec } from './chart-spec.ts';
import { looksOf } from './fleet-table.ts';
import { count, type DataTable, measured } from './table.ts';

/** Steps of a drawn line: on logarithmic axes a straight line is a curve. */
const STEPS = 48;

export const FIT_MARKS =
  'Point = median of the rounds at that N, bar = smallest to largest round. Line = F + s·N (Theil–Sen), band = F + s·N with s at both ends of ' +
  'its 95 % confidence interval. Both axes are logarithmic, so that technologies a thousand times apart stay legible: a straight line looks bent where F ends ' +
  'and s·N begins, and 0 B has no place. Dash and fill tell the variants of a runner apart.';

export function fitChart(view: View, fits: readonly MemoryFit[], id: string, axisTitle: string): XySpec {
  return {
    kind: 'xy',
    id,
    unit: fits[0]?.unit ?? 'B',
    axisTitle: `${axisTitle}, logarithmic`,
    across: { title: 'instances alive at the same time (N)', suffix: '', fromZero: true },
    series: fits.map((fit) => seriesOf(view, fit)),
  };
}

function seriesOf(view: View, fit: MemoryFit): XySeries {
  const { slope, intercept, medians, invalid, unit } = fit;
  const each = slope ? `${quantity(slope.estimate, unit)} each` : 'no line';
  const most = medians.reduce((largest, { instances }) => Math.max(largest, instances), 0);
  const sizes = stepsTo(most);
  const line = slope && intercept ? sizes.map((x): XyPlace => ({ x, y: intercept.estimate + slope.estimate * x })) : [];
  const { low, high } = slope?.interval ?? {};
  const isBounded = intercept !== undefined && low !== undefined && high !== undefined;
  return {
    name: `${fleetTitle(view, fit)}: ${each}${invalid === undefined ? '' : ` (invalid: ${firstWord(invalid)})`}`,
    ...looksOf(view, fit),
    points: medians.map(({ instances, value }) => ({ x: instances, y: value, ...rangeOf(summaryAt(view, fit, instances)) })),
    paths: line.length > 0 && invalid === undefined ? [line] : [],
    band:
      isBounded && invalid === undefined
        ? sizes.map((x) => ({ x, low: intercept.estimate + low * x, high: intercept.estimate + high * x }))
        : [],
  };
}

export function rangeOf(summary: Summary | undefined): { readonly low?: number; readonly high?: number } {
  const { min, max } = summary ?? {};
  return min === undefined || max === undefined ? {} : { low: min, high: max };
}

/** Even on the axis of N + 1. */
function stepsTo(most: number): number[] {
  return Array.from({ length: STEPS + 1 }, (_, index) => (most + 1) ** (index / STEPS) - 1);
}

/** The finding of such a chart in a sentence. */
export function fitLabel(view: View, heading: string, fits: readonly MemoryFit[]): string {
  const parts = fits.map((fit) => `${fleetTitle(view, fit)} ${slopeText(fit)}`);
  return `${heading}, points and fitted lines on logarithmic axes. Per further instance: ${parts.join('; ')}.`;
}

/** Every point of the chart. */
export function pointTable(view: View, fits: readonly MemoryFit[], id: string, caption: string): DataTable {
  return {
    id,
    caption,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'instances', title: 'N', numeric: true },
      { key: 'median_b', title: 'Median', numeric: true },
      { key: 'min_b', title: 'Min', numeric: true },
      { key: 'max_b', title: 'Max', numeric: true },
      { key: 'fitted_b', title: 'F + s·N', numeric: true },
      { key: 'n_ok', title: 'n', numeric: true },
    ],
    rows: fits.flatMap((fit) =>
      fit.medians.map(({ instances, value, count: n }) => {
        const summary = summaryAt(view, fit, instances);
        const fitted = fit.slope && fit.intercept ? fit.intercept.estimate + fit.slope.estimate * instances : undefined;
        return [
          { text: fleetTitle(view, fit) },
          count(instances),
          measured(value, fit.unit, ''),
          measured(summary?.min, fit.unit, 'not in the summaries'),
          measured(summary?.max, fit.unit, 'not in the summaries'),
          measured(fitted, fit.unit, 'no line'),
          count(n),
        ];
      }),
    ),
  };
}
