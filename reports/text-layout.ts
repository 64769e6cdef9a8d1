/**
 * Words broken to lines of at most `width` characters; a longer word is cut. Continuation lines get `indent`
 * more.
 */
export function wrap(text: string, width: number, first = '', indent = first): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = indent + line.slice(width);
    }
  }
  return [...lines, line];
}

/**
 * One line of a table: a heading over the whole width, cells under the columns, or a name with words instead
 * of cells.
 */
export type Line =
  | { readonly heading: string }
  | { readonly cells: readonly string[]; readonly after?: string }
  | { readonly name: string; readonly words: string };

export type Align = 'left' | 'right';

/**
 * Aligned columns, or, where they do not fit, one paragraph per row with its column titles. Nothing is wider
 * than `width`.
 * `emphasise` styles a heading line once its length no longer matters.
 */
export function tableLines(
  titles: readonly string[],
  align: readonly Align[],
  lines: readonly Line[],
  width: number,
  emphasise: (text: string) => string,
): string[] {
  const rows = lines.flatMap((line) => ('cells' in line ? [line.cells] : []));
  const names = lines.flatMap((line) => ('words' in line ? [line.name] : []));
  const widths = titles.map((title, column) =>
    [title, ...rows.map((cells) => cells[column] ?? ''), ...(column === 0 ? names : [])].reduce(
      (most, text) => Math.max(most, text.length),
      0,
    ),
  );
  const total = INDENT.length * 2 + widths.reduce((sum, value) => sum + value, 0) + GAP.length * (titles.length - 1);
  if (total > width) {
    const [title = ''] = titles;
    return [...wrap(title, width, INDENT).map(emphasise), ...lines.flatMap((line) => paragraph(line, titles, width, emphasise))];
  }
  const place = (cells: readonly string[]): string =>
    cells
      .map((text, column) => (align[column] === 'right' ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join(GAP)
      .trimEnd();
  const nameWidth = (widths[0] ?? 0) + GAP.length;
  const body = lines.flatMap((line): string[] => {
    if ('heading' in line) return wrap(line.heading, width, INDENT).map(emphasise);
    if ('words' in line) {
      return wrap(line.words, width, INDENT + INDENT + line.name.padEnd(nameWidth), ' '.repeat(INDENT.length * 2 + nameWidth));
    }
    const after = line.after === undefined || line.after === '' ? [] : wrap(line.after, width, ' '.repeat(INDENT.length * 2 + nameWidth));
    return [INDENT + INDENT + place(line.cells), ...after];
  });
  return [emphasise(INDENT + INDENT + place(titles)), ...body];
}

const INDENT = '  ';
const GAP = '  ';

function paragraph(line: Line, titles: readonly string[], width: number, emphasise: (text: string) => string): string[] {
  if ('heading' in line) return wrap(line.heading, width, INDENT).map(emphasise);
  const deeper = INDENT.repeat(3);
  if ('words' in line) return [...wrap(line.name, width, INDENT.repeat(2)), ...wrap(line.words, width, deeper)];
  const [name = '', ...values] = line.cells;
  const named = values.flatMap((text, index) => (text === '' ? [] : [`${titles[index + 1] ?? ''} ${text}`.trim()]));
  const after = line.after === undefined || line.after === '' ? [] : [line.after];
  return [...wrap(name, width, INDENT.repeat(2)), ...wrap([...named, ...after].join('; '), width, deeper)];
}
