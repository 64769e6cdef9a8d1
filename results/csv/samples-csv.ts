import type { ReportModel } from '../../core/model/report.ts';
import { sampleColumns } from './columns.ts';
import { csvText, factorNames, sampleRows } from './rows.ts';

/** samples.csv: every number of a run, one per row, failed and invalid ones included. */
export function samplesCsv(model: ReportModel): string {
  return csvText(sampleColumns(factorNames(model)), sampleRows(model));
}
