import type { ReportModel } from '../../core/model/report.ts';
import { densityColumns, type DensityRow } from './density-columns.ts';
import { csvText } from './rows.ts';

/** density.csv: one density ramp per row, and one row for a cell without any; only the header where no scenario asks for ramps. */
export function densityCsv(model: ReportModel): string {
  const rows = model.densities.flatMap((density): DensityRow[] => {
    const cell = model.cells.find(({ id }) => id === density.cell);
    if (!cell) return [];
    const ramps = density.ramps.length === 0 ? [undefined] : density.ramps;
    return ramps.map((ramp) => ({ model, cell, density, ramp }));
  });
  return csvText(densityColumns(), rows);
}
