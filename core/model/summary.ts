import { z } from 'zod';
import { Identifier, Role, Unit } from './vocabulary.ts';

/** `none`: too few values for an interval (the reason is in `note`) · `exact`: a size, the same every time. */
export const IntervalMethod = z.enum(['order-statistic', 'signed-rank-hl', 'exact', 'none']);

export const Interval = z.strictObject({
  method: IntervalMethod,
  /** nominal level, e.g. 0.95 */
  level: z.number(),
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
  p5: z.number().optional(),
  p25: z.number().optional(),
  p75: z.number().optional(),
  /** only if n ≥ 59 */
  p95: z.number().optional(),
  /** only if n ≥ 299 */
  p99: z.number().optional(),
  /** median absolute deviation, unscaled */
  mad: z.number().optional(),
  ratio: PairedRatio.optional(),
});
export type Summary = z.infer<typeof Summary>;
