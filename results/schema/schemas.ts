import { z } from 'zod';
import { Baseline } from '../../core/model/baseline.ts';
import { Comparison } from '../../core/model/comparison.ts';
import { Assumptions } from '../../core/model/energy.ts';
import { Event } from '../../core/model/event.ts';
import { GateConfig } from '../../core/model/gate-config.ts';
import { GateReport } from '../../core/model/gate-report.ts';
import { GateRun } from '../../core/model/gate-run.ts';
import { SelftestReport } from '../../core/model/gate-selftest.ts';
import { SelftestRun } from '../../core/model/gate-series.ts';
import { Manifest } from '../../core/model/manifest.ts';
import { Plan } from '../../core/model/plan.ts';
import { ReportModel } from '../../core/model/report.ts';
import { Sample } from '../../core/model/sample.ts';
import { Scenario } from '../../core/model/scenario.ts';
import { Summary } from '../../core/model/summary.ts';
import { Trend } from '../../core/model/trend.ts';
import { Verdict } from '../../core/model/verdict.ts';

/**
 * JSON Schemas (draft 2020-12) of everything that goes into or comes out of the suite, by file name, made from the zod types the
 * suite itself checks with. Those of the scenario and of the gates describe what a user writes (defaults optional),
 * those of the answers of `gate` and `compare` let a later minor version add keys, the others say exactly what is on disk.
 */
export function schemas(): ReadonlyMap<string, string> {
  const documents: readonly (readonly [string, z.ZodType, 'input' | 'output'])[] = [
    ['scenario', Scenario, 'input'],
    ['plan', Plan, 'output'],
    ['event', Event, 'output'],
    ['manifest', Manifest, 'output'],
    ['assumptions', Assumptions, 'input'],
    ['sample', Sample, 'output'],
    ['summary', Summary, 'output'],
    ['verdict', Verdict, 'output'],
    ['report', ReportModel, 'output'],
    ['baseline', Baseline, 'output'],
    ['trend', Trend, 'output'],
    ['comparison', Comparison, 'input'],
    ['gates', GateConfig, 'input'],
    ['gate-run', GateRun, 'output'],
    ['gate-report', GateReport, 'input'],
    ['gate-selftest', SelftestReport, 'output'],
    ['gate-selftest-run', SelftestRun, 'output'],
  ];
  return new Map(
    documents.map(([name, type, io]) => {
      const schema = { title: `thirdwave ${name}`, ...z.toJSONSchema(type, { target: 'draft-2020-12', io }) };
      return [`${name}.schema.json`, `${JSON.stringify(schema, undefined, 2)}\n`];
    }),
  );
}
