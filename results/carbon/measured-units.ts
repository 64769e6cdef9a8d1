import type { MemoryFit } from '../../core/model/density.ts';
import type { Band, UnitEnergy } from '../../core/model/energy.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Interval } from '../../core/model/summary.ts';
import type { EnergyMethod, FunctionalUnit } from '../../core/model/vocabulary.ts';
import type { TrialRecord } from '../derive/trial-record.ts';
import { blankNetW, detectionLimitJ } from '../energy/detection-limit.ts';
import { bestMeter, noMeterReason } from '../energy/pick-meter.ts';
import { scaled, sum } from './band.ts';
import { type Central, centralOf, okValues, type SamplesByCell, samplesOfMetric, whyNone } from './cell-values.ts';
import { type Capacity, hostShare, NO_CAPACITY } from './host-share.ts';
import { idleEnergyJ } from './model-energy.ts';
import type { Technology } from './technologies.ts';
import { fitsOf, SECONDS_PER_HOUR, slopeBand, type UnitWork } from './unit-work.ts';

export interface MeasuredInput {
  readonly plan: Plan;
  readonly samples: readonly Sample[];
  readonly byCell: SamplesByCell;
  readonly recordsByCell: ReadonlyMap<string, readonly TrialRecord[]>;
  readonly fits: readonly MemoryFit[];
  readonly threads: number;
}

/** What a meter says of one unit, before the host’s share is added. */
interface Metered {
  readonly cells: readonly string[];
  readonly n: number;
  readonly dynamicJ?: Band;
  readonly interval?: Interval;
  readonly grossJ?: number;
  readonly attributedJ?: number;
  readonly hostIdleW?: Band;
  readonly durationS?: number;
  readonly detectionLimitJ?: number;
  /** why there is no net energy */
  readonly missing?: string;
  /** said where the suite’s own energy could not be left out */
  readonly withHarness?: string;
}

