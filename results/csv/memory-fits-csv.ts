import type { ReportModel } from '../../core/model/report.ts';
import { fleetName, isReconciled } from '../derive/fleet-series.ts';
import { memoryFitColumns } from './memory-fit-columns.ts';
import { csvText } from './rows.ts';

/** memory-fits.csv: memory against the number of instances, one line per row; only the header where no scenario asks for fleets. */
export function memoryFitsCsv(model: ReportModel): string {
  const reconciliations = new Map(model.reconciliations.map((one) => [fleetName(one), one]));
  return csvText(
    memoryFitColumns(),
    model.memoryFits.map((fit) => ({
      model,
      fit,
      reconciliation: isReconciled(fit) ? reconciliations.get(fleetName(fit)) : undefined,
    })),
  );
}
