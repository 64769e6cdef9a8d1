import { z } from 'zod';
import { Baseline } from './baseline.ts';
import { GateConfig } from './gate-config.ts';
import { Identifier } from './vocabulary.ts';

/** A file of the baseline folder as it was found. `schema`: written by another version of the suite, which is not read. */
export const StoredBaseline = z.union([
  z.strictObject({ hostFolder: z.string(), baseline: Baseline }),
  z.strictObject({ hostFolder: z.string(), schema: z.string() }),
]);
export type StoredBaseline = z.infer<typeof StoredBaseline>;

/** gates.json of a gate run's folder: with the record, all that its verdicts are a function of. */
export const GateRun = z.strictObject({
  schema: z.literal('thirdwave/gate-run/1'),
  config: GateConfig,
  /** each arm as the user named it: path, image, git ref */
  artifacts: z.array(z.strictObject({ program: Identifier, arm: z.enum(['base', 'head']), label: z.string() })),
  against: z.enum(['base', 'baseline']),
  /** the command that does the same again */
  reproduce: z.string(),
  /** UTC date on which waivers were held against, YYYY-MM-DD */
  today: z.iso.date(),
  /** said before measuring: expired waivers, arms with the same bytes */
  warnings: z.array(z.string()),
  /** what head is held against where that is not base: the stored runs as they were found then */
  baseline: z.strictObject({ allowHostMismatch: z.boolean(), stored: z.array(StoredBaseline) }).optional(),
});
export type GateRun = z.infer<typeof GateRun>;
