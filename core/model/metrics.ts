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

/** Of energy windows (results/energy): per functional unit, where the trial's windows count. Modelled energy is no sample: it is in the energy table. */
export const ENERGY_METRICS = [
  {
    id: 'energy_gross',
    title: 'Gross energy',
    unit: 'J',
    better: 'lower',
    noise: 'noisy',
    definition: 'what the meter counted over the window of work, idle power included, per functional unit',
  },
  {
    id: 'energy_net',
    title: 'Net energy',
    unit: 'J',
    better: 'lower',
    noise: 'noisy',
    definition: '(E − P_idle · T) ÷ units: gross energy without what the idle brackets around the window drew over the same time',
  },
  {
    id: 'energy_attributed',
    title: 'Attributed energy',
    unit: 'J',
    better: 'lower',
    noise: 'noisy',
    definition: 'the technology’s share of the CPU time above idle times the net energy, where shares and rest close to 5 %',
  },
  {
    id: 'energy_uncounted',
    title: 'Energy of a domain outside the sum',
    unit: 'J',
    better: 'neither',
    noise: 'noisy',
    definition:
      'what core, uncore or psys counted over the window of work, per functional unit; contained in, or overlapping with, what is summed',
  },
  {
    id: 'power_idle',
    title: 'Idle power',
    unit: 'W',
    better: 'neither',
    noise: 'noisy',
    definition: 'mean power of the idle windows before and after the work',
  },
  {
    id: 'power_held',
    title: 'Power with a fleet at idle',
    unit: 'W',
    better: 'lower',
    noise: 'noisy',
    definition: 'mean power of the whole meter while the fleet was held and did nothing',
  },
  {
    id: 'cpu_per_unit',
    title: 'CPU time per unit',
    unit: 's',
    better: 'lower',
    noise: 'noisy',
    definition: 'user + system CPU time over the window of work ÷ functional units done in it, by role',
  },
  {
    id: 'time_per_unit',
    title: 'Time per unit',
    unit: 's',
    better: 'lower',
    noise: 'noisy',
    definition: 'length of the window of work ÷ functional units done in it, one after the other',
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
