/** Turns every column title into a sort button; `aria-sort` names the column and direction in force. */
export function makeSortable(table: HTMLTableElement): void {
  const heads = [...table.querySelectorAll<HTMLTableCellElement>('thead th')];
  for (const [column, head] of heads.entries()) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'sort';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const descending = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      sortRows(table, column, descending ? -1 : 1);
    });
  }
}

/** Numbers by value, texts by language; what was not measured stays at the end in both directions. */
function sortRows(table: HTMLTableElement, column: number, direction: 1 | -1): void {
  const body = table.tBodies[0];
  if (!body) return;
  const rows = [...body.rows].map((row) => {
    const cell = row.cells[column];
    const value = cell?.querySelector('data')?.value;
    return {
      row,
      missing: cell?.classList.contains('missing') === true,
      value: value === undefined ? undefined : Number(value),
      text: cell?.textContent ?? '',
    };
  });
  const sorted = rows.toSorted((a, b) => {
    if (a.missing !== b.missing) return a.missing ? 1 : -1;
    if (a.value !== undefined && b.value !== undefined) return (a.value - b.value) * direction;
    return a.text.localeCompare(b.text, 'en', { numeric: true }) * direction;
  });
  body.append(...sorted.map(({ row }) => row));
}
