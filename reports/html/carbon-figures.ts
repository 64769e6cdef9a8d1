import type { Band, Coefficient, Impact } from '../../core/model/energy.ts';
import { unitOf } from '../../results/carbon/below-limit.ts';
import { GRID_EXTREMES } from '../../results/carbon/data/grid-intensity.ts';
import {
  energyLooks,
  layersOfUnit,
  type EnergyPanel,
  methodWords,
  oneMethod,
  publishable,
  sciText,
  technologyName,
  unitText,
  workloadOf,
} from '../energy.ts';
import { quantity, significant } from '../format.ts';
import type { View } from '../view.ts';
import type { ChartRow, DotSpec, StackSpec } from './chart-spec.ts';
import { bandFields, methodField, methodMark, rowName } from './energy-table.ts';
import { html } from './markup.ts';
import type { Figure } from './section.ts';
import type { DataTable, Field } from './table.ts';

function rows(view: View, impacts: readonly Impact[]): ChartRow[] {
  return impacts.map((impact) => ({
    ...rowName(impact),
    text: sciText(view.model.energy, impact)
      .replace(/ \[.*\]$/, '')
      .replace(/^not known/, 'not measured'),
    look: energyLooks(view, impact).look,
  }));
}

function titleOf({ unit, rows: [first] }: EnergyPanel<Impact>): string {
  return unitText(unit, first?.per ?? 1);
}

/**
 * SCI of one unit: operational and embodied stacked, with the band of their sum.
 * @throws BenchError `mixed-methods`, `mixed-workloads`
 */
export function sciFigure(view: View, panel: EnergyPanel<Impact>): Figure {
  const method = oneMethod(panel.rows);
  const { word } = methodWords(method);
  const report = view.model.energy;
  // An imitated processor's grams would flatten everybody else's: on a linear axis they stand in the table only.
  const real = panel.rows.filter(({ emulated }) => emulated !== true);
  const drawn = real.length > 0 ? real : panel.rows;
  const found = drawn.map((impact) => publishable(report, impact));
  const shown = (read: (impact: Impact) => Band | undefined): (number | null)[] =>
    drawn.map((impact, index) => ('sciG' in (found[index] ?? {}) ? (read(impact)?.central ?? null) : null));
  const bands = found.map((one) => ('sciG' in one ? one.sciG : null));
  const workload = workloadOf(panel.rows);
  const id = `sci-${panel.unit}-${workload}-${method}`;
  const heading = `SCI per ${titleOf(panel)}, ${workload}, ${word}`;
  const chart: StackSpec = {
    kind: 'stack',
    id,
    unit: 'g',
    axisTitle: `CO2e per ${titleOf(panel)}, ${workload}, ${word}, linear`,
    rows: rows(view, drawn),
    series: [
      { name: 'operational (E·I)', values: shown(({ operationalG }) => operationalG) },
      { name: 'embodied (M)', values: shown(({ embodiedG }) => embodiedG) },
    ],
    markName: 'SCI with its band',
    marks: bands.map((band) => band?.central ?? null),
    ranges: bands,
  };
  const parts = panel.rows.map((impact) => `${technologyName(impact)} ${sciText(report, impact)}`);
  return {
    heading,
    chart,
    label: `${heading}, stacked bars on a linear axis. ${parts.join('; ')}.`,
    caption: html`${methodMark(method)} First segment = energy × grid intensity, second = share of the making of the host; diamond = both,
    bar = from all low ends to all high ends. Grams of CO2 equivalent, linear from 0: one large value makes the others look alike, the
    numbers stand beside them.${drawn.length < panel.rows.length && ' What ran in emulation is in the table only.'}`,
    table: sciTable(view, panel, id, heading),
  };
}

