import type { MetricDeclaration } from './vocabulary.ts';

/** Metrics that follow from marks and phases; probes declare their own (probes/*.ts). */
export const MARK_METRICS = [
  {
    id: 'cold_start',
    title: 'Cold start',
    unit: 's',
    better: 'lower',
    noise: 'noisy',
    definition: 't1 − t0: from just before the launch call until the host sees the first byte of output that is then verified',
  },
  {
    id: 'run_time',
    title: 'Launch to exit',
    unit: 's',
    better: 'lower',
    noise: 'noisy',
    definition: 't2 − t0: from just before the launch call until the host sees the exit',
  },
] as const satisfies readonly MetricDeclaration[];

/** Phases become metrics `phase_<name>`: the breakdown between t0 and t3; `cleanup` (t3) counts removal only, not the readings before it. */
export function phaseMetric(phase: string, layer: string): MetricDeclaration {
  return {
    id: `phase_${phase.replaceAll('-', '_')}`,
    title: `Phase ${phase}`,
    unit: 's',
    better: 'lower',
    noise: 'noisy',
    definition: `time spent in phase “${phase}” (layer: ${layer})`,
  };
}

/** Warm loops inside a live host process (activity `loop`): one sample per batch mean. */
export const LOOP_METRICS = [
  {
    id: 'warm_compile',
    title: 'Warm compile',
    unit: 's',
    better: 'lower',
    noise: 'noisy',
    definition: 'mean time to compile the module, repeated in one live process',
  },
  {
    id: 'warm_instantiate_call',
    title: 'Warm instantiate + call',
    unit: 's',
    better: 'lower',
    noise: 'noisy',
    definition: 'mean time to instantiate the compiled module and call its null function, repeated in one live process',
  },
  {
    id: 'warm_call',
    title: 'Warm call',
    unit: 's',
    better: 'lower',
    noise: 'noisy',
    definition: 'mean time to call the null function of a live instance, host to guest and back',
  },
] as const satisfies readonly MetricDeclaration[];

/** Of a density ramp (core/execute/ramp.ts). */
export const RAMP_METRICS = [
  {
    id: 'density_verified',
    title: 'Verified density',
    unit: '1',
    better: 'higher',
    noise: 'noisy',
    definition:
      'largest number of instances that lived at the same time with no start failing, none dying, no answer twice as slow as alone',
  },
] as const satisfies readonly MetricDeclaration[];

/** Starts beside resident instances: `percent` of the density just reached, `concurrent` launched at one instant. */
export function coldStartAt(percent: number, concurrent: number): MetricDeclaration {
  const once = concurrent === 1 ? 'one at a time' : `${concurrent} launched at one instant`;
  return {
    id: `cold_start_at_${percent}_c${concurrent}`,
    title: `Cold start at ${percent} % of the density, ${once}`,
    unit: 's',
    better: 'lower',
    noise: 'noisy',
    definition: `t1 − t0 beside ${percent} % of the density just reached, ${once}, none waiting for another`,
  };
}

/** The declaration of a metric that a ramp’s rules ask for, from its id; undefined for any other. */
export function loadMetric(id: string): MetricDeclaration | undefined {
  const [, percent, concurrent] = /^cold_start_at_(\d+)_c(\d+)$/.exec(id) ?? [];
  return percent === undefined || concurrent === undefined ? undefined : coldStartAt(Number(percent), Number(concurrent));
}
