import type { ReportModel } from '../../core/model/report.ts';
import { summaryColumns } from './columns.ts';
import { csvText, factorNames, summaryRows } from './rows.ts';

/** summary.csv: one cell × metric × role per row, with its interval and its paired ratio to the reference. */
export function summaryCsv(model: ReportModel): string {
  return csvText(summaryColumns(factorNames(model)), summaryRows(model));
}
