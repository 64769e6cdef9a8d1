import type { MemoryFit } from '../../core/model/density.ts';
import type { Band } from '../../core/model/energy.ts';
import type { FunctionalUnit, Role } from '../../core/model/vocabulary.ts';
import { exact, scaled, spanning } from './band.ts';
import { centralOf, medianPerRole, type SamplesByCell, samplesOfMetric, totalPerTrial, whyNone } from './cell-values.ts';
import type { Technology } from './technologies.ts';

export const SECONDS_PER_HOUR = 3600;

/** What one functional unit of a technology takes: CPU seconds of everything that belongs to it, and how long it lasts. */
export interface UnitWork {
  readonly cells: readonly string[];
  readonly n: number;
  readonly cpuS: readonly { readonly role: Role; readonly seconds: number }[];
  /** of all roles together */
  readonly totalCpuS?: Band;
  readonly durationS?: number;
  readonly notes: readonly string[];
}

/** Undefined where nothing in the plan does this unit. */
export function unitWork(
  technology: Technology,
  unit: FunctionalUnit,
  byCell: SamplesByCell,
  fits: readonly MemoryFit[],
): UnitWork | undefined {
  if (unit === 'instance-hour-idle') return idleHour(technology, fits);
  const windows = technology.cells.filter((cell) => cell.activity === 'window' && cell.unit === unit).map(({ id }) => id);
  const inWindows = windows.length === 0 ? undefined : workOf(windows, byCell, 'cpu_per_unit', ['time_per_unit']);
  const runs = unit === 'cold-start' ? technology.cells.filter(({ activity }) => activity === 'run').map(({ id }) => id) : [];
  if (inWindows?.totalCpuS || runs.length === 0) return inWindows;
  const inRuns = workOf(runs, byCell, 'cpu_time', ['run_time', 'phase_cleanup']);
  return inRuns.totalCpuS || !inWindows ? inRuns : inWindows;
}

/** Times that follow one another are added up trial by trial; a phase that a technology does not have is no time. */
function workOf(cells: readonly string[], byCell: SamplesByCell, cpuMetric: string, timeMetrics: readonly string[]): UnitWork {
  const cpu = samplesOfMetric(byCell, cells, cpuMetric);
  const total = centralOf(totalPerTrial(cpu));
  const times = timeMetrics.map((metric) => centralOf(values(samplesOfMetric(byCell, cells, metric)))?.band.central);
  const [first] = times;
  const durationS = first === undefined ? undefined : times.reduce<number>((sum, time) => sum + (time ?? 0), 0);
  const missing = total ? undefined : (whyNone(cpu) ?? 'no trial has the CPU time of all its roles');
  return {
    cells,
    n: total?.n ?? 0,
    cpuS: medianPerRole(cpu).map(({ role, value }) => ({ role, seconds: value })),
    ...(total ? { totalCpuS: total.band } : {}),
    ...(durationS === undefined ? {} : { durationS }),
    notes: [
      ...(missing === undefined ? [] : [`no CPU time: ${missing}`]),
      ...(durationS === undefined ? [`how long it lasts is not known: no trial has ${timeMetrics[0]}`] : []),
    ],
  };
}

function values(samples: ReturnType<typeof samplesOfMetric>): number[] {
  return samples.flatMap(({ outcome }) => (outcome.status === 'ok' ? [outcome.value] : []));
}

/** An instance that is kept for an hour and does nothing: the slope of the fleet’s CPU time at idle. */
function idleHour({ key, cells }: Technology, fits: readonly MemoryFit[]): UnitWork | undefined {
  const own = fitsOf(key, fits, 'idle_cpu');
  if (own.length === 0) return undefined;
  const fit = own.find(({ role, slope, invalid }) => role === 'total' && slope && invalid === undefined);
  const perRole = own.filter(({ role }) => !['total', 'host', 'harness'].includes(role));
  const fleets = cells.filter(({ population }) => population?.state === 'idle').map(({ id }) => id);
  const cpuS = perRole.flatMap(({ role, slope }) => (slope ? [{ role, seconds: Math.max(0, slope.estimate) * SECONDS_PER_HOUR }] : []));
  const base = { cells: fleets, cpuS, durationS: SECONDS_PER_HOUR };
  if (!fit?.slope) {
    const because = own.find(({ role }) => role === 'total')?.note ?? 'no line through the CPU time of all roles together';
    return { ...base, n: 0, notes: [`no CPU time at idle: ${because}`] };
  }
  return { ...base, n: fit.points, totalCpuS: scaled(slopeBand(fit.slope, 0), SECONDS_PER_HOUR), notes: belowZero(fit.slope.estimate) };
}

/** A slope with its interval, none of it below `least`: an instance cannot use less than no time. */
export function slopeBand({ estimate, interval }: NonNullable<MemoryFit['slope']>, least = Number.NEGATIVE_INFINITY): Band {
  const atLeast = (value: number): number => Math.max(least, value);
  const central = exact(atLeast(estimate));
  return interval ? spanning(central.central, atLeast(interval.low), atLeast(interval.high)) : central;
}

function belowZero(slope: number): readonly string[] {
  return slope < 0 ? ['CPU time at idle could not be told from none: taken as 0'] : [];
}

/** Fits of one technology and metric in state idle, in the order of the run. */
export function fitsOf(key: Technology['key'], fits: readonly MemoryFit[], metric: string): MemoryFit[] {
  return fits.filter(
    (fit) =>
      fit.metric === metric &&
      fit.state === 'idle' &&
      fit.runner === key.runner &&
      fit.variant === key.variant &&
      fit.workload === key.workload,
  );
}
