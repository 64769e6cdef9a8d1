import type { Sample } from '../../core/model/sample.ts';
import { groupedBy } from '../derive/grouped-by.ts';

export interface VoidTrials {
  readonly cell: string;
  readonly trials: number;
  readonly isVoid: number;
  /** each once */
  readonly rules: readonly string[];
}

/** Beyond this share of an arm's trials what is left is no fair sample: a rule may void the slow ones. */
export const MOST_VOID_SHARE = 0.1;

/** Cells of which trials are void by a rule fixed in advance (results/derive/validity.ts), in the order of the record. */
export function voidTrials(samples: readonly Sample[]): VoidTrials[] {
  const timed = samples.filter(({ round }) => round > 0);
  return [...groupedBy(timed, ({ cell }) => cell)].flatMap(([cell, ofCell]) => {
    const rules = new Map<string, string>();
    for (const { trialId, outcome } of ofCell) if (outcome.status === 'invalid') rules.set(trialId, outcome.rule);
    if (rules.size === 0) return [];
    return [{ cell, trials: new Set(ofCell.map(({ trialId }) => trialId)).size, isVoid: rules.size, rules: [...new Set(rules.values())] }];
  });
}

/** `3 of 40 trials are void (host-steal)`. */
export function voidText({ isVoid, trials, rules }: VoidTrials): string {
  return `${isVoid} of ${trials} trials are void (${rules.join(', ')})`;
}
