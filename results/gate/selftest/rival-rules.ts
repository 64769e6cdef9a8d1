import { SelftestMethod, type TrialLayout } from '../../../core/model/gate-selftest.ts';
import { mannWhitney } from '../../stats/mann-whitney.ts';
import { median } from '../../stats/quantile.ts';
import type { SyntheticGate } from './synthetic-run.ts';

/** Trials of both sides, in the order they were made. */
export interface Batches {
  readonly base: readonly number[];
  readonly head: readonly number[];
}

type RivalMethod = Exclude<SelftestMethod, 'gate' | 'gate-signed-rank'>;

/** Rules that others use. */
export const RIVAL_METHODS: readonly RivalMethod[] = SelftestMethod.exclude(['gate', 'gate-signed-rank']).options;

/** Rounds of each batch. */
export const BATCH_ROUNDS = 10;

/**
 * Is head slower, by each rule? None of them can say that it does not know. Mean ratio: runwasi’s 130 % on the mean that criterion reports;
 * Mann–Whitney two-sided at 5 %: benchstat; with a smallest difference beside it: asv. Last value: github-action-benchmark, one number
 * of this
 * commit ÷ one of the previous commit, here a single trial of each; its default is 2.
 */
export function rivalAnswers({ base, head }: Batches): Readonly<Record<RivalMethod, boolean>> {
  const means = mean(head) / mean(base);
  const last = (head.at(-1) ?? Number.NaN) / (base.at(-1) ?? Number.NaN);
  const slower = median(head) / median(base);
  const differs = mannWhitney(head, base).pValue < 0.05;
  return {
    'mean-ratio-1.1': means > 1.1,
    'mean-ratio-1.3': means > 1.3,
    'mann-whitney': differs && slower > 1,
    'mann-whitney-10-percent': differs && slower > 1.1,
    'last-value-1.3': last > 1.3,
    'last-value-2': last > 2,
  };
}

/** The same trials of a run as two ways of measuring see them. */
export function batchesOf({ base, head }: SyntheticGate, layout: TrialLayout, perRound: number): Batches {
  const size = BATCH_ROUNDS * perRound;
  return { base: base.slice(0, size), head: layout === 'interleaved' ? head.slice(0, size) : head.slice(size, 2 * size) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
