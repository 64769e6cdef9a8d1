import type { View } from '../view.ts';
import type { ChartSpec } from './chart-spec.ts';
import { type Content, html, type Markup } from './markup.ts';
import { type DataTable, tableMarkup } from './table.ts';

/** One part of the page. A section is one file in sections/ and one entry in render.ts. */
export interface Section {
  /** of the element, stable: links point to it */
  readonly id: string;
  readonly title: string;
  readonly body: Content;
  readonly charts: readonly ChartSpec[];
}

/** Undefined: the record holds nothing for this section. */
export type SectionBuilder = (view: View) => Section | undefined;

export interface Figure {
  readonly heading: string;
  readonly chart: ChartSpec;
  /** the finding, for those who cannot see the picture */
  readonly label: string;
  /** names every mark of the picture */
  readonly caption: Content;
  readonly table: DataTable;
}

/**
 * A chart with its data table (WAI two-part alternative: the label is the short one, the table the long one).
 * The canvas is
 * described by the two captions and linked to the table by aria-details: a whole table read out as one
 * description helps nobody.
 */
export function figureMarkup(figure: Figure): Markup {
  const { id } = figure.chart;
  return html`<figure id="${id}-figure">
    <h3>${figure.heading}</h3>
    <div class="canvas-box">
      <canvas
        id="${id}"
        role="img"
        aria-label="${figure.label}"
        aria-describedby="${id}-marks ${figure.table.id}-caption"
        aria-details="${figure.table.id}"
      ></canvas>
    </div>
    <figcaption id="${id}-marks">${figure.caption}</figcaption>
    <details>
      <summary>Data table<span class="visually-hidden">: ${figure.heading}</span></summary>
      ${tableMarkup(figure.table)}
    </details>
  </figure>`;
}

export function figures(id: string, title: string, intro: Content, list: readonly Figure[]): Section {
  return { id, title, body: [intro, ...list.map(figureMarkup)], charts: list.map((figure) => figure.chart) };
}
