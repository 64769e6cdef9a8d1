/** One cell of a table as the page has it. */
export interface ReadField {
  readonly text: string;
  /** at full precision, from the `data` element */
  readonly value: number | undefined;
  readonly missing: boolean;
}
interface ReadTable {
  readonly rows: readonly ReadonlyMap<string, ReadField>[];
}

/** The data tables of a rendered page by id, each row by column key. Reads the page's own plain markup, not HTML at large. */
export function readTables(page: string): ReadonlyMap<string, ReadTable> {
  const tables = new Map<string, ReadTable>();
  for (const [, id = '', table = ''] of page.matchAll(/<table id="([^"]+)"[^>]*>([^]*?)<\/table>/g)) {
    const keys = [...table.matchAll(/data-key="([^"]+)"/g)].map((match) => match[1] ?? '');
    const body = /<tbody>([^]*)<\/tbody>/.exec(table)?.[1] ?? '';
    const rows = [...body.matchAll(/<tr>([^]*?)<\/tr>/g)].map(([, row = '']) => {
      const cells = [...row.matchAll(/<t[hd]\b([^>]*)>([^]*?)<\/t[hd]>/g)];
      if (cells.length !== keys.length) throw new Error(`${id}: ${cells.length} cells under ${keys.length} titles`);
      return new Map(cells.map(([, attributes = '', content = ''], index) => [keys[index] ?? '', field(attributes, content)]));
    });
    tables.set(id, { rows });
  }
  return tables;
}

function field(attributes: string, content: string): ReadField {
  const value = /<data value="([^"]+)">/.exec(content)?.[1];
  const text = content.replaceAll(/<[^>]*>/g, '').trim();
  return {
    text,
    value: value === undefined ? undefined : Number(value),
    missing: attributes.includes('missing'),
  };
}
