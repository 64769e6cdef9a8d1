import { z } from 'zod';
import { PlannedDifference } from './plan.ts';
import { Identifier, Role, Unit } from './vocabulary.ts';

/** `exact`: a size, the same every time · `none`: printed in the CSV where there is no interval (the reason is in `note`). */
export const IntervalMethod = z.enum(['order-statistic', 'signed-rank-hl', 'student-t', 'exact', 'none']);

export const Interval = z.strictObject({
  method: IntervalMethod,
  /** nominal level, e.g. 0.95 */
  level: z.number(),
  /** level the method really reaches at this n; at least the nominal one */
  achievedLevel: z.number().optional(),
  low: z.number(),
  high: z.number(),
});
export type Interval = z.infer<typeof Interval>;

/** Paired by round: exp of the Hodges–Lehmann estimate of ln(this / reference). */
export const PairedRatio = z.strictObject({
  reference: Identifier,
  pairs: z.int().min(0),
  estimate: z.number(),
  interval: Interval.optional(),
});
export type PairedRatio = z.infer<typeof PairedRatio>;

/** One cell × metric × role. Statistics exist only where the number of ok values carries them (DESIGN §5). */
export const Summary = z.strictObject({
  cell: Identifier,
  metric: Identifier,
  role: Role,
  unit: Unit,
  counts: z.strictObject({
    ok: z.int(),
    unavailable: z.int(),
    failed: z.int(),
    /** of the failed: cut off by a time limit */
    censored: z.int(),
    invalid: z.int(),
  }),
  /** reasons, codes and rules behind the counts that are not ok, each with its number, most frequent first */
  reasons: z.array(z.strictObject({ text: z.string(), count: z.int() })),
  median: z.number().optional(),
  interval: Interval.optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  /** only if n ≥ 59 */
  p5: z.number().optional(),
  /** quartiles only if n ≥ 4 */
  p25: z.number().optional(),
  p75: z.number().optional(),
  /** only if n ≥ 59 */
  p95: z.number().optional(),
  /** only if n ≥ 299 */
  p99: z.number().optional(),
  /** median absolute deviation, unscaled */
  mad: z.number().optional(),
  ratio: PairedRatio.optional(),
  /** why an interval or a ratio is missing, or that an exact metric varied; sentences */
  note: z.string().optional(),
});
export type Summary = z.infer<typeof Summary>;

/** `of` minus `from`, paired by round: the Hodges–Lehmann estimate of x_of − x_from in the metric's unit. */
export const DifferenceResult = z.strictObject({
  ...PlannedDifference.shape,
  unit: Unit,
  /** rounds in which both sides have a value that counts */
  pairs: z.int().min(0),
  estimate: z.number().optional(),
  interval: Interval.optional(),
  /** in what the two cells differ: rung, cache state, factors; a side without the factor has none */
  differs: z.array(z.strictObject({ what: Identifier, of: z.string().optional(), from: z.string().optional() })),
  /** why the estimate or its interval is missing; a sentence */
  note: z.string().optional(),
});
export type DifferenceResult = z.infer<typeof DifferenceResult>;
