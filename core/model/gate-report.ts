import { z } from 'zod';
import { HostFacts } from './manifest.ts';
import { Identifier, Unit } from './vocabulary.ts';

/** Minor: additions, which readers ignore (so objects here are open). Major: readers of another one must refuse (as Terraform’s machine-readable output does). */
export const GATE_FORMAT = '1.0';

/**
 * `pass`: the regression is smaller than allowed · `fail`: it is there and larger than allowed · `inconclusive`: neither could be shown ·
 * `incomparable`: the two sides may not be set against each other (A/A twin differs, other host) · `incomplete`: numbers are missing.
 */
export const GateVerdict = z.enum(['pass', 'fail', 'inconclusive', 'incomparable', 'incomplete']);
export type GateVerdict = z.infer<typeof GateVerdict>;

/** A ratio head ÷ base (or twin ÷ base): estimate and the interval at `level`, two-sided. */
export const Change = z.object({
  estimate: z.number(),
  low: z.number().optional(),
  high: z.number().optional(),
  level: z.number().optional(),
});
export type Change = z.infer<typeof Change>;

/** One gate on one cell. Values in `unit`. */
export const GateResult = z.object({
  /** `<gate>` where it selects one cell, else `<gate>:<runner>/<variant>/<program>` */
  id: Identifier,
  gate: Identifier,
  program: Identifier,
  runner: Identifier,
  variant: Identifier,
  metric: Identifier,
  unit: Unit,
  kind: z.enum(['relative', 'budget', 'exact']),
  level: z.enum(['error', 'warn']),
  verdict: GateVerdict,
  /** one sentence: why, with numbers and n */
  because: z.string(),
  /** what would happen is kept in `verdict`; a waiver only takes it out of the exit code */
  waiver: z.object({ reason: z.string(), issue: z.string().optional(), expires: z.string() }).optional(),
  /** median of the rounds (budget: the figure itself) */
  base: z.number().optional(),
  head: z.number().optional(),
  change: Change.optional(),
  /** the improvement is as certain as a failure would be */
  improved: z.literal(true).optional(),
  /** relative and exact: allowed ratio, e.g. 1.1 · budget: allowed value */
  limit: z.number(),
  /** absolute difference below which nothing fails */
  minEffect: z.number().optional(),
  stat: z.enum(['median', 'p95']).optional(),
  /** rounds in which both sides have a value, when it was decided (budget: values) */
  n: z.int().min(0),
  perRound: z.int().min(1),
  /** one-sided p of “no regression”, and the level it was held against after looks and Holm */
  p: z.number().optional(),
  threshold: z.number().optional(),
  /** smallest true regression that all rounds together would find with 95 % certainty, as a ratio */
  minimumDetectable: z.number().optional(),
  twin: Change.optional(),
});
export type GateResult = z.infer<typeof GateResult>;

export const GateArtifact = z.object({
  program: Identifier,
  arm: z.enum(['base', 'head']),
  runner: Identifier,
  variant: Identifier,
  /** as the user named it: path, image, git ref */
  label: z.string(),
  digest: z.string(),
});

/** The only input of every output of the gate. */
export const GateReport = z.object({
  formatVersion: z.string().regex(/^1\.\d+$/, 'is of another major version than this reader knows (1)'),
  runId: Identifier,
  config: Identifier,
  /** the worst that counts: of the gates of level error that are not waived */
  verdict: GateVerdict,
  exitCode: z.int(),
  /** every exit code that some gate asked for, by precedence: 13, 12, 10, 11 */
  exitCodes: z.array(z.int()),
  against: z.enum(['base', 'baseline']),
  alpha: z.number(),
  beta: z.number(),
  looks: z.array(z.int()),
  /** rounds done */
  rounds: z.int(),
  gates: z.array(GateResult),
  artifacts: z.array(GateArtifact),
  /** the fixed computation at the start of every round: median of its last third ÷ that of its first, n rounds; absent below ten rounds */
  control: z.object({ change: z.number(), n: z.int() }).optional(),
  warnings: z.array(z.string()),
  host: HostFacts,
  suite: z.object({ version: z.string(), commit: z.string(), dirty: z.boolean(), node: z.string() }),
  startedAt: z.string(),
  /** from the first trial to the verdict, without preparation, ns */
  timeToVerdictNs: z.int(),
  /** the command that does the same again */
  reproduce: z.string(),
});
export type GateReport = z.infer<typeof GateReport>;
