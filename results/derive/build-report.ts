import type { Assumptions } from '../../core/model/energy.ts';
import type { Event } from '../../core/model/event.ts';
import type { Manifest } from '../../core/model/manifest.ts';
import type { Plan } from '../../core/model/plan.ts';
import { REPORT_SCHEMA, type ReportModel } from '../../core/model/report.ts';
import type { MetricDeclaration } from '../../core/model/vocabulary.ts';
import { deriveEnergy } from '../carbon/derive-energy.ts';
import { energyNotes } from '../carbon/energy-notes.ts';
import { judge } from '../judge/judge.ts';
import { deriveDensities } from './derive-densities.ts';
import { deriveDifferences } from './derive-differences.ts';
import { deriveMemory } from './derive-memory.ts';
import { deriveReconciliations } from './derive-reconciliations.ts';
import { deriveSamples } from './derive-samples.ts';
import type { RecordProblem } from './parse-events.ts';
import { recordNotes } from './record-notes.ts';
import { groupByTrial, isUnplanned } from './trial-record.ts';
import { occurringMetrics } from './report-metrics.ts';
import { summarise } from './summarise.ts';

/** One run's record, as read back from its folder. */
export interface RunRecord {
  readonly manifest: Manifest;
  readonly plan: Plan;
  readonly events: readonly Event[];
  /** where events.jsonl stopped being readable */
  readonly problem?: RecordProblem | undefined;
  /** what marks, loops and probes declare; phases declare themselves */
  readonly metrics: readonly MetricDeclaration[];
  /** absent: none were given */
  readonly assumptions?: Assumptions;
}

/** The report model of a run: samples, summaries and verdicts, a pure function of the record. */
export function buildReport(record: RunRecord): ReportModel {
  const { manifest, plan, events, problem } = record;
  const samples = deriveSamples(plan, events);
  const metrics = occurringMetrics(record.metrics, events, samples);
  const summaries = summarise(plan, samples, metrics);
  const memory = deriveMemory(plan, samples);
  const densities = deriveDensities(plan, events, memory.fits);
  const records = groupByTrial(events).records.filter((one) => !isUnplanned(plan, one));
  const energy = deriveEnergy({
    plan,
    manifest,
    assumptions: record.assumptions ?? {},
    records,
    samples,
    summaries,
    fits: memory.fits,
    densities,
  });
  return {
    schema: REPORT_SCHEMA,
    manifest,
    seed: plan.seed,
    scenarios: plan.scenarios,
    cells: plan.cells,
    skipped: plan.skipped,
    metrics,
    samples,
    summaries,
    differences: deriveDifferences(plan, samples),
    memoryFits: [...memory.fits],
    reconciliations: deriveReconciliations(memory.fits),
    densities,
    energy,
    verdicts: judge(plan, samples, summaries, metrics, memory),
    notes: [...recordNotes(plan, events, problem), ...energyNotes(energy)],
  };
}