/** Energy of one unit as it was measured, or the reason why it was not; undefined where nothing in the plan would have measured it. */
export function measuredUnit(
  technology: Technology,
  unit: FunctionalUnit,
  work: UnitWork | undefined,
  capacity: Capacity | undefined,
  input: MeasuredInput,
): UnitEnergy | undefined {
  const metered = unit === 'instance-hour-idle' ? meteredIdleHour(technology, input) : meteredWindows(technology, unit, input);
  if (!metered) return undefined;
  const read = methodOf(metered.cells.flatMap((cell) => input.recordsByCell.get(cell) ?? []));
  const { cells, n, missing, withHarness, durationS, hostIdleW, ...figures } = metered;
  const isUsable = figures.dynamicJ !== undefined && read.method !== 'unavailable';
  const cpu = work?.totalCpuS;
  const share = capacity && cpu && durationS && input.threads > 0 ? hostShare(capacity, cpu, input.threads, durationS) : undefined;
  const idleJ = isUsable && share && hostIdleW && durationS !== undefined ? idleEnergyJ(hostIdleW, durationS, share) : undefined;
  const notes = [
    read.note,
    ...(read.method === 'unavailable' ? [] : [missing]),
    ...(isUsable && withHarness !== undefined ? [withHarness] : []),
    ...(isUsable && !capacity ? [NO_CAPACITY] : []),
  ].filter((text) => text !== undefined);
  return {
    ...technology.key,
    unit,
    method: read.method,
    cells: [...cells],
    n: isUsable ? n : 0,
    cpuS: [...(work?.cpuS ?? [])],
    ...(durationS === undefined ? {} : { durationS }),
    ...(isUsable ? { ...figures, ...(hostIdleW ? { hostIdleW } : {}) } : {}),
    ...(share ? { share } : {}),
    ...(idleJ ? { idleJ } : {}),
    ...(figures.dynamicJ && idleJ ? { energyJ: sum(figures.dynamicJ, idleJ) } : {}),
    coefficients: [],
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}

const WITH_HARNESS = 'the suite’s own energy is in it: CPU time of technology, suite and host do not close in every block';

/** By which meter these trials were read. Joules of different meters cover different things: such trials have no common figure. */
function methodOf(records: readonly TrialRecord[]): { readonly method: EnergyMethod; readonly note?: string } {
  const methods = new Set(records.flatMap(({ meters }) => bestMeter(meters)?.method ?? []));
  const [method] = methods;
  if (method === undefined)
    return { method: 'unavailable', note: noMeterReason(records.find(({ meters }) => meters.length > 0)?.meters ?? []) };
  if (methods.size > 1) return { method: 'unavailable', note: `its trials were read by different meters (${[...methods].join(', ')})` };
  return method === 'simulated' ? { method, note: 'read from a made tree of counters: no result' } : { method };
}

/** A cold start or an operation: net energy of the windows of work. */
function meteredWindows({ cells }: Technology, unit: FunctionalUnit, input: MeasuredInput): Metered | undefined {
  const own = cells.filter((cell) => cell.activity === 'window' && cell.unit === unit).map(({ id }) => id);
  const [first] = own;
  if (first === undefined) return undefined;
  const of = (metric: string): readonly Sample[] => samplesOfMetric(input.byCell, own, metric);
  const central = (metric: string, role: 'host' | 'total'): Central | undefined => centralOf(okValues(of(metric), role));
  const whole = central('energy_net', 'host');
  const [gross, attributed, idle, time] = [
    central('energy_gross', 'host'),
    central('energy_attributed', 'total'),
    central('power_idle', 'host'),
    central('time_per_unit', 'host'),
  ];
  // The suite's own part is no cost of the technology: it is left out wherever the CPU times of a block close (energy §7.4).
  const net = attributed && attributed.n === whole?.n ? attributed : whole;
  const durationS = time?.band.central;
  const limit = detectionLimitJ({ blankNetW: blankNetW(input.plan, input.samples, first), secondsPerUnit: durationS });
  return {
    cells: own,
    n: net?.n ?? 0,
    ...(net ? { dynamicJ: net.band, ...(net.interval ? { interval: net.interval } : {}) } : {}),
    ...(gross ? { grossJ: gross.band.central } : {}),
    ...(attributed ? { attributedJ: attributed.band.central } : {}),
    ...(idle ? { hostIdleW: idle.band } : {}),
    ...(durationS === undefined ? {} : { durationS }),
    ...(limit === undefined ? {} : { detectionLimitJ: limit }),
    ...(net && net === whole ? { withHarness: WITH_HARNESS } : {}),
    ...(net ? {} : { missing: `no net energy: ${whyNone(of('energy_net')) ?? 'no trial has one'}` }),
  };
}

/** An instance kept for an hour: the slope of the host’s power over the number of instances; idle power from the brackets, else where that line begins. */
function meteredIdleHour({ key, cells }: Technology, input: MeasuredInput): Metered | undefined {
  const fit = fitsOf(key, input.fits, 'power_held').find(({ role }) => role === 'host');
  if (!fit) return undefined;
  const { slope, intercept, points } = fit;
  const brackets = input.samples.filter(({ metric }) => metric === 'power_idle');
  const idle = centralOf(okValues(brackets, 'host'))?.band ?? (intercept && slopeBand(intercept));
  const fleets = cells.filter(({ scenario, population }) => scenario === fit.scenario && population?.state === 'idle').map(({ id }) => id);
  const missing = fit.invalid ?? (slope ? undefined : (fit.note ?? 'no line'));
  return {
    cells: fleets,
    n: points,
    ...(slope && fit.invalid === undefined ? { dynamicJ: scaled(slopeBand(slope), SECONDS_PER_HOUR) } : {}),
    ...(idle ? { hostIdleW: idle } : {}),
    durationS: SECONDS_PER_HOUR,
    ...(missing === undefined ? {} : { missing: `no power per resident instance: ${missing}` }),
  };
}
