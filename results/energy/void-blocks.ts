import type { EnergyReport } from '../../core/model/energy.ts';
import { failureOf, type TrialRecord } from '../derive/trial-record.ts';
import { blockOf, heldOf } from './block.ts';
import { ENERGY_RULES } from './rules.ts';

/**
 * Metered blocks (and windows of held fleets) that do not count, by rule, in the order of `ENERGY_RULES`; a block that breaks several is counted once, under the
 * first. Trials that failed have no block. From records, not samples: an unreadable counter leaves a sample without a rule.
 */
export function voidBlocks(records: readonly TrialRecord[]): EnergyReport['voidBlocks'] {
  const broken = records
    .filter((record) => failureOf(record) === undefined)
    .flatMap((record) => [blockOf(record)?.flaws[0]?.rule, heldOf(record)?.flaws[0]?.rule]);
  return ENERGY_RULES.flatMap(({ id }) => {
    const count = broken.filter((rule) => rule === id).length;
    return count === 0 ? [] : [{ rule: id, count }];
  });
}
