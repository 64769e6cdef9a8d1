import type { Event } from '../../core/model/event.ts';
import { loadMetric, phaseMetric } from '../../core/model/metrics.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { MetricDeclaration } from '../../core/model/vocabulary.ts';

/**
 * Declarations of the metrics that occur in the samples: declared ones in their declared order, then phases in the order in which
 * they first happened, then what a probe of another version wrote and this one does not know.
 */
export function occurringMetrics(
  declared: readonly MetricDeclaration[],
  events: readonly Event[],
  samples: readonly Sample[],
): MetricDeclaration[] {
  const occurring = new Map(samples.map((sample) => [sample.metric, sample]));
  const known = [...declared, ...phaseMetrics(events)];
  const ids = new Set(known.map((metric) => metric.id));
  const unknown = [...occurring.values()]
    .filter((sample) => !ids.has(sample.metric))
    .map(({ metric, unit }): MetricDeclaration => {
      const definition = 'not declared by this version of the suite';
      return loadMetric(metric) ?? { id: metric, title: metric, unit, better: 'neither', noise: 'noisy', definition };
    });
  return [...known.filter((metric) => occurring.has(metric.id)), ...unknown].map(({ id, title, unit, better, noise, definition }) => ({
    id,
    title,
    unit,
    better,
    noise,
    definition,
  }));
}

function phaseMetrics(events: readonly Event[]): MetricDeclaration[] {
  const layers = new Map<string, Set<string>>();
  const phases = events.filter((event) => event.kind === 'phase');
  const byTrial = new Map<string, typeof phases>();
  for (const event of phases) {
    const known = byTrial.get(event.trialId);
    if (known) known.push(event);
    else byTrial.set(event.trialId, [event]);
  }
  for (const ofTrial of byTrial.values()) {
    for (const { phase, layer } of ofTrial.toSorted((x, y) => x.atNs - y.atNs)) {
      layers.set(phase, (layers.get(phase) ?? new Set()).add(layer));
    }
  }
  return [...layers].map(([phase, names]) => phaseMetric(phase, [...names].join(' or ')));
}
