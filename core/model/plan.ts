import { z } from 'zod';
import { Activity, CacheState, CellRole, FunctionalUnit, Identifier, InstanceState, Rung } from './vocabulary.ts';

export const PLAN_SCHEMA = 'thirdwave/plan/1';

/** The instances that live at the same time in one trial (a fleet), and what they have done. */
export const Population = z.strictObject({ instances: z.int().min(0), state: InstanceState });
export type Population = z.infer<typeof Population>;

/** A cell = runner × variant × workload × factors (DESIGN §1). */
export const Cell = z.strictObject({
  /** `<scenario>:<runner>/<variant>/<workload>`, with `:n<instances>:<state>` behind it for a fleet, `:<unit>` for a window, then `:twin`, `:floor` or `:blank` */
  id: Identifier,
  scenario: Identifier,
  role: CellRole,
  runner: Identifier,
  variant: Identifier,
  workload: Identifier,
  activity: Activity,
  rung: Rung,
  cacheState: CacheState,
  /** e.g. compile_mode, allocator, image, runtime */
  factors: z.record(z.string(), z.string()),
  /** activities `hold` and `place` of a scenario with `instances`; absent in `hold`: one idle instance */
  population: Population.optional(),
  /** activity `window`: what is done again and again */
  unit: FunctionalUnit.optional(),
  /** runs in emulation on this host: measured and shown, never set in a ratio (docs/decisions/0006) */
  emulated: z.literal(true).optional(),
  /** id of the reference cell its paired ratio is taken to; absent for the reference itself, for floors and for emulated cells */
  reference: Identifier.optional(),
});
export type Cell = z.infer<typeof Cell>;

/** A trial = one life of one instance. `position` is its place within the round's seeded random order, from 0. */
export const Trial = z.strictObject({
  id: Identifier,
  scenario: Identifier,
  round: z.int().min(1),
  position: z.int().min(0),
  cell: Identifier,
});
export type Trial = z.infer<typeof Trial>;

/** One difference of a scenario for one workload (core/model/scenario.ts): `of` minus `from`, both ids of cells, planned or skipped. */
export const PlannedDifference = z.strictObject({
  id: Identifier,
  scenario: Identifier,
  workload: Identifier,
  title: z.string(),
  metric: Identifier,
  of: Identifier,
  from: Identifier,
});
export type PlannedDifference = z.infer<typeof PlannedDifference>;

export const SkippedCell = z.strictObject({ cell: Identifier, reason: z.string(), remedy: z.string() });
export type SkippedCell = z.infer<typeof SkippedCell>;

/** When a fleet's memory counts as settled (method §4.6). */
export const SettleRule = z.strictObject({
  /** over this long, ns */
  windowNs: z.int().positive(),
  /** no reading of the total changed by more than this share (0.005 = 0.5 %), or by more than `leastBytes` where that is larger */
  withinShare: z.number().positive(),
  leastBytes: z.int().min(0),
  /** how long to wait for that, ns; then there is a reason instead of a number */
  limitNs: z.int().positive(),
});
export type SettleRule = z.infer<typeof SettleRule>;

/** How far a density ramp may go and what it looks at on the way. */
export const RampRules = z.strictObject({
  /** memory limit of the fleet's own group, B; absent: the host's memory down to `floorBytes` */
  memoryCapBytes: z.int().positive().optional(),
  /** free memory of the host that is never gone below, B */
  floorBytes: z.int().min(0),
  /** no more instances than this, whatever fits */
  mostInstances: z.int().positive(),
  /** a ramp that takes longer ends with what it has reached, ns */
  timeLimitNs: z.int().positive(),
  /** requests per level, spread over the resident instances, for the p95 */
  requests: z.int().min(59),
  /** the p95 must exceed its value at N = 1 twofold and by this much, ns */
  answerSlackNs: z.int().min(0).default(0),
  /** starts beside resident instances: shares of what was reached, starts launched at one instant, and starts per setting */
  load: z
    .strictObject({
      residentShares: z.array(z.number().min(0).max(1)),
      concurrent: z.array(z.int().positive()),
      starts: z.int().positive(),
    })
    .optional(),
});
export type RampRules = z.infer<typeof RampRules>;

/** How long energy is read (reference: energy §7). */
export const EnergyRules = z.strictObject({
  /** window of work, ns; where an energy meter can be read */
  windowNs: z.int().positive(),
  /** idle window before and after it, ns; where an energy meter can be read */
  bracketNs: z.int().positive(),
  /** window of work where none can: for the CPU time behind the model; without idle windows, ns */
  unmeteredWindowNs: z.int().positive(),
});
export type EnergyRules = z.infer<typeof EnergyRules>;

/** Rules of one scenario's rounds, in force for all its cells. */
export const RoundRules = z.strictObject({
  scenario: Identifier,
  question: z.string(),
  functionalUnit: z.string(),
  minRounds: z.int().min(1),
  maxRounds: z.int().min(1),
  /** stop once every paired ratio's CI half-width is at most this share (0.03 = 3 %); absent: no early stop */
  targetHalfWidth: z.number().positive().optional(),
  /** stop at a round boundary once this much time is used */
  timeBudgetNs: z.number().int().positive().optional(),
  readyTimeoutNs: z.number().int().positive(),
  exitTimeoutNs: z.number().int().positive(),
  settle: SettleRule.optional(),
  ramp: RampRules.optional(),
  energy: EnergyRules.optional(),
});
export type RoundRules = z.infer<typeof RoundRules>;

/** Frozen before measuring; `run plan.json` executes exactly this. */
export const Plan = z.strictObject({
  schema: z.literal(PLAN_SCHEMA),
  seed: z.int().min(0),
  scenarios: z.array(RoundRules),
  /** the scenario documents the plan was made of, as validated: `run plan.json` needs no other file of ours */
  sources: z.array(z.unknown()),
  cells: z.array(Cell),
  /** rounds of a scenario are consecutive; scenarios follow each other in the order of `scenarios` */
  trials: z.array(Trial),
  skipped: z.array(SkippedCell),
  /** absent in plans of earlier versions: none */
  differences: z.array(PlannedDifference).default([]),
});
export type Plan = z.infer<typeof Plan>;
