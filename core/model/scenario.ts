import { z } from 'zod';
import { checkEnergy, Energy } from './energy-rules.ts';
import { checkFleets, Injection, Instances, Ramp, Settle } from './fleet-rules.ts';
import { Duration, Percent } from './quantity.ts';
import { Activity, CacheState, FunctionalUnit, Identifier, InstanceState } from './vocabulary.ts';

/** What a correct program prints. Exactly one form. */
export const Expectation = z.union([
  z.strictObject({ stdout: z.string().describe('the whole output, byte for byte (UTF-8)') }),
  z.strictObject({ stdoutFile: z.string().describe('file with the whole output, relative to the scenario file') }),
  z.strictObject({
    stdoutSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('SHA-256 of the whole output, in hex'),
  }),
]);

export type Expectation = z.infer<typeof Expectation>;

export const UserWorkload = z
  .strictObject({
    id: Identifier,
    image: z.string().optional().describe('an image the Docker Engine has; measured by container runners'),
    wasm: z.string().optional().describe('a .wasm file (WASI preview 1 command), relative to the scenario file'),
    binary: z.string().optional().describe('a Linux executable, relative to the scenario file'),
    args: z.array(z.string()).default([]),
    holdArgs: z
      .array(z.string())
      .optional()
      .describe('further arguments that make it stay after its output until end of file on stdin; absent: it cannot be held'),
    env: z.record(z.string(), z.string()).default({}),
    stdin: z.union([z.strictObject({ text: z.string() }), z.strictObject({ file: z.string() })]).optional(),
    expect: Expectation,
  })
  .refine((w) => w.image !== undefined || w.wasm !== undefined || w.binary !== undefined, {
    message: 'names no artifact: give at least one of image, wasm, binary',
  });
export type UserWorkload = z.infer<typeof UserWorkload>;

const CellSelection = z.strictObject({
  runner: Identifier,
  variants: z.array(Identifier).min(1).optional().describe("default: the runner's default variants"),
  instances: Instances.optional().describe('sizes of the fleet for this selection, where they are not the scenario’s'),
});

const CellOf = z.strictObject({ runner: Identifier, variant: Identifier, workload: Identifier });
const CellName = z.strictObject({ runner: Identifier, variant: Identifier });
type CellName = z.infer<typeof CellName>;

/** A claim about paired ratios, judged after the run: `left` against `right`, e.g. less-than 1.05. */
export const Claim = z.strictObject({
  id: Identifier,
  says: z.string().describe('the claim in words'),
  metric: Identifier,
  left: Identifier.describe('<runner>/<variant>/<workload>'),
  right: Identifier.describe('<runner>/<variant>/<workload>'),
  is: z.enum(['less-than', 'greater-than']),
  factor: z.number().positive(),
});
export type Claim = z.infer<typeof Claim>;

/**
 * What one layer costs: the metric of one cell minus that of another, paired by round. Both must be cells of the scenario; where one cannot run
 * here, the difference is missing with that reason.
 */
export const Difference = z.strictObject({
  id: Identifier,
  title: z.string().min(1).describe('what the difference is the cost of, in words'),
  metric: Identifier.default('cold_start'),
  of: CellName.describe('the cell with the layer'),
  from: CellName.describe('the cell without it'),
});
export type Difference = z.infer<typeof Difference>;

/** A scenario: what is asked. Published as results/schema/scenario.schema.json. */
export const Scenario = z
  .strictObject({
    id: Identifier,
    default: z.boolean().default(false).describe('part of “thirdwave bench” without arguments'),
    question: z.string().min(1).describe('the sentence the report answers'),
    functionalUnit: z.string().min(1).default('one cold start'),
    activity: Activity.default('run'),
    cacheState: CacheState.default('page-warm'),
    workloads: z.array(z.union([Identifier, UserWorkload])).min(1),
    reference: z
      .strictObject({ runner: Identifier, variant: Identifier })
      .describe('ratios are to this cell, per workload; the first workload also gets the A/A twin')
      .optional(),
    cells: z.array(CellSelection).min(1),
    floor: CellOf.describe('a do-nothing program measured in every round: the least this host and harness can show').optional(),
    instances: Instances.optional().describe('sizes of the fleet: one cell each (activities hold and place)'),
    states: z.array(InstanceState).min(1).default(['idle']).describe('what the instances have done when they are read'),
    settle: Settle.optional(),
    ramp: Ramp.optional().describe('activity ramp only'),
    units: z
      .array(FunctionalUnit.exclude(['instance-hour-idle']))
      .min(1)
      .optional()
      .describe('activity window only: what is done again and again, a cell each'),
    energy: Energy.optional(),
    injected: z.array(Injection).default([]).describe('known memory that the readings must find again'),
    rounds: z
      .strictObject({
        min: z.int().min(1),
        max: z.int().min(1),
        targetHalfWidth: Percent.optional(),
        timeBudget: Duration.optional(),
      })
      .refine((r) => r.min <= r.max, { message: 'min is larger than max' }),
    timeouts: z.strictObject({ ready: Duration.default('30s'), exit: Duration.default('60s') }).default({ ready: '30s', exit: '60s' }),
    claims: z.array(Claim).default([]),
    differences: z.array(Difference).default([]).describe('what each layer costs: one cell minus another, per workload'),
  })
  .superRefine(checkDifferences)
  .superRefine(checkFleets)
  .superRefine(checkEnergy)
  .describe('thirdwave scenario');
export type Scenario = z.infer<typeof Scenario>;

interface Comparable {
  readonly reference?: CellName | undefined;
  readonly cells: readonly { readonly runner: string; readonly variants?: readonly string[] | undefined }[];
  readonly differences: readonly Difference[];
}

/** Every difference has its own id, and both its sides are cells that the scenario asks for. */
function checkDifferences({ reference, cells, differences }: Comparable, context: z.RefinementCtx): void {
  const asked = ({ runner, variant }: CellName): boolean =>
    (reference?.runner === runner && reference.variant === variant) ||
    cells.some((cell) => cell.runner === runner && (cell.variants === undefined || cell.variants.includes(variant)));
  for (const [index, difference] of differences.entries()) {
    const refuse = (key: 'id' | 'of' | 'from', message: string): void =>
      context.addIssue({ code: 'custom', path: ['differences', index, key], message });
    if (differences.findIndex(({ id }) => id === difference.id) !== index) refuse('id', `another difference is called ${difference.id}`);
    for (const side of ['of', 'from'] as const) {
      const { runner, variant } = difference[side];
      if (!asked(difference[side])) refuse(side, `${runner}/${variant} is no cell of this scenario: name it under “cells”`);
    }
  }
}
