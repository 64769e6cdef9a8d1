import { z } from 'zod';
import { Density, MemoryFit, Reconciliation } from './density.ts';
import { EnergyReport, NO_ENERGY } from './energy.ts';
import { Manifest } from './manifest.ts';
import { Cell, RoundRules, SkippedCell } from './plan.ts';
import { Sample } from './sample.ts';
import { DifferenceResult, Summary } from './summary.ts';
import { Verdict } from './verdict.ts';
import { Better, Unit } from './vocabulary.ts';

export const REPORT_SCHEMA = 'thirdwave/report/1';

/** The only input of every output (DESIGN §1): a pure function of the record. */
export const ReportModel = z.strictObject({
  schema: z.literal(REPORT_SCHEMA),
  manifest: Manifest,
  seed: z.int(),
  scenarios: z.array(RoundRules),
  cells: z.array(Cell),
  skipped: z.array(SkippedCell),
  /** every metric that occurs, with its definition */
  metrics: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      unit: Unit,
      better: Better,
      noise: z.enum(['exact', 'noisy']),
      definition: z.string(),
    }),
  ),
  samples: z.array(Sample),
  summaries: z.array(Summary),
  /** what each layer costs, as the scenarios ask, in their order */
  differences: z.array(DifferenceResult),
  /** memory against the number of instances: lines, the three readings beside each other, density ramps; absent in reports of earlier versions: none */
  memoryFits: z.array(MemoryFit).default([]),
  reconciliations: z.array(Reconciliation).default([]),
  densities: z.array(Density).default([]),
  /** energy and carbon per functional unit; absent in reports of earlier versions: nothing */
  energy: EnergyReport.default(NO_ENERGY),
  verdicts: z.array(Verdict),
  /** warnings and failures of the run in words, each with its count */
  notes: z.array(z.strictObject({ kind: z.enum(['warning', 'failure', 'record']), code: z.string(), text: z.string(), count: z.int() })),
});
export type ReportModel = z.infer<typeof ReportModel>;
