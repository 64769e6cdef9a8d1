import type { ReportModel } from '../../core/model/report.ts';
import { breakEvenColumns, coefficientColumns, energyColumns, impactColumns } from './energy-columns.ts';
import { csvText } from './rows.ts';

/** energy.csv: joules of one functional unit of one technology by one method per row; only the header where nothing is known about energy. */
export function energyCsv(model: ReportModel): string {
  return csvText(
    energyColumns(),
    model.energy.units.map((unit) => ({ model, unit })),
  );
}

/** impact.csv: grams of CO2 equivalent, one SCI per row. */
export function impactCsv(model: ReportModel): string {
  return csvText(
    impactColumns(),
    model.energy.impacts.map((impact) => ({ model, impact })),
  );
}

/** break-even.csv: from how many cold starts per hour on a kept instance costs less. */
export function breakEvenCsv(model: ReportModel): string {
  return csvText(
    breakEvenColumns(),
    model.energy.breakEvens.map((breakEven) => ({ model, breakEven })),
  );
}

/** coefficients.csv: every number of the three files above that was not measured in this run. */
export function coefficientsCsv(model: ReportModel): string {
  return csvText(
    coefficientColumns(),
    model.energy.coefficients.map((coefficient) => ({ model, coefficient })),
  );
}
