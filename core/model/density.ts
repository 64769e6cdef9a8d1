import { z } from 'zod';
import { InstanceState, Identifier, Role, Unit } from './vocabulary.ts';
import { Interval } from './summary.ts';

/** The cells that differ only in how many instances live: one technology, one workload, one state. */
const FleetKey = {
  scenario: Identifier,
  runner: Identifier,
  variant: Identifier,
  workload: Identifier,
  state: InstanceState,
};

const Estimate = z.strictObject({ estimate: z.number(), interval: Interval.optional() });

/** M(N) = F + s·N of one reading of one role (method §4.6): `slope` s = marginal cost per instance, `intercept` F = fixed cost, B. */
export const MemoryFit = z.strictObject({
  ...FleetKey,
  metric: Identifier,
  role: Role,
  unit: Unit,
  /** values behind the fit and the rounds they come from */
  points: z.int().min(0),
  rounds: z.int().min(0),
  /** per number of instances: median over the rounds */
  medians: z.array(z.strictObject({ instances: z.int(), value: z.number(), count: z.int() })),
  slope: Estimate.optional(),
  intercept: Estimate.optional(),
  curvature: z.strictObject({ status: z.enum(['straight', 'curved', 'unknown']), relative: z.number().optional() }).optional(),
  /** `leak`: memory stayed behind from trial to trial, so the fit does not count */
  invalid: z.string().optional(),
  /** why something is missing, in sentences */
  note: z.string().optional(),
});
export type MemoryFit = z.infer<typeof MemoryFit>;

/** Three independent readings of the same marginal cost, all roles together. */
export const Reconciliation = z.strictObject({
  ...FleetKey,
  /** slopes, B per instance: the groups’ unreclaimable memory; Σ PSS + kernel memory; growth of what the host has used */
  unreclaimable: Estimate.optional(),
  pssPlusKernel: Estimate.optional(),
  host: Estimate.optional(),
  /** largest minus smallest ÷ smallest of the estimates that exist */
  spread: z.number().optional(),
  status: z.enum(['agree', 'differ', 'unresolved', 'incomplete']),
  because: z.string(),
});
export type Reconciliation = z.infer<typeof Reconciliation>;

/** One density ramp as it went. */
export const Ramp = z.strictObject({
  cell: Identifier,
  trialId: Identifier,
  round: z.int().min(1),
  levels: z.array(
    z.strictObject({
      instances: z.int(),
      ok: z.boolean(),
      because: z.string().optional(),
      probeP95S: z.number().optional(),
      probeCount: z.int().optional(),
      memoryBytes: z.number().optional(),
      hostAvailableBytes: z.number().optional(),
      daemonCpus: z.number().optional(),
      /** since the first level, s */
      atS: z.number(),
    }),
  ),
  headroom: z.array(z.strictObject({ limit: Identifier, used: z.number(), max: z.number().optional(), origin: z.string() })),
  /** absent: the ramp was cut off, or failed */
  limit: z.strictObject({ limit: Identifier, instances: z.int(), evidence: z.string() }).optional(),
  /** code of the failure that voids the ramp: what it shows is shown, but it verifies nothing */
  failure: z.string().optional(),
});
export type Ramp = z.infer<typeof Ramp>;

/** Predicted beside verified density of one cell of activity `ramp`. */
export const Density = z.strictObject({
  cell: Identifier,
  memoryCapBytes: z.number().optional(),
  /** ⌊(available − F) ÷ upper limit of s⌋ and its mirror with the lower limit; without an interval of s there is no range */
  predicted: z.strictObject({ estimate: z.number(), low: z.number().optional(), high: z.number().optional(), from: z.string() }).optional(),
  /** why there is no prediction */
  note: z.string().optional(),
  /** instances per ramp that ended by itself */
  verified: z.array(z.int()),
  median: z.number().optional(),
  /** the limit most ramps name */
  limit: Identifier.optional(),
  /** instances per GiB of what they take together, from the verified median and its memory */
  instancesPerGib: z.number().optional(),
  ramps: z.array(Ramp),
});
export type Density = z.infer<typeof Density>;
