import { ENERGY_METRICS, LOOP_METRICS, MARK_METRICS, RAMP_METRICS } from '../../core/model/metrics.ts';
import { Activity, type MetricDeclaration } from '../../core/model/vocabulary.ts';
import { hostControl } from '../../probes/host-control.ts';
import { loadProbes } from '../../probes/registry.ts';

/** A metric with the activities in which a cell can yield it. */
export interface MeasuredMetric extends MetricDeclaration {
  readonly activities: readonly Activity[];
}

/** Every declared metric: what follows from marks, from warm loops, from ramps, and what the probes declare. Phases declare themselves. */
export async function allMetrics(): Promise<readonly MetricDeclaration[]> {
  return (await declarations()).flatMap(({ metrics }) => metrics);
}

/** The same with their activities. */
export async function allMetricsByActivity(): Promise<readonly MeasuredMetric[]> {
  return (await declarations()).flatMap(({ activities, metrics }) => metrics.map((metric) => ({ ...metric, activities })));
}

interface Declarations {
  readonly activities: readonly Activity[];
  readonly metrics: readonly MetricDeclaration[];
}

/**
 * Marks are times only of a life that runs to its exit (results/derive/trial-samples.ts); of energy’s figures one is of a fleet that
 * does nothing.
 */
async function declarations(): Promise<readonly Declarations[]> {
  return [
    { activities: ['run'], metrics: MARK_METRICS },
    { activities: ['loop'], metrics: LOOP_METRICS },
    { activities: ['ramp'], metrics: RAMP_METRICS },
    ...ENERGY_METRICS.map((metric): Declarations => ({ activities: metric.id === 'power_held' ? HELD : ['window'], metrics: [metric] })),
    { activities: Activity.options, metrics: hostControl.metrics },
    ...(await loadProbes()),
  ];
}

const HELD: readonly Activity[] = ['hold', 'window'];
