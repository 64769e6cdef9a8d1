import type { Band, BreakEven } from '../../../core/model/energy.ts';
import { EnergyMethod, type FunctionalUnit } from '../../../core/model/vocabulary.ts';
import {
  breakEvenText,
  energyLooks,
  isSameTechnology,
  layersOfUnit,
  methodWords,
  noRateText,
  oneMethod,
  publishable,
  technologyName,
  workloadOf,
} from '../../energy.ts';
import { isBelowLimit } from '../../../results/carbon/below-limit.ts';
import { bandText, quantity, type ShownUnit, significant } from '../../format.ts';
import { grouped, type View } from '../../view.ts';
import type { XyPlace, XySpec } from '../chart-spec.ts';
import { bandFields, methodField, methodMark } from '../energy-table.ts';
import { html } from '../markup.ts';
import { type Figure, figures, type Section } from '../section.ts';
import type { Field } from '../table.ts';

const UNITS: Readonly<Record<BreakEven['basis'], ShownUnit>> = { energy: 'J', carbon: 'g' };
const STEPS = 32;
/** How far the lines go on beyond the smallest and largest crossing. */
const BEYOND = 20;

/** From how many cold starts per hour on a kept instance costs less than starting one for each request. */
export function breakEven(view: View): Section | undefined {
  const { breakEvens } = view.model.energy;
  if (breakEvens.length === 0) return undefined;
  const byMethod = EnergyMethod.options.map((method) => ({ method, rows: breakEvens.filter((row) => row.method === method) }));
  const list = byMethod.flatMap(({ rows }) =>
    (['energy', 'carbon'] as const).flatMap((basis) => {
      const mine = [
        ...grouped(
          rows.filter((row) => row.basis === basis),
          ({ workload }) => workload,
        ).values(),
      ];
      return mine.filter((some) => some.some(({ perHour }) => perHour)).map((some) => breakEvenFigure(view, some, basis));
    }),
  );
  const none = byMethod.flatMap(({ method, rows }) => {
    const text = noRateText(rows);
    return text === undefined ? [] : [html`<p>${methodMark(method)} ${text}</p>`];
  });
  const intro = html`<p>
      Scale-to-zero pays a cold start for every request that finds no instance; keep-warm pays one idle instance all the time. Below the
      crossing, starting costs less; above, keeping. A start does the work of one request too, which both pay: it is taken off where an
      operation was measured; the note says where not.
    </p>
    ${none}`;
  return figures('break-even', 'Keep warm or scale to zero', intro, list);
}

interface Costs {
  readonly row: BreakEven;
  readonly kept: Band | undefined;
  readonly start: Band | undefined;
}

/**
 * Cost per hour against cold starts per hour: one flat and one rising line per technology, and where they cross.
 * @throws BenchError `mixed-methods`, `mixed-workloads`
 */
