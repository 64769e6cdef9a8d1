import type { RunFolder } from '../../results/record/run-folder.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { parseEvents } from '../../results/derive/parse-events.ts';
import { buildReport } from '../../results/derive/build-report.ts';
import { dataPackage } from '../../results/csv/data-package.ts';
import { densityCsv } from '../../results/csv/density-csv.ts';
import { differencesCsv } from '../../results/csv/differences-csv.ts';
import { breakEvenCsv, coefficientsCsv, energyCsv, impactCsv } from '../../results/csv/energy-csv.ts';
import { memoryFitsCsv } from '../../results/csv/memory-fits-csv.ts';
import { samplesCsv } from '../../results/csv/samples-csv.ts';
import { summaryCsv } from '../../results/csv/summary-csv.ts';
import { allMetrics } from './metrics.ts';
import type { Io } from './io.ts';

/** A run's report model from its record; writes nothing. */
export async function readModel(folder: RunFolder, io: Io): Promise<ReportModel> {
  const manifest = await folder.readManifest();
  const plan = await folder.readPlan();
  const { events, problem } = parseEvents(await folder.readEventsText());
  if (problem) io.log.warn(`events.jsonl line ${problem.line}: ${problem.reason}; the ${events.length} events before it are used`);
  const assumptions = await folder.readAssumptions();
  return buildReport({ manifest, plan, events, problem, assumptions, metrics: await allMetrics() });
}

/** Rebuilds every derived file of a run from its record (DESIGN §6): a pure function of it, byte for byte the same each time. */
export async function deriveRun(folder: RunFolder, io: Io): Promise<ReportModel> {
  const model = await readModel(folder, io);
  await folder.write('samples', samplesCsv(model));
  await folder.write('summary', summaryCsv(model));
  await folder.write('differences', differencesCsv(model));
  await folder.write('memoryFits', memoryFitsCsv(model));
  await folder.write('density', densityCsv(model));
  await folder.write('energy', energyCsv(model));
  await folder.write('impact', impactCsv(model));
  await folder.write('breakEven', breakEvenCsv(model));
  await folder.write('coefficients', coefficientsCsv(model));
  await folder.write('verdicts', `${JSON.stringify(model.verdicts, undefined, 2)}\n`);
  await folder.write('report', `${JSON.stringify(model, undefined, 1)}\n`);
  await folder.write('dataPackage', dataPackage(model));
  return model;
}
