import { z } from 'zod';
import { Change, GateVerdict } from './gate-report.ts';
import { Better, Identifier, Role, Unit } from './vocabulary.ts';

/** Minor: additions, which readers ignore. Major: readers of another one must refuse. */
export const COMPARISON_FORMAT = '1.0';

export const Difference = z.object({ field: z.string(), a: z.string(), b: z.string() });
export type Difference = z.infer<typeof Difference>;

const Side = z.object({
  /** values that count: rounds of a run, single times of hyperfine */
  n: z.int().min(0),
  /** absent: there is no value */
  median: z.number().optional(),
});

/** One metric of one cell (or one pair of hyperfine’s commands) on both sides. */
export const ComparedMetric = z.object({
  /** id of the cell; of hyperfine the command, or `<first> → <second>` */
  id: z.string(),
  metric: Identifier,
  role: Role,
  unit: Unit,
  better: Better,
  noise: z.enum(['exact', 'noisy']),
  a: Side,
  b: Side,
  /** B ÷ A: Hodges–Lehmann shift of the logarithms with the interval of the rank sum test; of exact metrics the ratio itself */
  change: Change.optional(),
  /** two-sided, of “no difference” */
  p: z.number().optional(),
  /** in what the two were measured differently */
  differs: z.array(Difference),
  notes: z.array(z.string()),
  /** with an allowed regression */
  verdict: GateVerdict.optional(),
  because: z.string().optional(),
});
export type ComparedMetric = z.infer<typeof ComparedMetric>;

/** What `compare` answers. Unpaired: the two sides share no rounds. */
export const Comparison = z.object({
  formatVersion: z.string().regex(/^1\.\d+$/, 'is of another major version than this reader knows (1)'),
  of: z.enum(['runs', 'hyperfine']),
  a: z.string(),
  b: z.string(),
  /** allowed ratio, e.g. 1.1; absent: nothing is judged */
  limit: z.number().optional(),
  alpha: z.number(),
  beta: z.number(),
  verdict: GateVerdict.optional(),
  exitCode: z.int(),
  /** fields of the host keys that differ; with any, nothing is compared */
  hosts: z.array(Difference),
  compared: z.array(ComparedMetric),
  /** cells (commands) that only one side has */
  onlyA: z.array(z.string()),
  onlyB: z.array(z.string()),
  notes: z.array(z.string()),
});
export type Comparison = z.infer<typeof Comparison>;
