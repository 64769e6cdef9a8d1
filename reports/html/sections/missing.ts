import type { Summary } from '../../../core/model/summary.ts';
import { counted } from '../../format.ts';
import { grouped, skipCauses, type View } from '../../view.ts';
import { cellPath, notMeasured, reasonsText, sentence, trialsOf } from '../../words.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../section.ts';

/**
 * What was asked for and is not there: skipped cells with their remedy, and values that could not be read.
 */
export function missing(view: View): Section {
  const causes = skipCauses(view.model);
  const values = absentValues(view);
  const skipped =
    causes.length === 0
      ? html`<p>No planned cell was skipped.</p>`
      : html`<h3>Skipped cells</h3>
          <dl class="skipped">
            ${causes.map(
              ({ reason, remedy, count, cells }) =>
                html`<div>
                  <dt>${sentence(`${counted(count, 'cell')} not measured: ${reason}`)}</dt>
                  <dd>Remedy: <code>${remedy}</code><br /><span class="quiet">${cells.join(', ')}</span></dd>
                </div> `,
            )}
          </dl>`;
  const absent =
    values.length > 0 &&
    html`<h3>Values not measured</h3>
      <dl class="skipped">${values.map(absenceMarkup)}</dl>`;
  return { id: 'missing', title: 'Not measured', body: [skipped, absent], charts: [] };
}

interface Absence {
  readonly scenario: string;
  readonly why: string;
  readonly metrics: readonly string[];
  readonly cells: readonly string[];
}

function absenceMarkup({ scenario, why, metrics, cells }: Absence): Markup {
  return html`<div>
    <dt>${sentence(why)}</dt>
    <dd>${metrics.join(', ')} · ${scenario}: ${counted(cells.length, 'cell')}<br /><span class="quiet">${cells.join(', ')}</span></dd>
  </div> `;
}

/**
 * Metrics of which a cell has not one value, gathered by cause: one cause mostly hits many cells and many
 * metrics.
 */
function absentValues(view: View): Absence[] {
  const empty = view.model.summaries.filter((summary) => summary.role !== 'host' && summary.counts.ok === 0 && trialsOf(summary) > 0);
  const byCause = grouped(empty, (summary) => JSON.stringify([view.cell(summary.cell)?.scenario, whyOf(summary)]));
  return [...byCause.values()].flatMap((list) => {
    const [first] = list;
    const scenario = first && view.cell(first.cell)?.scenario;
    if (!first || scenario === undefined) return [];
    const metrics = [...new Set(list.map((summary) => view.metric(summary.metric)?.title ?? summary.metric))];
    const cells = [...new Set(list.flatMap((summary) => pathOf(view, summary)))];
    return [{ scenario, why: whyOf(first), metrics, cells }];
  });
}

function whyOf(summary: Summary): string {
  return summary.reasons.length > 1 ? `not measured: ${reasonsText(summary)}` : notMeasured(summary);
}

function pathOf(view: View, summary: Summary): string[] {
  const cell = view.cell(summary.cell);
  if (!cell) return [];
  return [summary.role === 'instance' ? cellPath(cell) : `${cellPath(cell)} (${summary.role})`];
}
