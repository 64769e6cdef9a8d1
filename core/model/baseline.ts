import { z } from 'zod';
import { Fact } from './manifest.ts';
import { CacheState, Identifier, Role, Unit } from './vocabulary.ts';

export const BASELINE_SCHEMA = 'thirdwave/baseline/1';

/** Raw values of one metric of one head cell in one accepted run, in `unit`. */
export const BaselineSeries = z.strictObject({
  program: Identifier,
  runner: Identifier,
  variant: Identifier,
  metric: Identifier,
  role: Role,
  unit: Unit,
  /** median of each round’s trials, in the order of the rounds: the values that count; of an exact metric the one value */
  rounds: z.array(z.number()).min(1),
  /** every trial’s value, in the order in which they ran */
  trials: z.array(z.number()).min(1),
});
export type BaselineSeries = z.infer<typeof BaselineSeries>;

/** What was measured in one head cell, and under which circumstances. */
export const BaselineCell = z.strictObject({
  program: Identifier,
  runner: Identifier,
  variant: Identifier,
  digest: z.string(),
  cacheState: CacheState,
  factors: z.record(z.string(), z.string()),
  /** engine, runtime, compiler … */
  versions: z.record(z.string(), z.string()),
});
export type BaselineCell = z.infer<typeof BaselineCell>;

/** The same work whatever is judged: what it says is about the host. Round values. */
export const BaselineControl = z.strictObject({
  /** the floor: launch of a do-nothing process */
  control: z.enum(['floor', 'host']),
  metric: Identifier,
  unit: Unit,
  rounds: z.array(z.number()).min(1),
});
export type BaselineControl = z.infer<typeof BaselineControl>;

/** What a run measured of its head arms. */
export const BaselineNumbers = z.strictObject({
  cells: z.array(BaselineCell),
  series: z.array(BaselineSeries),
  controls: z.array(BaselineControl),
});
export type BaselineNumbers = z.infer<typeof BaselineNumbers>;

export const BaselineEntry = z.strictObject({
  runId: Identifier,
  /** of the measured repository, where it was known */
  commit: z.string().optional(),
  acceptedAt: z.iso.datetime(),
  reason: z.string().min(1),
  /** the head arms as the user named them */
  label: z.string(),
  /** entries before this one are history only: what is judged against begins here */
  restart: z.literal(true).optional(),
  suiteVersion: z.string(),
  numbers: BaselineNumbers,
});
export type BaselineEntry = z.infer<typeof BaselineEntry>;

/** `<baselines>/<first 12 of the host key>/<config>.json`. Published as results/schema/baseline.schema.json. */
export const Baseline = z
  .strictObject({
    schema: z.literal(BASELINE_SCHEMA),
    config: Identifier,
    host: z.strictObject({ key: z.string(), fields: z.record(z.string(), Fact) }),
    /** newest last */
    entries: z.array(BaselineEntry).min(1),
  })
  .describe('thirdwave stored baseline');
export type Baseline = z.infer<typeof Baseline>;
