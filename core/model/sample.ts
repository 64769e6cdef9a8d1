import { z } from 'zod';
import { Outcome } from './outcome.ts';
import { Identifier, Role, Unit } from './vocabulary.ts';

/** One number of one trial (or the reason why there is none), in SI base units. */
export const Sample = z.strictObject({
  cell: Identifier,
  trialId: Identifier,
  /** 0: belongs to no round (image sizes and other exact facts read once per run) */
  round: z.int().min(0),
  position: z.int().min(0),
  metric: Identifier,
  role: Role,
  unit: Unit,
  outcome: Outcome,
});
export type Sample = z.infer<typeof Sample>;