export function breakEvenFigure(view: View, rows: readonly BreakEven[], basis: BreakEven['basis']): Figure {
  const method = oneMethod(rows);
  const { word } = methodWords(method);
  const unit = UNITS[basis];
  const costs = rows.map((row) => ({ row, kept: idleHourOf(view, row), start: costOf(view, row, 'cold-start') }));
  const crossed = rows.flatMap(({ perHour }) => perHour?.central ?? []);
  const [first, last] = [Math.min(...crossed) / BEYOND, Math.max(...crossed) * BEYOND];
  const workload = workloadOf(rows);
  const id = `break-even-${basis}-${workload}-${method}`;
  const heading = `${basis === 'energy' ? 'Energy' : 'Carbon'} per hour against cold starts per hour, ${workload}, ${word}`;
  const chart: XySpec = {
    kind: 'xy',
    id,
    unit,
    axisTitle: `${basis === 'energy' ? 'energy' : 'CO2e'} per hour, ${word}, logarithmic`,
    across: { title: 'cold starts per hour', suffix: '', fromZero: false },
    series: costs.flatMap(({ row, kept, start }) => {
      if (!kept || !start || !row.perHour || !(row.perHour.central > 0)) return [];
      const steps = Array.from({ length: STEPS + 1 }, (_, index) => first * (last / first) ** (index / STEPS));
      const { central } = row.perHour;
      // What a start costs beyond the operation it does: that is what the rate was computed from.
      const rising = steps.map((x): XyPlace => ({ x, y: (x * kept.central) / central }));
      const flat = steps.map((x): XyPlace => ({ x, y: kept.central }));
      const name = `${technologyName(row)}: ${significant(central)} per hour`;
      return [{ name, ...energyLooks(view, row), points: [{ x: central, y: kept.central }], paths: [flat, rising], band: [] }];
    }),
  };
  const parts = rows.map((row) => `${technologyName(row)} ${breakEvenText(row)}`);
  return {
    heading,
    chart,
    label: `${heading}, lines on logarithmic axes. Break-even, cold starts per hour: ${parts.join('; ')}.`,
    caption: html`${methodMark(method)} Flat line = keep one instance warm, rising line = start one each time, the operation taken off; same
    colour and dash = same technology; point = where they cross: left of it scale to zero, right of it keep warm. Central values; the table
    has the bands.`,
    table: {
      id: `${id}-table`,
      caption: `${heading}: what an idle hour and a cold start cost, and the rate at which they are equal`,
      columns: [
        { key: 'technology', title: 'Technology' },
        { key: 'rung', title: 'Rung, cache state' },
        { key: 'method', title: 'Method' },
        { key: `idle_hour_${unit.toLowerCase()}`, title: 'Idle hour', numeric: true },
        { key: `cold_start_${unit.toLowerCase()}`, title: 'Cold start', numeric: true },
        { key: 'per_hour', title: 'Break-even, per hour', numeric: true },
        { key: 'per_hour_low', title: 'Low', numeric: true },
        { key: 'per_hour_high', title: 'High', numeric: true },
        { key: 'note', title: 'Note' },
      ],
      rows: costs.map((one) => fields(one, unit, layersOfRow(view, one.row))),
    },
  };
}

/** Of its cold start. */
function layersOfRow({ model }: View, row: BreakEven): string {
  const start = model.energy.units.find((unit) => unit.unit === 'cold-start' && unit.method === row.method && isSameTechnology(unit, row));
  return layersOfUnit(model, row, start);
}

function fields({ row, kept, start }: Costs, unit: ShownUnit, layers: string): Field[] {
  const cost = (band: Band | undefined): Field => (band ? { value: band.central, text: bandText(band, unit) } : { missing: 'not known' });
  return [
    { text: technologyName(row) },
    { text: layers },
    methodField(row.method),
    cost(kept),
    cost(start),
    ...bandFields(row.perHour, '1', breakEvenText(row)),
    { text: row.note ?? rateInWords(row.perHour) },
  ];
}

/** `one cold start every 2.00 min`: easier to hold against one's own traffic than a rate. */
function rateInWords(perHour: Band | undefined): string {
  return perHour && perHour.central > 0 ? `one cold start every ${quantity(3600 / perHour.central, 's')}` : 'none';
}

/** As in the rate: of the same workload, else of noop. */
function idleHourOf(view: View, row: BreakEven): Band | undefined {
  return costOf(view, row, 'instance-hour-idle') ?? costOf(view, { ...row, workload: 'noop' }, 'instance-hour-idle');
}

function costOf({ model }: View, row: BreakEven, unit: FunctionalUnit): Band | undefined {
  const is = (
    other: { readonly unit: FunctionalUnit; readonly method: EnergyMethod } & Pick<BreakEven, 'runner' | 'variant' | 'workload'>,
  ): boolean => other.unit === unit && other.method === row.method && isSameTechnology(other, row);
  if (row.basis === 'energy') {
    const found = model.energy.units.find(is);
    return found && !isBelowLimit(found) ? found.energyJ : undefined;
  }
  const impact = model.energy.impacts.find(is);
  const found = impact && publishable(model.energy, impact);
  return found && 'sciG' in found ? found.sciG : undefined;
}
