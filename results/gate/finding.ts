import type { Change } from '../../core/model/gate-report.ts';

/** What one look finds about one gate, before the other gates are known. */
export type Finding =
  /** a value that is no cost: no further round makes it one */
  | { readonly kind: 'invalid'; readonly n: number; readonly because: string }
  /** too few rounds with all values */
  | { readonly kind: 'short'; readonly n: number; readonly because: string }
  | Evidence;

export interface Evidence {
  readonly kind: 'evidence';
  readonly n: number;
  /** one-sided p of “no regression” and of “no improvement” */
  readonly p: number;
  readonly pImproved: number;
  /** the estimate is worse (better) than what is allowed, and the difference matters */
  readonly beyond: boolean;
  readonly beyondImproved: boolean;
  /** the bound at beta lies within what is allowed */
  readonly inside: boolean;
  /** undefined: there is no twin to compare */
  readonly twinStatus: 'equivalent' | 'different' | 'wide' | undefined;
  /** Is the lower bound of head ÷ base at this level beyond what is allowed even if base is off by as much as the twin’s upper bound? */
  readonly clearOfTwin: (tail: number) => boolean;
  /** e.g. `head ÷ base = 1.14 [1.11, 1.18] (n = 10)` */
  readonly found: string;
  /** what head is held against, e.g. `the allowed 1.1` */
  readonly limitWords: string;
  readonly twinWords: string;
  readonly numbers: {
    readonly change?: Change;
    readonly minimumDetectable?: number;
    readonly twin?: Change;
    readonly base?: number;
    readonly head?: number;
  };
}

/** One look: after so many rounds, with its share of both error budgets. */
export interface Look {
  readonly rounds: number;
  readonly isLast: boolean;
  /** rounds in which a gate must have all values */
  readonly least: number;
  /** alpha of this look, over all gates */
  readonly alpha: number;
  /** one-sided level of this look's bound, per gate */
  readonly beta: number;
  /** gates in the run */
  readonly family: number;
  /** rounds of the last planned look */
  readonly lastRounds: number;
}
