import { z } from 'zod';

/** Minor: additions, which readers ignore. Major: readers of another one must refuse. */
export const SELFTEST_FORMAT = '1.0';

/** Kinds of noise that the generator makes; its parameters are in results/gate/selftest/noise.ts and docs/gate-error-rates.md. */
export const NoiseFamily = z.enum(['log-normal', 'outliers', 'drift', 'bimodal', 'step']);
export type NoiseFamily = z.infer<typeof NoiseFamily>;

/**
 * `gate`: the rule of this suite · `gate-signed-rank`: the same with signed ranks in place of Student’s t · the others: rules that
 * others use
 */
export const SelftestMethod = z.enum([
  'gate',
  'gate-signed-rank',
  'mean-ratio-1.1',
  'mean-ratio-1.3',
  'mann-whitney',
  'mann-whitney-10-percent',
  'last-value-1.3',
  'last-value-2',
]);
export type SelftestMethod = z.infer<typeof SelftestMethod>;

/**
 * `interleaved`: base and head in every round of one job · `separate`: the same trials, of which base’s are taken from earlier rounds
 * and head’s from
 * later ones, as where each commit has a job of its own
 */
export const TrialLayout = z.enum(['interleaved', 'separate']);
export type TrialLayout = z.infer<typeof TrialLayout>;

/** How often something happened, with the one-sided 95 % Clopper–Pearson bounds. */
export const Frequency = z.strictObject({
  count: z.int().min(0),
  of: z.int().min(1),
  share: z.number(),
  lower: z.number(),
  upper: z.number(),
});
export type Frequency = z.infer<typeof Frequency>;

/** One rule under one noise and one true effect. */
export const SelftestCell = z.strictObject({
  family: NoiseFamily,
  /** true change of the first gate’s head as a share; all other gates are unchanged */
  effect: z.number(),
  method: SelftestMethod,
  layout: TrialLayout,
  /** runs in which a gate failed that had not changed */
  falseFailures: Frequency,
  /** unchanged gates that failed */
  falseFailuresOfGates: Frequency,
  /** unchanged gates that were called improved: the mirror of a false failure */
  falseImprovementsOfGates: Frequency.optional(),
  /** the changed gate failed (a slow-down) */
  detected: Frequency.optional(),
  /** the changed gate passed: a mistake where it is slower than allowed */
  passed: Frequency.optional(),
  /** the changed gate was called improved (a speed-up) */
  improved: Frequency.optional(),
  /** gates that ended inconclusive or incomparable */
  undecided: Frequency.optional(),
  /** runs in which some gate ended so */
  undecidedRuns: Frequency.optional(),
  /** mean rounds until a gate, the changed gate, and the whole run are decided */
  meanRounds: z.strictObject({ gate: z.number(), changed: z.number().optional(), run: z.number() }).optional(),
});
export type SelftestCell = z.infer<typeof SelftestCell>;

/** `gate selftest --synthetic --json`. */
export const SelftestReport = z.strictObject({
  formatVersion: z.string(),
  kind: z.literal('synthetic'),
  seed: z.int(),
  /** per family and effect */
  runs: z.int().min(1),
  gates: z.int(),
  perRound: z.int(),
  alpha: z.number(),
  beta: z.number(),
  looks: z.array(z.int()),
  /** allowed regression as a share */
  allowed: z.number(),
  families: z.array(z.strictObject({ id: NoiseFamily, noise: z.string() })),
  effects: z.array(z.number()),
  cells: z.array(SelftestCell),
  /** what was promised, and whether these runs keep it; `holds` is about the share seen (false passes: its lower bound), `shown` about its upper bound too */
  claims: z.array(
    z.strictObject({ id: z.string(), claim: z.string(), family: NoiseFamily, holds: z.boolean(), shown: z.boolean(), found: Frequency }),
  ),
});
export type SelftestReport = z.infer<typeof SelftestReport>;
