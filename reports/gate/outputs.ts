import type { GateReport } from '../../core/model/gate-report.ts';
import { bencherMetrics } from './bmf.ts';
import { githubBenchmark } from './github-benchmark.ts';
import { gateJson } from './json.ts';
import { junitXml } from './junit.ts';
import { openMetrics } from './open-metrics.ts';
import { stepSummary } from './step-summary.ts';

/** What `--out <format>=<file>` may name. */
export type GateFormat = 'json' | 'junit' | 'bmf' | 'github-benchmark' | 'openmetrics' | 'summary';

/** Every file format of the gate; each is a pure function of the report. */
export const GATE_OUTPUTS: Readonly<Record<GateFormat, (report: GateReport) => string>> = {
  json: gateJson,
  junit: junitXml,
  bmf: bencherMetrics,
  'github-benchmark': githubBenchmark,
  openmetrics: openMetrics,
  summary: (report) => stepSummary(report),
};
