import { z } from 'zod';

/** A missing value is a value with a reason (DESIGN §1): never null, never a stand-in zero. */
export const Outcome = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('ok'), value: z.number() }),
  z.strictObject({ status: z.literal('unavailable'), reason: z.string() }),
  /** `censoredAfter`: value of the time limit (same unit) where a time-out cut the trial off */
  z.strictObject({ status: z.literal('failed'), code: z.string(), censoredAfter: z.number().optional() }),
  z.strictObject({ status: z.literal('invalid'), rule: z.string(), value: z.number() }),
]);
export type Outcome = z.infer<typeof Outcome>;
