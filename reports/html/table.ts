import { quantity, type ShownUnit } from '../format.ts';
import { type Content, html, type Markup } from './markup.ts';

/** `key` is the column's name in the CSV download: snake_case with its unit. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly numeric?: boolean;
  /** sentences: wraps, and gets room for it */
  readonly prose?: boolean;
}

/**
 * `value` at full precision is what sorts and what the CSV download holds; `missing` leaves the CSV field
 * empty.
 */
export type Field =
  | { readonly text: string; /** class of a coloured frame around the text, which says the same */ readonly mark?: string }
  | { readonly value: number; readonly text: string }
  | { readonly missing: string };

export interface DataTable {
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  /** the first field of a row is its header */
  readonly rows: readonly (readonly Field[])[];
}

export function measured(value: number | undefined, unit: ShownUnit, missing: string): Field {
  return value === undefined ? { missing } : { value, text: quantity(value, unit) };
}

export function count(value: number): Field {
  return { value, text: String(value) };
}

/** A table in its own scrolling box; the browser side adds sort buttons and the CSV download. */
export function tableMarkup(table: DataTable): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-labelledby="${table.id}-caption">
    <table id="${table.id}" data-csv="${table.id}.csv">
      <caption id="${table.id}-caption">
        ${table.caption}
      </caption>
      <thead>
        <tr>
          ${table.columns.map(columnMarkup)}
        </tr>
      </thead>
      <tbody>
        ${table.rows.map(
          (row) =>
            html`<tr>
              ${row.map((field, index) => fieldMarkup(field, index === 0, table.columns[index]?.prose === true))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

function columnMarkup(column: Column): Markup {
  const kind = column.numeric === true ? 'number' : 'text';
  return html`<th scope="col" data-key="${column.key}" class="${kind}">${column.title}</th>`;
}

function fieldMarkup(field: Field, isHeader: boolean, prose: boolean): Markup {
  if (isHeader) return html`<th scope="row">${contentOf(field)}</th>`;
  if ('missing' in field) return html`<td class="missing">${field.missing}</td>`;
  if ('value' in field) return html`<td class="number">${contentOf(field)}</td>`;
  return prose ? html`<td class="prose">${contentOf(field)}</td>` : html`<td>${contentOf(field)}</td>`;
}

function contentOf(field: Field): Content {
  if ('missing' in field) return field.missing;
  if ('value' in field) return html`<data value="${String(field.value)}">${field.text}</data>`;
  return field.mark === undefined ? field.text : html`<span class="mark ${field.mark}">${field.text}</span>`;
}
