import { stringify } from 'csv-stringify/sync';
import type { ReportModel } from '../../core/model/report.ts';
import type { Column, SampleRow, SummaryRow } from './columns.ts';

/** Names of all factors of a run, in alphabetical order: one column each, the same in both files. */
export function factorNames(model: ReportModel): string[] {
  return [...new Set(model.cells.flatMap((cell) => Object.keys(cell.factors)))].toSorted();
}

export function sampleRows(model: ReportModel): SampleRow[] {
  const place = placer(model);
  return model.samples.map((sample) => ({ ...place(sample.cell), sample }));
}

export function summaryRows(model: ReportModel): SummaryRow[] {
  const place = placer(model);
  return model.summaries.map((summary) => ({ ...place(summary.cell), summary }));
}

/** RFC 4180: header, CRLF after every record, quotes only where needed and doubled inside; UTF-8 without byte order mark. */
export function csvText<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const header = columns.map((column) => column.name);
  const body = rows.map((row) => columns.map((column) => column.cell(row)));
  return stringify([header, ...body], { record_delimiter: 'windows' });
}

function placer(model: ReportModel): (cellId: string) => Omit<SampleRow, 'sample'> {
  const cells = new Map(model.cells.map((cell) => [cell.id, cell]));
  return (cellId) => {
    const cell = cells.get(cellId);
    return { model, cell, parts: cell ?? partsOf(cellId) };
  };
}

/** `<scenario>:<runner>/<variant>/<workload>`: readings of the host have an id of this form but no cell in the plan. */
function partsOf(cellId: string): SampleRow['parts'] {
  const [scenario = '', rest = ''] = cellId.split(':', 2);
  const [runner = '', variant = '', ...workload] = rest.split('/');
  return { scenario, runner, variant, workload: workload.join('/') };
}
