import type { GateResult } from '../../core/model/gate-report.ts';

/** Of head, in the gate’s unit. */
export interface HeadValue {
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/**
 * What head measured. The bounds are those of the paired ratio laid around it (head × bound ÷ estimate): how far head moved against base is
 * known that well; how far it lies from other runs is not. Undefined where head has no value.
 */
export function headValue({ head, change }: GateResult): HeadValue | undefined {
  if (head === undefined) return undefined;
  if (change?.low === undefined || change.high === undefined || !(change.estimate > 0)) return { value: head };
  return { value: head, low: (head * change.low) / change.estimate, high: (head * change.high) / change.estimate };
}

/** Tells two gates on one cell and metric apart in a series: `p95` or `median` of single trials; nothing for the median of rounds. */
export function figureOf({ kind, stat }: GateResult): string | undefined {
  return kind === 'budget' ? (stat ?? 'median') : undefined;
}

/** Twelve digits: what scaling to another unit adds beyond them is not of the measurement. */
export function inUnit(value: number, factor: number): number {
  return Number((value * factor).toPrecision(12));
}
