import { readFileSync } from 'node:fs';
import { Manifest } from '../../core/model/manifest.ts';
import { LOOP_METRICS, MARK_METRICS } from '../../core/model/metrics.ts';
import { Plan } from '../../core/model/plan.ts';
import type { ReportModel } from '../../core/model/report.ts';
import type { MetricDeclaration } from '../../core/model/vocabulary.ts';
import { buildReport } from '../derive/build-report.ts';
import { type ParsedEvents, parseEvents } from '../derive/parse-events.ts';

const FOLDER = new URL('../golden/interrupted-run/', import.meta.url);

/** Declarations as probes give them; image sizes are exact. */
const METRICS: readonly MetricDeclaration[] = [
  ...MARK_METRICS,
  ...LOOP_METRICS,
  declaration('image_bytes_compressed', 'B', 'exact'),
  declaration('memory_unreclaimable', 'B', 'noisy'),
  declaration('memory_pss', 'B', 'noisy'),
  declaration('cpu_time', 's', 'noisy'),
  declaration('host_control', 's', 'noisy'),
  declaration('host_steal_share', '1', 'noisy'),
];

function declaration(id: string, unit: MetricDeclaration['unit'], noise: MetricDeclaration['noise']): MetricDeclaration {
  return { id, title: id, unit, better: 'lower', noise, definition: `${id} of the golden run` };
}

export function goldenText(name: 'events.jsonl' | 'expected.json' | 'expected-differences.json'): string {
  return readFileSync(new URL(name, FOLDER), 'utf8');
}

export function goldenPlan(): Plan {
  return Plan.parse(JSON.parse(readFileSync(new URL('plan.json', FOLDER), 'utf8')));
}

export function goldenEvents(): ParsedEvents {
  return parseEvents(goldenText('events.jsonl'));
}

/** The golden record, derived. */
export function goldenReport(): ReportModel {
  const manifest = Manifest.parse(JSON.parse(readFileSync(new URL('manifest.json', FOLDER), 'utf8')));
  const { events, problem } = goldenEvents();
  return buildReport({ manifest, plan: goldenPlan(), events, problem, metrics: METRICS });
}
