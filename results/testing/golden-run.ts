import { readFileSync } from 'node:fs';
import { Manifest } from '../../core/model/manifest.ts';
import { ENERGY_METRICS, LOOP_METRICS, MARK_METRICS } from '../../core/model/metrics.ts';
import { Plan } from '../../core/model/plan.ts';
import type { ReportModel } from '../../core/model/report.ts';
import type { MetricDeclaration } from '../../core/model/vocabulary.ts';
import { buildReport } from '../derive/build-report.ts';
import { type ParsedEvents, parseEvents } from '../derive/parse-events.ts';

const FOLDER = new URL('../golden/interrupted-run/', import.meta.url);
const FLEETS = new URL('../golden/fleet-run/', import.meta.url);
const ENERGY = new URL('../golden/energy-run/', import.meta.url);

/** Declarations as probes give them; image sizes are exact. */
const METRICS: readonly MetricDeclaration[] = [
  ...MARK_METRICS,
  ...LOOP_METRICS,
  ...ENERGY_METRICS,
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
  return derived(FOLDER);
}

/** The golden record of fleets and ramps, derived. */
export function goldenFleets(): ReportModel {
  return derived(FLEETS);
}

export function goldenFleetsText(name: 'events.jsonl' | 'expected-memory-fits.csv' | 'expected-density.csv'): string {
  return readFileSync(new URL(name, FLEETS), 'utf8');
}

/** The golden record of energy windows, derived. */
export function goldenEnergy(): ReportModel {
  return derived(ENERGY);
}

export function goldenEnergyText(name: 'plan.json' | 'events.jsonl' | 'expected-samples.json'): string {
  return readFileSync(new URL(name, ENERGY), 'utf8');
}

function derived(folder: URL): ReportModel {
  const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
  const { events, problem } = parseEvents(read('events.jsonl'));
  const plan = Plan.parse(JSON.parse(read('plan.json')));
  return buildReport({ manifest: Manifest.parse(JSON.parse(read('manifest.json'))), plan, events, problem, metrics: METRICS });
}
