import { z } from 'zod';
import { Fact } from './manifest.ts';
import { Identifier, Role, Unit } from './vocabulary.ts';

export const TREND_SCHEMA = 'thirdwave/trend/1';

/** One accepted run of one series, in the unit of the series. */
export const TrendPoint = z.strictObject({
  runId: Identifier,
  acceptedAt: z.iso.datetime(),
  reason: z.string(),
  label: z.string(),
  commit: z.string().optional(),
  restart: z.literal(true).optional(),
  /** rounds */
  n: z.int(),
  median: z.number(),
  /** order-statistic interval of the median at 95 %; absent below 6 rounds */
  low: z.number().optional(),
  high: z.number().optional(),
  /** median ÷ that of the point before, and of the first */
  toPrevious: z.number().optional(),
  toFirst: z.number().optional(),
  /** the step to this point stands out of the others: worth a look, no verdict */
  lookHere: z.literal(true).optional(),
});
export type TrendPoint = z.infer<typeof TrendPoint>;

export const TrendSeries = z.strictObject({
  config: Identifier,
  program: Identifier,
  runner: Identifier,
  variant: Identifier,
  metric: Identifier,
  role: Role,
  unit: Unit,
  points: z.array(TrendPoint),
});
export type TrendSeries = z.infer<typeof TrendSeries>;

/** Accepted runs over time. Values of two hosts are never put in one series. */
export const Trend = z.strictObject({
  schema: z.literal(TREND_SCHEMA),
  hosts: z.array(z.strictObject({ key: z.string(), fields: z.record(z.string(), Fact), series: z.array(TrendSeries) })),
});
export type Trend = z.infer<typeof Trend>;
