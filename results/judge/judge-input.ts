import type { Cell, Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Summary } from '../../core/model/summary.ts';
import type { MetricDeclaration } from '../../core/model/vocabulary.ts';
import type { FleetMemory } from '../derive/derive-memory.ts';
import { type Series, seriesOf } from '../derive/round-values.ts';

/** What a judge looks at, with its look-ups; made once for all judges. */
export interface JudgeInput {
  readonly plan: Plan;
  readonly scenario: string;
  readonly cells: readonly Cell[];
  readonly noiseOf: (metric: string) => MetricDeclaration['noise'];
  /** series of one cell and metric in any role, the instance's own first */
  readonly series: (cell: string, metric: string) => readonly Series[];
  readonly summary: (cell: string, metric: string) => Summary | undefined;
  /** of all scenarios */
  readonly memory: FleetMemory;
}

export function judgeInputs(
  plan: Plan,
  samples: readonly Sample[],
  summaries: readonly Summary[],
  metrics: readonly MetricDeclaration[],
  memory: FleetMemory,
): JudgeInput[] {
  const series = new Map<string, Series[]>();
  for (const one of seriesOf(samples)) {
    const key = `${one.cell} ${one.metric}`;
    series.set(key, [...(series.get(key) ?? []), one]);
  }
  const instanceFirst = <T extends { role: string }>(roles: readonly T[]): T[] =>
    roles.toSorted((x, y) => Number(y.role === 'instance') - Number(x.role === 'instance'));
  const noise = new Map<string, MetricDeclaration['noise']>(metrics.map((metric) => [metric.id, metric.noise]));
  return plan.scenarios.map(({ scenario }) => ({
    plan,
    scenario,
    cells: plan.cells.filter((cell) => cell.scenario === scenario),
    noiseOf: (metric) => noise.get(metric) ?? 'noisy',
    series: (cell, metric) => instanceFirst(series.get(`${cell} ${metric}`) ?? []),
    summary: (cell, metric) => instanceFirst(summaries.filter((summary) => summary.cell === cell && summary.metric === metric))[0],
    memory,
  }));
}
