import type { BreakEven, Coefficient, Impact, UnitEnergy } from '../core/model/energy.ts';
import type { ReportModel } from '../core/model/report.ts';
import { EnergyMethod } from '../core/model/vocabulary.ts';
import {
  breakEvenText,
  byLadder,
  byWorkload,
  type EnergyPanel,
  energyPanels,
  energyText,
  fewRoundsText,
  isSameTechnology,
  layersOfUnit,
  meterLine,
  methodWords,
  sciText,
  technologyName,
  NO_METER_ASKED,
  noRateText,
  unitWords,
  unmeasuredTexts,
  variantName,
  voidText,
  withMethod,
} from './energy.ts';
import { significant } from './format.ts';
import { type Line, tableLines, wrap } from './text-layout.ts';
import { grouped } from './view.ts';
import { sentence } from './words.ts';

/** Energy and carbon at the end of a run: what could be read, joules and SCI per unit, and where keeping an instance begins to pay. */
export function energyBlocks(
  model: Pick<ReportModel, 'energy' | 'cells'>,
  width: number,
  bold: (text: string) => string,
  dim: (text: string) => string,
): string[][] {
  const { energy: report } = model;
  const { meters, units, breakEvens, coefficients } = report;
  const few = fewRoundsText(units);
  if (meters.length + units.length === 0) return [];
  const head = [
    bold('energy and carbon'),
    ...(meters.length === 0 ? wrap(NO_METER_ASKED, width, '  ') : []),
    ...meters.flatMap((meter) => [
      ...wrap(sentence(meterLine(meter)), width, '  ', '    '),
      ...(meter.unavailable ? wrap(`remedy: ${meter.unavailable.remedy}`, width, '    ', '      ').map(dim) : []),
      ...meter.warnings.flatMap((text) => wrap(sentence(text), width, '    ', '      ').map(dim)),
    ]),
    ...(few === undefined ? [] : wrap(few, width, '  ', '    ')),
    ...unmeasuredTexts(report).flatMap((text) => wrap(text, width, '  ', '    ')),
    ...wrap(voidText(report), width, '  ').filter((line) => line.trim() !== ''),
    ...coefficients.filter(isOfCarbon).flatMap((one) => wrap(coefficientLine(one), width, '  ', '    ').map(dim)),
  ];
  const panels = energyPanels(withMethod(units)).flatMap((panel) => byWorkload(panel).map((one) => unitLines(model, one, width, dim)));
  const rates = EnergyMethod.options.flatMap((method) => {
    const mine = breakEvens.filter((row) => row.method === method);
    return mine.length === 0 ? [] : [breakEvenLines(mine, method, width, dim)];
  });
  return [head, ...panels, ...rates];
}

/** What the SCI rests on beside the joules: grams and, where it was given, PUE. */
function isOfCarbon({ id, unit, central }: Coefficient): boolean {
  return unit.includes('CO2') || (id === 'pue' && central !== 1);
}

function coefficientLine({ title, low, central, high, unit, year, chosen, stale }: Coefficient): string {
  const range = low === high ? '' : ` [${significant(low)}–${significant(high)}]`;
  return `${title} (${year}): ${significant(central)}${range} ${unit}; ${chosen}${stale === undefined ? '' : `; STALE: ${stale}`}`;
}

function unitLines(
  model: Pick<ReportModel, 'energy' | 'cells'>,
  { unit, method, rows }: EnergyPanel<UnitEnergy>,
  width: number,
  dim: (text: string) => string,
): string[] {
  const { energy: report } = model;
  const { impacts } = report;
  const impactOf = (row: UnitEnergy): Impact | undefined =>
    impacts.find((impact) => impact.unit === unit && impact.method === method && isSameTechnology(impact, row));
  const [per = 1] = rows.flatMap((row) => impactOf(row)?.per ?? []);
  const lineOf = (row: UnitEnergy): Line => {
    const name = variantName(row);
    const energy = energyText(row);
    if (energy.startsWith('not known')) return { name, words: energy };
    const impact = impactOf(row);
    const sci = impact ? sciText(report, impact) : 'not known';
    const isWords = sci.startsWith('not known:');
    // The score is mostly missing for the reason that the row has itself.
    const note = row.note === undefined || sci.includes(row.note) ? '' : row.note;
    const after = [isWords ? `SCI ${sci}` : '', note].filter((text) => text !== '');
    return { cells: [name, energy, isWords ? '–' : sci], after: after.join('; ') };
  };
  const layers = grouped(byLadder(model, rows), (row) => layersOfUnit(model, row, row));
  const lines = [...layers].flatMap(([layer, mine]): Line[] => [{ heading: `rung ${layer}` }, ...mine.map(lineOf)]);
  const titles = [
    `${unitWords(unit).title}, ${rows[0]?.workload ?? ''}`,
    `energy, ${methodWords(method).word}`,
    `SCI${per === 1 ? '' : ` per ${per.toLocaleString('en-US')}`}, CO2e`,
  ];
  return tableLines(titles, ['left', 'left', 'left'], lines, width, dim);
}

function breakEvenLines(rows: readonly BreakEven[], method: EnergyMethod, width: number, dim: (text: string) => string): string[] {
  const none = noRateText(rows);
  if (none !== undefined) return wrap(`Keep one warm, ${methodWords(method).word}: ${none}`, width, '  ', '    ');
  const lines = [...grouped(rows, technologyName)].map(([name, mine]): Line => {
    const [energy, carbon] = (['energy', 'carbon'] as const).map((basis) => mine.find((row) => row.basis === basis));
    const texts = [energy, carbon].map((row) => (row?.perHour ? breakEvenText(row) : '–'));
    if (texts.every((text) => text === '–')) return { name, words: mine.map(breakEvenText)[0] ?? '–' };
    const notes = [...new Set(mine.flatMap(({ perHour, note }) => (perHour ? [] : [note ?? ''])))];
    return { cells: [name, ...texts], after: notes.join('; ') };
  });
  const title = `Keep one warm, ${methodWords(method).word}`;
  return tableLines([title, 'from starts/h, energy', 'by carbon'], ['left', 'left', 'left'], lines, width, dim);
}
