import type { LevelledInterval } from './median-interval.ts';
import type { Pair } from './paired-log-ratio.ts';
import { hodgesLehmann, signedRankInterval } from './signed-rank.ts';

export interface PairedDifference {
  readonly pairs: number;
  /** value − reference, in their unit */
  readonly estimate: number;
  /** absent below six pairs: no 95 % interval exists */
  readonly interval: LevelledInterval | undefined;
}

/**
 * Difference of two cells paired by round: the Hodges–Lehmann estimate of d = value − reference with its signed-rank interval. A difference, not a
 * ratio, because layers add up: what a layer costs is the same number of seconds whatever lies below it. Undefined for no pairs.
 */
export function pairedDifference(pairs: readonly Pair[], level = 0.95): PairedDifference | undefined {
  if (pairs.length === 0) return undefined;
  const differences = pairs.map((pair) => pair.value - pair.reference);
  return { pairs: pairs.length, estimate: hodgesLehmann(differences), interval: signedRankInterval(differences, level) };
}
