import type { Role } from '../../core/model/vocabulary.ts';
import type { TrialRecord } from '../derive/trial-record.ts';
import { chooseZones, type ZoneChoice } from './choose-zones.ts';
import { hostEnergy, type HostEnergy } from './host-energy.ts';
import type { Meter } from './pick-meter.ts';
import { FOREIGN_CPU_SHARE, OWN_REST_SHARE, STEAL_SHARE, type Flaw } from './rules.ts';

type WindowName = TrialRecord['windows'][number]['window'];

/** What a meter counted over one window of a trial. */
export interface WindowEnergy extends HostEnergy {
  readonly window: WindowName;
  /** mean power from the first to the last read, W; absent where energy or time is */
  readonly watts?: number;
}

const NS_PER_S = 1e9;

/** Which zones are summed, decided once over all reads of a trial. */
export function trialChoices(record: TrialRecord, meter: Meter): ZoneChoice[] {
  return chooseZones(meter.zones, sweepsOf(record, meter));
}

/** Energy of one window: `flaws` are those of its counters. Undefined where the trial has no such window. */
export function windowEnergy(
  record: TrialRecord,
  meter: Meter,
  window: WindowName,
  choices: readonly ZoneChoice[],
): WindowEnergy | undefined {
  if (!record.windows.some((one) => one.window === window)) return undefined;
  const energy = hostEnergy(meter.zones, sweepsOf(record, meter, window), choices);
  const { joules, seconds } = energy;
  const watts = joules === undefined || seconds === undefined || seconds <= 0 ? undefined : joules / seconds;
  return { window, ...energy, ...(watts === undefined ? {} : { watts }) };
}

function sweepsOf({ counters }: TrialRecord, { meter }: Meter, window?: WindowName) {
  return counters.filter((one) => one.meter === meter && (window === undefined || one.window === window)).map(({ reads }) => reads);
}

/**
 * CPU seconds of a role over one window. 0 for a role of the technology without a reading: there was nothing of it. A string: why it is not known.
 */
export function cpuSeconds(record: TrialRecord, window: WindowName, role: Role): number | string {
  const found = record.readings.find((one) => one.metric === 'window_cpu' && one.window === window && one.role === role);
  if (found?.value !== undefined) return found.value;
  if (found) return found.unavailable ?? 'neither a value nor a reason is on record';
  return role === 'host' || role === 'harness' ? `CPU time of role ${role} was not read in window ${window}` : 0;
}

/** Length of a window, s. */
export function windowSeconds(record: TrialRecord, window: WindowName): number {
  const found = record.windows.find((one) => one.window === window);
  return found ? (found.endNs - found.atNs) / NS_PER_S : 0;
}

/**
 * What else ran in a metered window: CPU time taken by the hypervisor, and host busy time that is neither the technology’s nor the harness’s. The latter as a
 * share of all CPU time there was (`window_capacity`), or of one CPU where that was not read: then the rule is stricter than it need be. In a window of work
 * it must also exceed what work itself leaves to nobody (`OWN_REST_SHARE`). A window whose
 * readings are missing is not judged; its energy is then not attributed either.
 */
export function disturbances(record: TrialRecord, window: WindowName): Flaw[] {
  const stolen = readingOf(record, window, 'window_steal') ?? 0;
  const [host, technology, harness] = (['host', 'total', 'harness'] as const).map((role) => cpuSeconds(record, window, role));
  const capacity = readingOf(record, window, 'window_capacity') ?? windowSeconds(record, window);
  const flaws: Flaw[] = [];
  if (stolen > STEAL_SHARE) flaws.push({ rule: 'host-steal', because: `the hypervisor took CPU time from window ${window}` });
  if (typeof host === 'number' && typeof technology === 'number' && typeof harness === 'number') {
    const foreign = host - technology - harness;
    const own = window === 'work' ? OWN_REST_SHARE * host : 0;
    if (foreign > Math.max(FOREIGN_CPU_SHARE * capacity, own))
      flaws.push({ rule: 'foreign-cpu', because: `something else ran in window ${window}` });
  }
  return flaws;
}

function readingOf(record: TrialRecord, window: WindowName, metric: string): number | undefined {
  return record.readings.find((one) => one.metric === metric && one.window === window && one.role === 'host')?.value;
}
