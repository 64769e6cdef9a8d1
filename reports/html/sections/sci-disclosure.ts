import { type DisclosurePart, sciDisclosure } from '../../sci-disclosure.ts';
import { counted } from '../../format.ts';
import type { View } from '../../view.ts';
import { html, type Markup } from '../markup.ts';
import type { Section } from '../section.ts';
import { tableMarkup } from '../table.ts';

/** What must be published with an SCI score; the same as in `<run-id>.sci.md`. */
export function disclosure(view: View): Section | undefined {
  const parts = sciDisclosure(view.model);
  if (!parts) return undefined;
  const body = html`<p>
      To be published with any score of this run; the same as <code>${view.model.manifest.runId}.sci.md</code>, whose figures
      <code>if-run</code> recomputes from <code>${view.model.manifest.runId}.impact-framework.yaml</code>.
    </p>
    ${parts.map(partMarkup)}`;
  return { id: 'sci-disclosure', title: 'SCI disclosure', body, charts: [] };
}

function partMarkup({ id, heading, texts, points, table }: DisclosurePart): Markup {
  return html`<h3>${heading}</h3>
    ${texts.map((text) => html`<p>${text}</p>`)}
    ${
      points.length > 0 &&
      html`<dl>
        ${points.map(
          ([term, text]) =>
            html`<div>
              <dt>${term}</dt>
              <dd>${text}</dd>
            </div> `,
        )}
      </dl>`
    }
    ${
      table &&
      html`<details${id === 'scores' && html` open`}>
        <summary>${heading}: ${counted(table.rows.length, 'row')}</summary>
        ${tableMarkup({
          id: `disclosure-${id}`,
          caption: `${heading}, of the SCI disclosure`,
          columns: table.titles.map((title, index) => ({ key: `column_${index}`, title, prose: true })),
          rows: table.rows.map((cells) => cells.map((text) => ({ text }))),
        })}
      </details>`
    }`;
}
