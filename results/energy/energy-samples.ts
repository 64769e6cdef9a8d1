import { ENERGY_METRICS } from '../../core/model/metrics.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Role } from '../../core/model/vocabulary.ts';
import type { TrialRecord } from '../derive/trial-record.ts';
import { attribution } from './attribution.ts';
import { type Block, blockOf, heldOf } from './block.ts';
import { noMeterReason } from './pick-meter.ts';
import type { Flaw } from './rules.ts';
import { windowSeconds } from './window-energy.ts';

type EnergyMetric = (typeof ENERGY_METRICS)[number]['id'];
type Add = (metric: EnergyMetric, role: Role, outcome: Outcome) => void;

const NOTHING_DONE = 'no unit was done in the window of work';

/**
 * Samples that follow from a trial's windows, per functional unit (`ENERGY_METRICS`). Energy that breaks a rule is `invalid` with that rule and its value, or
 * `unavailable` with the rule in words where no value can be computed. Without a meter, CPU time and duration are still there: the model needs them.
 */
export function energySamples(record: TrialRecord): Sample[] {
  const { cell, trialId, round, position } = record;
  const samples: Sample[] = [];
  const add: Add = (metric, role, outcome) => {
    const unit = ENERGY_METRICS.find(({ id }) => id === metric)?.unit ?? 'J';
    samples.push({ cell, trialId, round, position, metric, role, unit, outcome });
  };
  const work = record.windows.find(({ window }) => window === 'work');
  if (work) {
    energyOfWork(record, work.operations, add);
    costOfWork(record, work.operations, add);
  }
  const held = heldOf(record);
  if (held) add('power_held', 'host', outcomeOf(held.watts, held.flaws, 'the power of the held fleet is not known'));
  else if (record.windows.some(({ window }) => window === 'held')) add('power_held', 'host', missing(noMeterReason(record.meters)));
  return samples;
}

function energyOfWork(record: TrialRecord, units: number, add: Add): void {
  const block = blockOf(record);
  if (!block) {
    const reason = noMeterReason(record.meters);
    for (const metric of ['energy_gross', 'energy_net'] as const) add(metric, 'host', missing(reason));
    add('energy_attributed', 'total', missing(reason));
    add('power_idle', 'host', missing(reason));
    return;
  }
  const { grossJ, netJ, idleW, flaws } = block;
  const perUnit = (joules: number | undefined): number | undefined => (joules === undefined || units === 0 ? undefined : joules / units);
  const why = units === 0 ? NOTHING_DONE : 'idle power before and after the work is not known';
  add('energy_gross', 'host', outcomeOf(perUnit(grossJ), flaws, why));
  add('energy_net', 'host', outcomeOf(perUnit(netJ), flaws, why));
  add('energy_attributed', 'total', attributed(record, perUnit(netJ), flaws, why));
  const psys = uncountedJ(block);
  if (psys !== undefined) add('energy_uncounted', 'host', outcomeOf(perUnit(psys), flaws, NOTHING_DONE));
  add('power_idle', 'host', outcomeOf(idleW, flaws, 'idle power before and after the work is not known'));
}

function attributed(record: TrialRecord, netJ: number | undefined, flaws: readonly Flaw[], why: string): Outcome {
  if (netJ === undefined) return outcomeOf(undefined, flaws, why);
  const found = attribution(record);
  if (typeof found === 'string') return flaws[0] ? outcomeOf(undefined, flaws, found) : missing(found);
  const value = found.share * netJ;
  if (flaws.length > 0 || found.closes) return outcomeOf(value, flaws, why);
  if (found.restShare > 0) return { status: 'invalid', rule: 'foreign-cpu', value };
  return missing(
    `technology and harness used ${(-100 * found.restShare).toFixed(0)} % more CPU time than the whole host by /proc/stat: its clock is too coarse here`,
  );
}

/** Psys of the window of work: the one domain outside the sum that is not part of it. */
function uncountedJ({ work }: Block): number | undefined {
  return work.zones.find(({ domain, counted }) => domain === 'psys' && !counted)?.joules;
}

/** CPU time by role and duration, from the window alone. */
function costOfWork(record: TrialRecord, units: number, add: Add): void {
  for (const { metric, role, window, value, unavailable } of record.readings) {
    if (metric !== 'window_cpu' || window !== 'work' || role === 'host') continue;
    const known = value !== undefined && units > 0;
    const reason = value === undefined ? (unavailable ?? 'neither a value nor a reason is on record') : NOTHING_DONE;
    add('cpu_per_unit', role, known ? { status: 'ok', value: value / units } : missing(reason));
  }
  const seconds = windowSeconds(record, 'work');
  add('time_per_unit', 'host', units > 0 ? { status: 'ok', value: seconds / units } : missing(NOTHING_DONE));
}

function outcomeOf(value: number | undefined, flaws: readonly Flaw[], why: string): Outcome {
  const [flaw] = flaws;
  if (!flaw) return value === undefined ? missing(why) : { status: 'ok', value };
  return value === undefined ? missing(`${flaw.rule}: ${flaw.because}`) : { status: 'invalid', rule: flaw.rule, value };
}

function missing(reason: string): Outcome {
  return { status: 'unavailable', reason };
}
