import { z } from 'zod';
import { Identifier } from './vocabulary.ts';
import { PairedRatio } from './summary.ts';

/** The answer to one claim of a scenario, or to one of the suite's own checks (A/A twin, drift, position effect). */
export const Verdict = z.strictObject({
  id: Identifier,
  scenario: Identifier,
  kind: z.enum(['claim', 'check']),
  status: z.enum(['pass', 'fail', 'inconclusive', 'incomparable', 'incomplete']),
  /** what was claimed, in words */
  claim: z.string(),
  /** one sentence: why this status, with numbers and n */
  because: z.string(),
  evidence: PairedRatio.optional(),
});
export type Verdict = z.infer<typeof Verdict>;
