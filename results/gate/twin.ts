import type { Change } from '../../core/model/gate-report.ts';
import type { PairedTest } from './paired-test.ts';

/** 90 %: two one-sided tests at 5 %, as for bioequivalence (Schuirmann 1987). */
const TAIL = 0.05;
/** 99 %: how surely the twin must differ before the run is called broken. At 90 % a tenth of all noisy runs were, by chance alone. */
const BROKEN_TAIL = 0.005;

export interface TwinFinding {
  /** `different`: not equivalent, and the 99 % interval excludes 1 · `wide`: not equivalent, but 1 is possible */
  readonly status: 'equivalent' | 'different' | 'wide';
  /** the 90 % interval */
  readonly change: Change & { readonly high: number };
}

/** No host is steady on which a program differs from itself by more, whatever regression is allowed. */
const WIDEST_MARGIN = 0.25;

/**
 * How far base may differ from itself, as a share: as far as head may differ from base before it counts, at most 25 %.
 * @param limit ratio above which a regression of head counts
 */
export function twinMargin(limit: number): number {
  return Math.min(limit - 1, WIDEST_MARGIN);
}

/**
 * Is base equal to itself measured a second time, to a factor of 1 + margin either way? An equivalence test: a wide interval proves
 * nothing.
 */
export function twinEquivalence(logRatios: readonly number[], margin: number, test: PairedTest): TwinFinding {
  const centre = test(logRatios);
  const bounds = centre.bounds(TAIL);
  const reach = Math.log1p(margin);
  const change = { estimate: Math.exp(centre.estimate), low: Math.exp(bounds.low), high: Math.exp(bounds.high), level: 1 - 2 * TAIL };
  if (bounds.low > -reach && bounds.high < reach) return { status: 'equivalent', change };
  const sure = centre.bounds(BROKEN_TAIL);
  return { status: sure.low > 0 || sure.high < 0 ? 'different' : 'wide', change };
}
