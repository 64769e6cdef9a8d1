/** Values of one round, medians of its trials, in the metric's unit. */
export interface RoundPair {
  readonly round: number;
  readonly base: number;
  readonly value: number;
}

export interface RoundValue {
  readonly round: number;
  readonly value: number;
}

/** Head against base, and base against itself under a second name. */
export interface RelativeSeries {
  readonly kind: 'relative';
  readonly id: string;
  readonly head: readonly RoundPair[];
  readonly twin: readonly RoundPair[];
  /** allowed regression as a share: 0.1 is +10 % */
  readonly allowed: number;
  /** smallest difference that matters, in the metric's unit; 0: none */
  readonly minEffect: number;
}

/** Single trials of head against a limit. */
export interface BudgetSeries {
  readonly kind: 'budget';
  readonly id: string;
  readonly values: readonly RoundValue[];
  /** in the metric's unit */
  readonly limit: number;
  /** of the values that may not exceed the limit: 0.5 is the median, 0.95 the 95th percentile */
  readonly share: 0.5 | 0.95;
}

export type GateSeries = RelativeSeries | BudgetSeries;

export interface GateRules {
  /** how often a whole run of all gates may fail where nothing changed */
  readonly alpha: number;
  /** how often one gate may pass where the regression is larger than allowed */
  readonly beta: number;
  /** rounds after which it is decided, ascending */
  readonly looks: readonly number[];
  /** gates of the run that alpha is split over, where some of them have no series (any more); default: those given */
  readonly family?: number;
}

/** The first round whose values are no numbers a cost can have, as words; undefined where all are finite and positive. */
export function badValue(pairs: readonly (RoundPair | RoundValue)[], name: string): string | undefined {
  for (const pair of pairs) {
    if (!isCost(pair.value)) return `round ${pair.round}: ${name} is ${pair.value}`;
    if ('base' in pair && !isCost(pair.base)) return `round ${pair.round}: base is ${pair.base}`;
  }
  return undefined;
}

function isCost(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}
