import { ENERGY_METRICS, LOOP_METRICS, MARK_METRICS, RAMP_METRICS } from '../../core/model/metrics.ts';
import type { MetricDeclaration } from '../../core/model/vocabulary.ts';
import { hostControl } from '../../probes/host-control.ts';
import { loadProbes } from '../../probes/registry.ts';

/** Every declared metric: what follows from marks, from warm loops, from ramps, and what the probes declare. Phases declare themselves. */
export async function allMetrics(): Promise<readonly MetricDeclaration[]> {
  const probes = await loadProbes();
  return [
    ...MARK_METRICS,
    ...LOOP_METRICS,
    ...RAMP_METRICS,
    ...ENERGY_METRICS,
    ...hostControl.metrics,
    ...probes.flatMap((probe) => probe.metrics),
  ];
}
