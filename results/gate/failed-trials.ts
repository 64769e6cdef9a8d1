import type { Sample } from '../../core/model/sample.ts';
import { groupedBy } from '../derive/grouped-by.ts';

export interface FailedTrials {
  readonly cell: string;
  readonly failed: number;
  readonly trials: number;
  /** each once, in order of first appearance */
  readonly codes: readonly string[];
}

/** Cells of which trials failed, in the order of the record: a program that fails has no start-up time. */
export function failedTrials(samples: readonly Sample[]): FailedTrials[] {
  return [...groupedBy(samples, ({ cell }) => cell)].flatMap(([cell, ofCell]) => {
    const codes = new Map<string, string>();
    for (const { trialId, outcome } of ofCell) if (outcome.status === 'failed') codes.set(trialId, outcome.code);
    if (codes.size === 0) return [];
    const trials = new Set(ofCell.filter(({ round }) => round > 0).map(({ trialId }) => trialId)).size;
    return [{ cell, failed: codes.size, trials: Math.max(trials, codes.size), codes: [...new Set(codes.values())] }];
  });
}

/** `3 of 40 trials (exit-code)`. */
export function failedText({ failed, trials, codes }: FailedTrials): string {
  return `${failed} of ${trials} trials (${codes.join(', ')})`;
}
