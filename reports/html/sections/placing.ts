import { cellAt, type FitPanel, fleetTitle, headlineFits } from '../../fleets.ts';
import { quantity } from '../../format.ts';
import type { View } from '../../view.ts';
import { FIT_MARKS, fitChart, fitLabel, pointTable, rangeOf } from '../fit-chart.ts';
import { invalidNotes, lineTable, looksOf } from '../fleet-table.ts';
import { html, type Markup } from '../markup.ts';
import { type Figure, figureMarkup, type Section } from '../section.ts';
import { count, type DataTable, type Field, measured, tableMarkup } from '../table.ts';
import type { XySpec } from '../chart-spec.ts';
import type { MemoryFit } from '../../../core/model/density.ts';
import type { Summary } from '../../../core/model/summary.ts';
import { panelId, panelTitle } from './memory-slope.ts';

/** Time from the first to the last instance of one request that places many (phase of the runner). */
const PLACING = 'phase_place';

/** Bare instances in one live process, as far as it goes: memory of one more, and the time to place them. */
export function placing(view: View): Section | undefined {
  const panels = headlineFits(view, 'place');
  if (panels.length === 0) return undefined;
  const built = panels.map((panel) => ({ panel, memory: memoryFigure(view, panel, panels), time: timeFigure(view, panel, panels) }));
  const body = html`<p>
      Many instances of a module without imports, alive at once in one host process. A bare instance has no WASI, no output and no process
      of its own: it is the least an instance can be, not a program that waits.
    </p>
    ${built.map(({ panel, memory, time }) => panelMarkup(view, panel, memory, time))}`;
  const charts = built.flatMap(({ memory, time }) => [memory.chart, ...(time ? [time.chart] : [])]);
  return { id: 'placing', title: 'In one process, at scale', body, charts };
}

function panelMarkup(view: View, panel: FitPanel, memory: Figure, time: Figure | undefined): Markup {
  const lines = lineTable(view, panel.fits, {
    id: `${memory.chart.id}-lines`,
    caption: `${memory.heading}: s and F with 95 % confidence intervals`,
  });
  return html`${figureMarkup(memory)} ${tableMarkup(lines)} ${invalidNotes(view, panel.fits)} ${time && figureMarkup(time)}`;
}

function memoryFigure(view: View, panel: FitPanel, panels: readonly FitPanel[]): Figure {
  const id = panelId('placing-memory', panel);
  const heading = `Memory of live instances, ${panelTitle(panel, panels)}`;
  return {
    heading,
    chart: fitChart(view, panel.fits, id, 'unreclaimable memory of the process'),
    label: fitLabel(view, heading, panel.fits),
    caption: FIT_MARKS,
    table: pointTable(view, panel.fits, `${id}-table`, `${heading}: every point, bytes in the CSV`),
  };
}

interface Placed {
  readonly fit: MemoryFit;
  readonly instances: number;
  readonly summary: Summary;
}

function placedOf(view: View, panel: FitPanel): Placed[] {
  return panel.fits.flatMap((fit) =>
    fit.medians.flatMap(({ instances }) => {
      const cell = cellAt(view, fit, instances);
      const summary = cell && view.summaries(cell.id, PLACING)[0];
      return summary && instances > 0 ? [{ fit, instances, summary }] : [];
    }),
  );
}

function timeFigure(view: View, panel: FitPanel, panels: readonly FitPanel[]): Figure | undefined {
  const placed = placedOf(view, panel);
  if (placed.every(({ summary }) => summary.median === undefined)) return undefined;
  const id = panelId('placing-time', panel);
  const heading = `Time to place them, ${panelTitle(panel, panels)}`;
  const chart: XySpec = {
    kind: 'xy',
    id,
    unit: 's',
    axisTitle: 'time from the first to the last, logarithmic',
    across: { title: 'instances placed (N)', suffix: '', fromZero: false },
    series: panel.fits.map((fit) => {
      const points = placed
        .filter((candidate) => candidate.fit === fit)
        .flatMap(({ instances, summary }) =>
          summary.median === undefined ? [] : [{ x: instances, y: summary.median, ...rangeOf(summary) }],
        );
      return { name: fleetTitle(view, fit), ...looksOf(view, fit), points, paths: [points.map(({ x, y }) => ({ x, y }))], band: [] };
    }),
  };
  const parts = placed.flatMap(({ fit, instances, summary: { median } }) =>
    median === undefined ? [] : [`${fleetTitle(view, fit)} ${instances} in ${quantity(median, 's')}`],
  );
  return {
    heading,
    chart,
    label: `${heading}, points on logarithmic axes. ${parts.join('; ')}.`,
    caption: 'Point = median of the rounds, bar = smallest to largest round; lines join the medians. Both axes are logarithmic.',
    table: timeTable(view, placed, `${id}-table`, `${heading}: medians, seconds in the CSV`),
  };
}

function timeTable(view: View, placed: readonly Placed[], id: string, caption: string): DataTable {
  return {
    id,
    caption,
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'instances', title: 'N', numeric: true },
      { key: 'median_s', title: 'Median', numeric: true },
      { key: 'min_s', title: 'Min', numeric: true },
      { key: 'max_s', title: 'Max', numeric: true },
      { key: 'each_s', title: 'Per instance', numeric: true },
      { key: 'n_ok', title: 'n', numeric: true },
    ],
    rows: placed.map(({ fit, instances, summary }): Field[] => {
      const none = summary.reasons[0]?.text ?? 'no trial gave a value';
      return [
        { text: fleetTitle(view, fit) },
        count(instances),
        measured(summary.median, 's', `not measured: ${none}`),
        measured(summary.min, 's', 'not measured'),
        measured(summary.max, 's', 'not measured'),
        measured(summary.median === undefined ? undefined : summary.median / instances, 's', 'not measured'),
        count(summary.counts.ok),
      ];
    }),
  };
}
