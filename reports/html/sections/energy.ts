import type { MeterState } from '../../../core/model/energy.ts';
import {
  byWorkload,
  energyPanels,
  fewRoundsText,
  methodWords,
  NO_METER_ASKED,
  unmeasuredTexts,
  voidText,
  withMethod,
} from '../../energy.ts';
import { quantity } from '../../format.ts';
import type { View } from '../../view.ts';
import { sentence } from '../../words.ts';
import { energyFigure, packingFigure } from '../energy-figures.ts';
import { energyTable, methodMark } from '../energy-table.ts';
import { html, type Markup } from '../markup.ts';
import { figureMarkup, type Section } from '../section.ts';
import { tableMarkup } from '../table.ts';

/** What could be read, joules per unit, and how they fall where more instances share the host; a figure per unit and method. */
export function energy(view: View): Section | undefined {
  const { meters, units } = view.model.energy;
  if (meters.length + units.length === 0) return undefined;
  const panels = energyPanels(withMethod(units));
  const isDrawn = (panel: (typeof panels)[number]): boolean => panel.rows.some(({ energyJ }) => energyJ !== undefined);
  const drawn = panels.filter(isDrawn).map((panel) => energyFigure(view, panel));
  const packed = panels
    .filter(({ unit }) => unit !== 'operation')
    .filter(isDrawn)
    .flatMap(byWorkload)
    .flatMap((panel) => packingFigure(view, panel) ?? []);
  const absent = panels.filter((panel) => !isDrawn(panel));
  const all = [...drawn, ...packed];
  const few = fewRoundsText(units);
  const body = html`<p>
      Energy of one unit = what it takes above the idle host (<em>dynamic</em>) + its share of the idle host while it lasts (<em>idle</em>).
      Each figure has one method: joules that were read and joules that were modelled never share a figure or an axis.
    </p>
    ${few !== undefined && html`<p><strong>${few}</strong></p>`}
    <h3>What could be read</h3>
    ${meters.length === 0 ? html`<p>${NO_METER_ASKED}</p>` : html`<dl class="skipped">${meters.map(meterMarkup)}</dl>`}
    ${unmeasuredTexts(view.model.energy).map((text) => html`<p>${text}</p>`)}
    ${voidText(view.model.energy) !== '' && html`<p>${voidText(view.model.energy)}</p>`} ${all.map(figureMarkup)}
    ${absent.map((panel) => tableMarkup(energyTable(view, panel.rows, absentHead(panel.unit, panel.method))))}`;
  return { id: 'energy', title: 'Energy', body, charts: all.map(({ chart }) => chart) };
}

function absentHead(unit: string, method: MeterState['method']): { readonly id: string; readonly caption: string } {
  return {
    id: `energy-${unit}-${method}-absent`,
    caption: `Energy per ${unit.replaceAll('-', ' ')}: no figure, ${methodWords(method).word}`,
  };
}

function meterMarkup(state: MeterState): Markup {
  const { meter, method, scope, zones, warnings, unavailable, reads, latencyMedianNs, latencyMaxNs } = state;
  const latency =
    latencyMedianNs === undefined
      ? ''
      : `, one took ${quantity(latencyMedianNs / 1e9, 's')} (median), at most ${quantity((latencyMaxNs ?? 0) / 1e9, 's')}`;
  return html`<div>
    <dt>${meter} ${methodMark(method)}</dt>
    <dd>
      ${
        unavailable
          ? html`Unavailable (<code>${unavailable.code}</code>): ${sentence(unavailable.because)} Remedy: ${sentence(unavailable.remedy)}`
          : html`Covers ${scope}. ${reads} reads${latency}.`
      }
      ${zones.length > 0 && zoneList(zones)} ${warnings.map((text) => html`<br />${sentence(text)}`)}
    </dd>
  </div> `;
}

function zoneList(zones: MeterState['zones']): Markup {
  const texts = zones.map(
    ({ zone, name, counted, because }) => `${zone} (${name}) ${counted ? 'counted' : `not counted: ${because ?? 'part of another'}`}`,
  );
  return html`<br /><span class="quiet">${texts.join('; ')}</span>`;
}
