import type { TrialRecord } from '../derive/trial-record.ts';
import { distinct } from './accumulate.ts';
import { bestMeter, type Meter } from './pick-meter.ts';
import { ENERGY_RULES, IDLE_DRIFT_SHARE, type Flaw } from './rules.ts';
import { disturbances, trialChoices, type WindowEnergy, windowEnergy } from './window-energy.ts';

/** A window of work between two idle ones, metered: what one trial says about energy, all units of the window together. */
export interface Block {
  readonly meter: Meter;
  readonly work: WindowEnergy;
  /** what the meter counted over the window of work, J */
  readonly grossJ?: number;
  /** P̄_idle: energy of both brackets ÷ time of both, W; absent where a bracket is missing or not known */
  readonly idleW?: number;
  /** E − P̄_idle · T, J; can be negative for work that costs less than idle power varies */
  readonly netJ?: number;
  /** any: nothing of the block counts; in the order of `ENERGY_RULES` */
  readonly flaws: readonly Flaw[];
}

/** The block of a trial by its best meter; undefined where there is no window of work or no meter. */
export function blockOf(record: TrialRecord): Block | undefined {
  const meter = bestMeter(record.meters);
  if (!meter) return undefined;
  const choices = trialChoices(record, meter);
  const [before, work, after] = (['idle-before', 'work', 'idle-after'] as const).map((name) => windowEnergy(record, meter, name, choices));
  if (!work) return undefined;
  const windows = [before, work, after].flatMap((one) => one ?? []);
  const idleW = idlePower(before, after);
  const { joules, seconds } = work;
  const netJ = joules === undefined || seconds === undefined || idleW === undefined ? undefined : joules - idleW * seconds;
  const flaws = [
    ...windows.flatMap((one) => one.flaws),
    ...drift(before, after, idleW),
    ...windows.flatMap(({ window }) => disturbances(record, window)),
  ];
  return {
    meter,
    work,
    ...(joules === undefined ? {} : { grossJ: joules }),
    ...(idleW === undefined ? {} : { idleW }),
    ...(netJ === undefined ? {} : { netJ }),
    flaws: ranked(flaws),
  };
}

/** A fleet that stood idle: its window `held` by the best meter, with everything that takes it out of the statistics. */
export function heldOf(record: TrialRecord): WindowEnergy | undefined {
  const meter = bestMeter(record.meters);
  const held = meter && windowEnergy(record, meter, 'held', trialChoices(record, meter));
  return held && { ...held, flaws: ranked([...held.flaws, ...disturbances(record, 'held')]) };
}

/** Mean power of both brackets, weighted by their time. */
function idlePower(before: WindowEnergy | undefined, after: WindowEnergy | undefined): number | undefined {
  if (before?.joules === undefined || after?.joules === undefined) return undefined;
  const seconds = (before.seconds ?? 0) + (after.seconds ?? 0);
  return seconds > 0 ? (before.joules + after.joules) / seconds : undefined;
}

function drift(before: WindowEnergy | undefined, after: WindowEnergy | undefined, idleW: number | undefined): Flaw[] {
  if (before?.watts === undefined || after?.watts === undefined || idleW === undefined) return [];
  if (Math.abs(before.watts - after.watts) <= IDLE_DRIFT_SHARE * idleW) return [];
  const percent = IDLE_DRIFT_SHARE * 100;
  return [{ rule: 'idle-drift', because: `idle power before and after the work differs by more than ${percent} %` }];
}

function ranked(flaws: readonly Flaw[]): Flaw[] {
  const order: readonly string[] = ENERGY_RULES.map(({ id }) => id);
  return distinct(flaws).toSorted((x, y) => order.indexOf(x.rule) - order.indexOf(y.rule));
}
