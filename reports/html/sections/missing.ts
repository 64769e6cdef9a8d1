import type { View } from '../../view.ts';
import { cellPath, notMeasured, reasonsText, trialsOf } from '../../words.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../section.ts';

/** What was asked for and is not there: skipped cells with their remedy, and values that could not be read. */
export function missing(view: View): Section {
  const { skipped } = view.model;
  const values = absentValues(view);
  const body = html`${skipped.length > 0 ? skippedList(skipped) : html`<p>No planned cell was skipped.</p>`}
${values.length > 0 && html`<h3>Values not measured</h3>
<ul>${values.map(({ text, cells }) => html`<li>${text} <details><summary>${cells.length === 1 ? '1 cell' : `${cells.length} cells`}</summary>${cells.join(', ')}</details></li>
`)}</ul>`}`;
  return { id: 'missing', title: 'Not measured', body, charts: [] };
}

function skippedList(skipped: View['model']['skipped']): Markup {
  return html`<h3>Skipped cells</h3>
<dl class="skipped">
${skipped.map(({ cell, reason, remedy }) => html`<div><dt><code>${cell}</code></dt><dd>Not measured: ${reason}. <br>Remedy: <code>${remedy}</code></dd></div>
`)}</dl>`;
}

/** Metrics for which a cell has not one value, gathered by metric and reason: one cause mostly hits many cells. */
function absentValues(view: View): { text: string; cells: string[] }[] {
  const gathered = new Map<string, string[]>();
  for (const summary of view.model.summaries) {
    const cell = view.cell(summary.cell);
    if (summary.counts.ok > 0 || !cell || trialsOf(summary) === 0) continue;
    const metric = view.metric(summary.metric)?.title ?? summary.metric;
    const why = summary.reasons.length > 1 ? `not measured: ${reasonsText(summary)}` : notMeasured(summary);
    const text = `${metric} (${summary.role}, ${cell.scenario}): ${why}`;
    gathered.set(text, [...(gathered.get(text) ?? []), cellPath(cell)]);
  }
  return [...gathered].map(([text, cells]) => ({ text, cells }));
}
