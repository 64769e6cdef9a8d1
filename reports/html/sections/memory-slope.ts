import { type FitPanel, furtherFits, headlineFits, upTheLadder } from '../../fleets.ts';
import type { View } from '../../view.ts';
import { sentence } from '../../words.ts';
import { FIT_MARKS, fitChart, fitLabel, pointTable } from '../fit-chart.ts';
import { fullLineTable, invalidNotes, lineTable } from '../fleet-table.ts';
import { html, type Markup, slug } from '../markup.ts';
import { type Figure, figureMarkup, type Section } from '../section.ts';
import { tableMarkup } from '../table.ts';

/** What one more resident instance costs (s) and what is there before the first (F), all roles together. */
export function memorySlope(view: View): Section | undefined {
  const panels = headlineFits(view, 'hold').map((panel) => ({ panel, figure: figureOf(view, panel) }));
  if (panels.length === 0) return undefined;
  const body = html`<p>
      M(N) = F + s·N over fleets of N instances: <strong>s</strong> is what one more instance costs, <strong>F</strong> what is there before
      the first. All roles are counted together, each control group once, so that a daemon that grows with its instances is charged to s.
      Never M ÷ N: that mixes the two.
    </p>
    ${panels.map(({ panel, figure }) => panelMarkup(view, panel, figure))}`;
  return { id: 'memory-slope', title: 'Memory against the number of instances', body, charts: panels.map(({ figure }) => figure.chart) };
}

export function panelTitle({ workload, state, scenario }: FitPanel, panels: readonly FitPanel[]): string {
  const isTwice = panels.some((other) => other.workload === workload && other.state === state && other.scenario !== scenario);
  return `workload ${workload}, ${state}${isTwice ? `, scenario ${scenario}` : ''}`;
}

export function panelId(prefix: string, { scenario, workload, state }: FitPanel): string {
  return `${prefix}-${slug(`${scenario}-${workload}-${state}`)}`;
}

function figureOf(view: View, panel: FitPanel): Figure {
  const id = panelId('memory-slope', panel);
  const heading = `Memory against N, ${panelTitle(panel, headlineFits(view, 'hold'))}`;
  const metric = view.metric(panel.fits[0]?.metric ?? '');
  return {
    heading,
    chart: fitChart(view, panel.fits, id, 'unreclaimable memory, all roles'),
    label: fitLabel(view, heading, panel.fits),
    caption: `${metric ? `${sentence(metric.definition)} ` : ''}${FIT_MARKS} A line marked invalid is not drawn and counts nowhere.`,
    table: pointTable(view, panel.fits, `${id}-table`, `${heading}: every point, bytes in the CSV`),
  };
}

function panelMarkup(view: View, panel: FitPanel, figure: Figure): Markup {
  const { id } = figure.chart;
  const all = upTheLadder(view, [...panel.fits, ...furtherFits(view, panel)]);
  const lines = lineTable(view, panel.fits, {
    id: `${id}-lines`,
    caption: `${figure.heading}: s and F with 95 % confidence intervals, all roles`,
  });
  const perRole = fullLineTable(view, all, {
    id: `${id}-roles`,
    caption: `${figure.heading}: s and F per role and reading; bytes in the CSV`,
  });
  return html`${figureMarkup(figure)} ${tableMarkup(lines)} ${invalidNotes(view, panel.fits)}
    <details>
      <summary>Per role and reading<span class="visually-hidden">: ${figure.heading}</span></summary>
      ${tableMarkup(perRole)}
    </details>`;
}
