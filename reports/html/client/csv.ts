/**
 * RFC 4180 text of a table as shown, with full-precision values: sorted tables download sorted, missing
 * values stay empty.
 */
export function tableCsv(table: HTMLTableElement): string {
  const head = [...table.querySelectorAll<HTMLElement>('thead th')].map((cell) => cell.dataset['key'] ?? '');
  const rows = [...table.querySelectorAll('tbody tr')].map((row) => [...row.children].map(fieldOf));
  return [head, ...rows].map((fields) => `${fields.map(escaped).join(',')}\r\n`).join('');
}

/** A button that saves the table as a file. */
export function addDownload(table: HTMLTableElement, runId: string): void {
  const name = `${runId}-${table.dataset['csv'] ?? 'table.csv'}`;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'download';
  button.textContent = 'Download CSV';
  button.setAttribute('aria-label', `Download CSV: ${(table.caption?.textContent ?? name).trim()}`);
  button.addEventListener('click', () => {
    const url = URL.createObjectURL(new Blob([tableCsv(table)], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
  });
  table.parentElement?.before(button);
}

/** The number behind a cell at full precision; empty where it was not measured; else its text. */
function fieldOf(cell: Element): string {
  if (cell.classList.contains('missing')) return '';
  const value = cell.querySelector('data')?.value;
  return value ?? inert((cell.textContent ?? '').trim());
}

/** Text that a spreadsheet would run as a formula gets a quote before it; numbers never pass here. */
function inert(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function escaped(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
