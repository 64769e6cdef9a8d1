import type { Outcome } from '../../core/model/outcome.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Role } from '../../core/model/vocabulary.ts';

/** Log-normal noise with spread `cv` and, one time in 25, a delay of half the value. */
export type Noise = (cv: number) => number;

/** A sample of the trial at hand. */
export type Make = (metric: string, outcome: Outcome, role?: Role) => Sample;

export function ok(value: number): Outcome {
  return { status: 'ok', value };
}
