import type { Coefficient, Impact } from '../../../core/model/energy.ts';
import { byWorkload, type EnergyPanel, energyPanels, gridCoefficient } from '../../energy.ts';
import { significant } from '../../format.ts';
import { embodiedFormula } from '../../sci-boundary.ts';
import type { View } from '../../view.ts';
import { awarenessFigure, sciFigure } from '../carbon-figures.ts';
import { html } from '../markup.ts';
import { figureMarkup, type Section } from '../section.ts';
import { type DataTable, tableMarkup } from '../table.ts';

/** Software Carbon Intensity per unit, what it is made of, and the numbers that were not measured here. */
export function carbon(view: View): Section | undefined {
  const report = view.model.energy;
  const panels = energyPanels(report.impacts).filter(isScored);
  if (panels.length === 0) return undefined;
  const scores = panels
    .flatMap(byWorkload)
    .filter(isScored)
    .map((panel) => sciFigure(view, panel));
  const aware = panels
    .filter(({ unit }) => unit === 'cold-start')
    .flatMap((panel) => awarenessFigure(view, panel, gridCoefficient(report)) ?? []);
  const all = [...scores, ...aware];
  const formula = embodiedFormula(report);
  const body = html`<p>
      SCI = ((E·I) + M) per R, the Software Carbon Intensity of ISO/IEC 21031:2024: <strong>E</strong> energy of the unit, its share of the
      idle host included; <strong>I</strong> location-based average intensity of the grid; <strong>M</strong> =
      ${formula.replace('M = ', '')}, the part of the host’s making that the unit reserves; <strong>R</strong> the functional unit. No
      offset or certificate enters. Not a corporate inventory.
    </p>
    ${all.map(figureMarkup)}
    <h3>Numbers that were not measured in this run</h3>
    ${tableMarkup(coefficientTable(report.coefficients))}`;
  return { id: 'carbon', title: 'Carbon', body, charts: all.map(({ chart }) => chart) };
}

function isScored({ rows }: EnergyPanel<Impact>): boolean {
  return rows.some(({ sciG }) => sciG !== undefined);
}

function coefficientTable(coefficients: readonly Coefficient[]): DataTable {
  return {
    id: 'coefficients-table',
    caption: 'Coefficients in force, each with its range, year, source and licence',
    columns: [
      { key: 'coefficient', title: 'Coefficient' },
      { key: 'title', title: 'What it is', prose: true },
      { key: 'central', title: 'Value', numeric: true },
      { key: 'low', title: 'Low', numeric: true },
      { key: 'high', title: 'High', numeric: true },
      { key: 'unit', title: 'Unit' },
      { key: 'year', title: 'Year', numeric: true },
      { key: 'source', title: 'Source', prose: true },
      { key: 'licence', title: 'Licence', prose: true },
      { key: 'chosen', title: 'Chosen by', prose: true },
      { key: 'stale', title: 'Age' },
    ],
    rows: coefficients.map((one) => [
      { text: one.id },
      { text: one.title },
      ...[one.central, one.low, one.high].map((value) => ({ value, text: significant(value) })),
      { text: one.unit },
      { value: one.year, text: String(one.year) },
      { text: one.source },
      { text: one.licence },
      { text: one.chosen },
      { text: one.stale === undefined ? 'within its limit' : `stale: ${one.stale}` },
    ]),
  };
}
