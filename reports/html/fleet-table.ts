import type { MemoryFit } from '../../core/model/density.ts';
import type { Interval } from '../../core/model/summary.ts';
import type { Unit } from '../../core/model/vocabulary.ts';
import { curvatureText, firstWord, fleetTitle, rungOf } from '../fleets.ts';
import { estimate, percent } from '../format.ts';
import { grouped, type View } from '../view.ts';
import { sentence } from '../words.ts';
import { type Content, html } from './markup.ts';
import { lookOf } from './rows.ts';
import { count, type DataTable, type Field, measured } from './table.ts';

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

type Head = Pick<DataTable, 'id' | 'caption'>;

/** F and s of one line per technology, to be read: the intervals stand with their numbers. */
export function lineTable(view: View, fits: readonly MemoryFit[], head: Head): DataTable {
  return {
    ...head,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'rung', title: 'Rung' },
      { key: 'slope_b', title: 's, per instance', numeric: true },
      { key: 'fixed_b', title: 'F, before any', numeric: true },
      { key: 'curvature', title: 'Line is' },
      { key: 'instances', title: 'N' },
      { key: 'rounds', title: 'Rounds', numeric: true },
      { key: 'validity', title: 'Counts', prose: true },
    ],
    rows: fits.map((fit) => [
      { text: fleetTitle(view, fit) },
      { text: rungOf(view, fit) },
      withInterval(fit.slope, fit.unit, noLine(fit)),
      withInterval(fit.intercept, fit.unit, fit.slope ? 'no intercept' : 'not measured'),
      bendField(fit),
      { text: sizesText(fit) },
      count(fit.rounds),
      { text: validityText(fit) },
    ]),
  };
}

/** The same for every reading and role, with the ends of the intervals: what `memory-fits.csv` holds too. */
export function fullLineTable(view: View, fits: readonly MemoryFit[], head: Head): DataTable {
  return {
    ...head,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'rung', title: 'Rung' },
      { key: 'metric', title: 'Reading' },
      { key: 'role', title: 'Role' },
      { key: 'slope_b', title: 's, per instance', numeric: true },
      { key: 'slope_ci_low_b', title: 's CI low', numeric: true },
      { key: 'slope_ci_high_b', title: 's CI high', numeric: true },
      { key: 'fixed_b', title: 'F, before any', numeric: true },
      { key: 'fixed_ci_low_b', title: 'F CI low', numeric: true },
      { key: 'fixed_ci_high_b', title: 'F CI high', numeric: true },
      { key: 'ci_method', title: 'CI method' },
      { key: 'curvature', title: 'Line is' },
      { key: 'instances', title: 'N' },
      { key: 'points', title: 'Values', numeric: true },
      { key: 'rounds', title: 'Rounds', numeric: true },
      { key: 'validity', title: 'Counts', prose: true },
    ],
    rows: fits.map((fit) => [
      { text: fleetTitle(view, fit) },
      { text: rungOf(view, fit) },
      { text: view.metric(fit.metric)?.title ?? fit.metric.replaceAll('_', ' ') },
      { text: fit.role },
      ...numberFields(fit),
      bendField(fit),
      { text: sizesText(fit) },
      count(fit.points),
      count(fit.rounds),
      { text: validityText(fit) },
    ]),
  };
}

function numberFields(fit: MemoryFit): Field[] {
  const { slope, intercept, unit, note } = fit;
  const noRange = slope ? (note ?? 'too few rounds') : 'not measured';
  const interval = slope?.interval;
  return [
    measured(slope?.estimate, unit, noLine(fit)),
    measured(interval?.low, unit, noRange),
    measured(interval?.high, unit, noRange),
    measured(intercept?.estimate, unit, slope ? 'no intercept' : 'not measured'),
    measured(intercept?.interval?.low, unit, noRange),
    measured(intercept?.interval?.high, unit, noRange),
    interval ? { text: `${interval.method}, ${percent(interval.level)}` } : { missing: noRange },
  ];
}

function noLine({ note }: MemoryFit): string {
  return `not measured: ${note ?? 'too few points for a line'}`;
}

function bendField(fit: MemoryFit): Field {
  const text = curvatureText(fit);
  return text === undefined ? { missing: 'not tested' } : { text };
}

/** `0 to 256`: smallest and largest size with a value. */
function sizesText({ medians }: MemoryFit): string {
  const sizes = medians.map(({ instances }) => instances).toSorted((a, b) => a - b);
  return sizes.length === 0 ? 'none' : `${sizes[0]} to ${sizes.at(-1)}`;
}

function validityText({ slope, invalid, note }: MemoryFit): string {
  if (invalid !== undefined) return `✗ invalid: ${firstWord(invalid)}`;
  if (!slope) return 'no';
  return note === undefined ? 'yes' : `yes. ${sentence(note)}`;
}

/** Why lines do not count, each reason once with all it is said of. */
export function invalidNotes(view: View, fits: readonly MemoryFit[]): Content {
  const reasons = [
    ...grouped(
      fits.filter(({ invalid }) => invalid !== undefined),
      ({ invalid }) => invalid ?? '',
    ),
  ];
  if (reasons.length === 0) return undefined;
  return html`<ul class="findings">
    ${reasons.map(([reason, list]) => html`<li><strong>✗ invalid</strong>: ${list.map((fit) => fleetTitle(view, fit)).join(', ')}. ${sentence(reason)}</li> `)}
  </ul>`;
}