function sciTable(view: View, panel: EnergyPanel<Impact>, id: string, heading: string): DataTable {
  const number = (key: string, title: string) => ({ key, title, numeric: true });
  const three = (key: string, title: string) => [number(`${key}_g`, title), number(`${key}_low_g`, 'Low'), number(`${key}_high_g`, 'High')];
  return {
    id: `${id}-table`,
    caption: `${heading}: grams of CO2 equivalent, location-based, no certificates or offsets`,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'rung', title: 'Rung, cache state' },
      { key: 'method', title: 'Method' },
      number('energy_kwh', 'E, kWh'),
      ...three('operational', 'E·I'),
      ...three('embodied', 'M'),
      ...three('sci', 'SCI'),
      { key: 'note', title: 'Note' },
    ],
    rows: panel.rows.map((impact): Field[] => {
      const found = publishable(view.model.energy, impact);
      const because = 'sciG' in found ? '' : found.because;
      const part = (band: Band | undefined): Field[] => bandFields(because === '' ? band : undefined, 'g', 'not known');
      const { energyKwh } = impact;
      return [
        { text: technologyName(impact) },
        { text: layersOfUnit(view.model, impact, unitOf(view.model.energy, impact)) },
        methodField(impact.method),
        energyKwh && because === '' ? { value: energyKwh.central, text: significant(energyKwh.central) } : { missing: 'not known' },
        ...part(impact.operationalG),
        ...part(impact.embodiedG),
        ...part(impact.sciG),
        { text: [...new Set([because, impact.note ?? ''])].filter((text) => text !== '').join('; ') || 'none' },
      ];
    }),
  };
}

/** A grid to compute the same unit for. */
interface Grid {
  readonly name: string;
  readonly gPerKwh: number;
}

/** The cleanest country of the table, the grid in force, the dirtiest; one that is in force itself stands once. */
function gridsOf({ central }: Coefficient): Grid[] {
  const [cleanest, dirtiest] = GRID_EXTREMES.map(({ name, central: gPerKwh }): Grid => ({ name, gPerKwh }));
  const inForce = { name: 'grid of this report', gPerKwh: central };
  return [cleanest, inForce, dirtiest].filter((one): one is Grid => one !== undefined && (one === inForce || one.gPerKwh !== central));
}

/**
 * The same units on grids of different intensity, all else central; undefined where the grid is not known.
 * @throws BenchError `mixed-methods`
 */
export function awarenessFigure(view: View, panel: EnergyPanel<Impact>, grid: Coefficient | undefined): Figure | undefined {
  const method = oneMethod(panel.rows);
  const known = panel.rows.filter((impact) => impact.energyKwh && impact.embodiedG && 'sciG' in publishable(view.model.energy, impact));
  if (!grid || known.length === 0) return undefined;
  const { word } = methodWords(method);
  const grids = gridsOf(grid);
  const grams = ({ energyKwh, embodiedG }: Impact, { gPerKwh }: Grid): number =>
    (energyKwh?.central ?? 0) * gPerKwh + (embodiedG?.central ?? 0);
  const id = `carbon-awareness-${panel.unit}-${method}`;
  const heading = `The same ${titleOf(panel)} on other grids, ${word}`;
  const chart: DotSpec = {
    kind: 'dots',
    id,
    unit: 'g',
    axisTitle: `CO2e per ${titleOf(panel)}, ${word}, logarithmic`,
    axis: 'logarithmic',
    rows: rows(view, known),
    series: grids.map((one) => ({
      name: `${one.name}: ${significant(one.gPerKwh)} g/kWh`,
      points: known.map((impact) => ({ value: grams(impact, one) })),
    })),
  };
  const parts = known.map((impact) => `${technologyName(impact)} ${grids.map((one) => quantity(grams(impact, one), 'g')).join(' to ')}`);
  return {
    heading,
    chart,
    label: `${heading}, dots on a logarithmic axis. ${parts.join('; ')}.`,
    caption: html`${methodMark(method)} SCI with central energy and embodied carbon on grids of
      ${grids.map((one) => `${significant(one.gPerKwh)} g/kWh (${one.name})`).join(', ')}; this report: ${grid.title}. What does not move is
      embodied. Lever: <strong>carbon awareness</strong>: run where and when electricity is cleaner.`,
    table: {
      id: `${id}-table`,
      caption: `${heading}: grams of CO2 equivalent`,
      columns: [
        { key: 'technology', title: 'Technology' },
        { key: 'method', title: 'Method' },
        ...grids.map((one, index) => ({ key: `grid_${index}_g`, title: `${one.name}, ${significant(one.gPerKwh)} g/kWh`, numeric: true })),
        { key: 'embodied_part', title: 'Embodied part, central', numeric: true },
      ],
      rows: known.map((impact): Field[] => {
        const central = grams(impact, { name: '', gPerKwh: grid.central });
        const part = central > 0 ? (impact.embodiedG?.central ?? 0) / central : undefined;
        return [
          { text: technologyName(impact) },
          methodField(method),
          ...grids.map((one) => ({ value: grams(impact, one), text: quantity(grams(impact, one), 'g') })),
          part === undefined ? { missing: 'not known' } : { value: part, text: `${significant(part * 100)} %` },
        ];
      }),
    },
  };
}
