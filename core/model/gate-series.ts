import { z } from 'zod';
import { GateResult, GateVerdict } from './gate-report.ts';

/** One gate run of a self-test on real engines: a line of its record. */
export const SelftestRun = z.strictObject({
  subject: z.string(),
  injection: z.string(),
  /** share of the base that was added, e.g. 0.2; 0: A/A */
  effect: z.number(),
  /** ns or bytes that were injected for it */
  amount: z.number(),
  hog: z.boolean(),
  run: z.int(),
  seed: z.int(),
  verdict: GateVerdict,
  rounds: z.int(),
  timeToVerdictNs: z.int(),
  gates: z.array(GateResult),
});
export type SelftestRun = z.infer<typeof SelftestRun>;
