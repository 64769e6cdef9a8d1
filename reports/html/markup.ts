/** Text that is already safe HTML; only `html` and `raw` make it. */
export interface Markup {
  readonly markup: string;
}
export type Content = Markup | string | number | undefined | false | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Template tag: everything interpolated is escaped unless it is Markup, so a workload name can never become
 * an element.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const parts = strings.map((text, index) => (index < values.length ? text + render(values[index]) : text));
  return { markup: parts.join('') };
}

/** For assets of our own build, and for the data island (see `island`). */
export function raw(text: string): Markup {
  return { markup: text };
}

/**
 * JSON that is inert inside a script element: `<` and the two line separators are escaped, so no value can
 * close the element or
 * open a comment (as Lighthouse's report generator does).
 */
export function island(value: unknown): Markup {
  const json = JSON.stringify(value)
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);
  return raw(json);
}

/** Text as an HTML `id`: letters, digits and hyphens. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

function render(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content === 'string') return content.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  if (typeof content === 'number') return String(content);
  if ('markup' in content) return content.markup;
  return content.map(render).join('');
}
