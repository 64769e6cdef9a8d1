import type { Band, UnitEnergy } from '../../core/model/energy.ts';
import type { EnergyMethod } from '../../core/model/vocabulary.ts';
import { isBelowLimit } from '../../results/carbon/below-limit.ts';
import type { View } from '../view.ts';
import { energyText, layersOfUnit, methodWords, technologyName, type Technology, variantName } from '../energy.ts';
import { bandText, percent, quantity, type ShownUnit, significant } from '../format.ts';
import { html, type Markup } from './markup.ts';
import { count, type DataTable, type Field, measured } from './table.ts';

/** Colour, sign and word of a method, for text on the page. */
export function methodMark(method: EnergyMethod): Markup {
  const { word, sign, kind } = methodWords(method);
  return html`<span class="mark ${kind}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

export function methodField(method: EnergyMethod): Field {
  const { word, sign, kind } = methodWords(method);
  return { text: `${sign} ${word}`, mark: kind };
}

/** `energy_j`, `energy_low_j`, `energy_high_j`: text with band in the first, the ends as numbers of their own. */
export function bandFields(band: Band | undefined, unit: ShownUnit, missing: string): Field[] {
  if (!band) return [{ missing }, { missing: 'not known' }, { missing: 'not known' }];
  return [{ value: band.central, text: bandText(band, unit) }, measured(band.low, unit, ''), measured(band.high, unit, '')];
}

/** Everything about one unit of energy of technologies by one method; `head.id` of the table. */
export function energyTable({ model }: View, rows: readonly UnitEnergy[], head: Pick<DataTable, 'id' | 'caption'>): DataTable {
  const number = (key: string, title: string) => ({ key, title, numeric: true });
  return {
    ...head,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'rung', title: 'Rung, cache state' },
      { key: 'method', title: 'Method' },
      number('energy_j', 'Energy'),
      number('energy_low_j', 'Low'),
      number('energy_high_j', 'High'),
      number('dynamic_j', 'Dynamic'),
      number('idle_j', 'Idle share'),
      number('gross_j', 'Gross'),
      number('attributed_j', 'Attributed'),
      number('detection_limit_j', 'Limit'),
      number('cpu_s', 'CPU time'),
      number('duration_s', 'Lasts'),
      number('host_share', 'Of the host'),
      number('n', 'n'),
      { key: 'note', title: 'Note' },
    ],
    rows: rows.map((row) => energyFields(row, layersOfUnit(model, row, row))),
  };
}

function energyFields(row: UnitEnergy, layers: string): Field[] {
  const { energyJ, dynamicJ, idleJ, grossJ, attributedJ, detectionLimitJ, durationS, share, n, method, note } = row;
  const onlyMeasured = method === 'modelled' || method === 'unavailable' ? 'measured only' : 'not known';
  const below = isBelowLimit(row);
  const total = row.cpuS.find(({ role }) => role === 'total')?.seconds;
  const cpuS = total ?? (row.cpuS.length === 0 ? undefined : row.cpuS.reduce((sum, { seconds }) => sum + seconds, 0));
  return [
    { text: technologyName(row) },
    { text: layers },
    methodField(method),
    ...(below
      ? [{ missing: energyText(row) }, { missing: 'below the limit' }, { missing: 'below the limit' }]
      : bandFields(energyJ, 'J', energyText(row))),
    below ? { missing: `< ${quantity(detectionLimitJ ?? 0, 'J')}` } : measured(dynamicJ?.central, 'J', 'not known'),
    measured(idleJ?.central, 'J', 'no share known'),
    measured(grossJ, 'J', onlyMeasured),
    measured(attributedJ, 'J', onlyMeasured),
    measured(detectionLimitJ, 'J', onlyMeasured),
    measured(cpuS, 's', 'not known'),
    measured(durationS, 's', 'not known'),
    share ? { value: share.central, text: shareText(share.central) } : { missing: 'not known' },
    count(n),
    {
      text:
        [
          share ? `share: ${share.from}${share.instancesPerHost === undefined ? '' : `, ${perHostText(share)} instances per host`}` : '',
          note ?? '',
        ]
          .filter((text) => text !== '')
          .join('; ') || 'none',
    },
  ];
}

/** `2,100`, or `2,100 by memory` where nobody started so many: their memory was divided (results/carbon/host-share.ts). */
export function perHostText(share: UnitEnergy['share']): string {
  if (share?.instancesPerHost === undefined) return 'not known';
  return `${significant(share.instancesPerHost)}${/memory of the host ÷/.test(share.from) ? ' by memory' : ''}`;
}

/** `0.0476 %`, or `1 of 120000` where a percentage is mostly zeros. */
function shareText(share: number): string {
  return share < 1e-4 ? `1 of ${significant(1 / share)}` : percent(share);
}

/** Name and second line of a technology's row in a chart. */
export function rowName(technology: Technology): { readonly name: string; readonly detail: string } {
  return { name: variantName(technology), detail: technology.workload };
}
