import type { MemoryFit } from '../../core/model/density.ts';
import type { Interval } from '../../core/model/summary.ts';
import type { Unit } from '../../core/model/vocabulary.ts';
import { curvatureText, fleetTitle, rungOf } from '../fleets.ts';
import { estimate, percent } from '../format.ts';
import type { View } from '../view.ts';
import { sentence } from '../words.ts';
import { lookOf } from './rows.ts';
import { type Column, count, type DataTable, type Field, measured } from './table.ts';

/** A number with its interval in one field; at full precision only the number, so the caption must say where the interval is. */
export function withInterval(
  value: { readonly estimate: number; readonly interval?: Interval | undefined } | undefined,
  unit: Unit,
  missing: string,
): Field {
  return value ? { value: value.estimate, text: estimate(value.estimate, value.interval, unit) } : { missing };
}

/** Colour and shape by runner as everywhere, dash and fill by its variant, in the order of the plan. */
export function looksOf(view: View, name: Pick<MemoryFit, 'runner' | 'variant'>): { readonly look: number; readonly variant: number } {
  const variants = [...new Set(view.model.cells.filter(({ runner }) => runner === name.runner).map(({ variant }) => variant))];
  return { look: lookOf(view, name.runner), variant: Math.max(0, variants.indexOf(name.variant)) };
}

/** F and s of lines with their intervals: what `memory-fits.csv` holds too. `full`: also which reading and whose memory. */
export function fitTable(view: View, fits: readonly MemoryFit[], head: Pick<DataTable, 'id' | 'caption'>, full: boolean): DataTable {
  const reading: readonly Column[] = full
    ? [
        { key: 'metric', title: 'Reading' },
        { key: 'role', title: 'Role' },
      ]
    : [];
  return {
    ...head,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'rung', title: 'Rung' },
      ...reading,
      { key: 'slope_b', title: 's, per instance', numeric: true },
      { key: 'slope_ci_low_b', title: 's CI low', numeric: true },
      { key: 'slope_ci_high_b', title: 's CI high', numeric: true },
      { key: 'fixed_b', title: 'F, before the first', numeric: true },
      { key: 'fixed_ci_low_b', title: 'F CI low', numeric: true },
      { key: 'fixed_ci_high_b', title: 'F CI high', numeric: true },
      { key: 'ci_method', title: 'CI method' },
      { key: 'curvature', title: 'Line is' },
      { key: 'instances', title: 'N' },
      { key: 'points', title: 'Values', numeric: true },
      { key: 'rounds', title: 'Rounds', numeric: true },
      { key: 'validity', title: 'Counts' },
    ],
    rows: fits.map((fit) => [
      { text: fleetTitle(view, fit) },
      { text: rungOf(view, fit) },
      ...(full ? [{ text: view.metric(fit.metric)?.title ?? fit.metric }, { text: fit.role }] : []),
      ...fitFields(fit),
    ]),
  };
}

function fitFields(fit: MemoryFit): Field[] {
  const { slope, intercept, unit, medians, points, rounds, note } = fit;
  const none = `not measured: ${note ?? 'too few points for a line'}`;
  const noRange = slope ? (note ?? 'too few rounds') : 'not measured';
  const bend = curvatureText(fit);
  const method = slope?.interval;
  const sizes = medians.map(({ instances }) => instances);
  return [
    measured(slope?.estimate, unit, none),
    measured(slope?.interval?.low, unit, noRange),
    measured(slope?.interval?.high, unit, noRange),
    measured(intercept?.estimate, unit, slope ? 'no intercept' : 'not measured'),
    measured(intercept?.interval?.low, unit, noRange),
    measured(intercept?.interval?.high, unit, noRange),
    method ? { text: `${method.method}, ${percent(method.level)}` } : { missing: noRange },
    bend === undefined ? { missing: 'not tested' } : { text: bend },
    sizes.length === 0 ? { missing: 'none' } : { text: sizes.join(', ') },
    count(points),
    count(rounds),
    { text: validityText(fit) },
  ];
}

function validityText({ invalid, note }: MemoryFit): string {
  if (invalid !== undefined) return `✗ invalid: ${invalid}${note === undefined ? '' : `. ${sentence(note)}`}`;
  return note === undefined ? 'yes' : `yes. ${sentence(note)}`;
}
