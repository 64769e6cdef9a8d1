import type { ReportModel } from '../../core/model/report.ts';
import { differenceColumns } from './difference-columns.ts';
import { csvText } from './rows.ts';

/** differences.csv: what each layer costs, one difference of two cells per row; only the header where no scenario asks for any. */
export function differencesCsv(model: ReportModel): string {
  return csvText(
    differenceColumns(),
    model.differences.map((difference) => ({ model, difference })),
  );
}
