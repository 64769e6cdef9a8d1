import { z } from 'zod';
import { Duration, Percent, Size } from './quantity.ts';
import { Expectation } from './scenario.ts';
import { Identifier } from './vocabulary.ts';

/** A name that becomes a part of cell ids and of a file's name: no slash. */
const Name = Identifier.regex(/^[^/]*$/, 'must not contain “/”');

/** One side of a comparison: exactly one form of artifact, or where it is built from. */
export const Arm = z
  .strictObject({
    image: z.string().optional().describe('an image the Docker Engine has'),
    wasm: z.string().optional().describe('a .wasm file (WASI preview 1 command), relative to this file'),
    binary: z.string().optional().describe('a Linux executable, relative to this file'),
    git: z.string().optional().describe('a ref of the repository this file is in; built with “build” in a work tree of its own'),
    build: z.string().optional().describe('with git: the shell command that builds the artifact'),
    artifact: z.string().optional().describe('with git: the file that “build” makes, relative to the repository'),
  })
  .superRefine((arm, context) => {
    const forms = (['image', 'wasm', 'binary', 'git'] as const).filter((form) => arm[form] !== undefined);
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message });
    if (forms.length !== 1)
      refuse(`names ${forms.length === 0 ? 'no artifact' : forms.join(' and ')}: give exactly one of image, wasm, binary, git`);
    const building = arm.build !== undefined || arm.artifact !== undefined;
    if (arm.git === undefined && building) refuse('“build” and “artifact” belong to “git”');
    if (arm.git !== undefined && (arm.build === undefined || arm.artifact === undefined)) refuse('“git” needs “build” and “artifact”');
  });
export type Arm = z.infer<typeof Arm>;

export const GateProgram = z.strictObject({
  id: Name,
  builtin: Identifier.optional().describe('one of the suite’s own workloads in both arms: an A/A comparison'),
  base: Arm.optional().describe('what is compared against; --base overrides it'),
  head: Arm.optional().describe('what is judged; --head overrides it'),
  args: z.array(z.string()).default([]),
  holdArgs: z
    .array(z.string())
    .optional()
    .describe('further arguments that make it stay after its output until end of file on stdin (activity hold)'),
  env: z.record(z.string(), z.string()).default({}),
  stdin: z.union([z.strictObject({ text: z.string() }), z.strictObject({ file: z.string() })]).optional(),
  expect: Expectation.optional().describe('default: what base prints in one untimed life'),
});
export type GateProgram = z.infer<typeof GateProgram>;

/** Which cells a gate is about: every key given must match; at least one cell must. */
export const GateSelector = z.strictObject({
  metric: Identifier.describe('e.g. cold_start, cpu_time, run_time, image_bytes_compressed, artifact_bytes_wasm'),
  program: Identifier.optional(),
  runner: Identifier.optional(),
  variant: Identifier.optional(),
});
export type GateSelector = z.infer<typeof GateSelector>;

const Amount = z
  .union([Duration, Size], { error: 'an amount needs its unit: write it like 5ms (of a time) or 64KiB (of a size)' })
  .describe('an absolute amount with its unit: 5ms of a time, 64KiB of a size');

export const Gate = z
  .strictObject({
    id: Identifier,
    select: GateSelector,
    maxRegression: Percent.optional().describe('relative gate: the regression of head against base that is allowed'),
    minEffect: Amount.optional().describe('relative gate: a regression smaller than this never fails, however many per cent it is'),
    max: Amount.optional().describe('budget: the largest allowed value of head, alone'),
    stat: z.enum(['median', 'p95']).optional().describe('budget: of which figure (default median)'),
    level: z.enum(['error', 'warn']).default('error').describe('warn: printed, never the exit code'),
  })
  .superRefine((gate, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if ((gate.maxRegression === undefined) === (gate.max === undefined)) {
      context.addIssue({ code: 'custom', message: 'give exactly one of maxRegression (base against head) and max (budget)' });
    }
    if (gate.max !== undefined && gate.minEffect !== undefined) refuse('minEffect', 'belongs to maxRegression');
    if (gate.maxRegression !== undefined && gate.stat !== undefined) refuse('stat', 'belongs to max: relative gates compare rounds');
  });
export type Gate = z.infer<typeof Gate>;

export const Waiver = z.strictObject({
  gate: Identifier.describe('id of a gate, or of one cell of it: <gate>:<runner>/<variant>/<program>'),
  reason: z.string().min(1),
  issue: z.string().optional(),
  expires: z.iso.date().describe('last day on which it holds, YYYY-MM-DD (UTC)'),
});
export type Waiver = z.infer<typeof Waiver>;

/** Rounds after which the gate looks, and trials of each arm in a round. */
export const GateRounds = z
  .strictObject({
    looks: z.array(z.int().min(2).max(1000)).min(1).max(10).default([10, 20, 40]).describe('rounds after which it is decided, ascending'),
    perRound: z.int().min(1).max(50).default(4).describe('trials of each arm per round; the round counts with their median'),
    timeBudget: Duration.optional().describe('no round is begun that would end after this; what is open then is inconclusive'),
  })
  .refine(({ looks }) => looks.every((look, index) => index === 0 || look > (looks[index - 1] ?? 0)), {
    message: 'looks must ascend',
    path: ['looks'],
  });
export type GateRounds = z.infer<typeof GateRounds>;

/** `gates.yaml`. Published as results/schema/gates.schema.json. */
export const GateConfig = z
  .strictObject({
    version: z.literal(1),
    id: Name.default('gate'),
    alpha: Percent.default('1%').describe('how often a whole run of all gates may fail where nothing changed'),
    beta: Percent.default('5%').describe('how often one gate may pass where the regression is larger than allowed'),
    activity: z
      .enum(['run', 'hold'])
      .default('run')
      .describe('run: to the exit (times, CPU, sizes) · hold: first output, then wait (memory)'),
    rounds: GateRounds.prefault({}),
    timeouts: z.strictObject({ ready: Duration.default('30s'), exit: Duration.default('60s') }).prefault({}),
    onInconclusive: z.enum(['warn', 'fail']).default('warn').describe('fail: exit code 11 where a gate of level error stays open'),
    programs: z.array(GateProgram).min(1),
    cells: z
      .array(z.strictObject({ runner: Identifier, variants: z.array(Identifier).min(1).optional() }))
      .min(1)
      .describe('in which technologies; default variants of the runner unless named'),
    gates: z.array(Gate).min(1),
    waivers: z.array(Waiver).default([]),
  })
  .superRefine(({ programs, gates, waivers }, context) => {
    const twice = (ids: readonly string[]): number => ids.findIndex((id, index) => ids.indexOf(id) !== index);
    const refuse = (path: (string | number)[], message: string): void => context.addIssue({ code: 'custom', path, message });
    const program = twice(programs.map(({ id }) => id));
    if (program >= 0) refuse(['programs', program, 'id'], `another program is called ${programs[program]?.id}`);
    const gate = twice(gates.map(({ id }) => id));
    if (gate >= 0) refuse(['gates', gate, 'id'], `another gate is called ${gates[gate]?.id}`);
    for (const [index, waiver] of waivers.entries()) {
      const known = gates.some(({ id }) => waiver.gate === id || waiver.gate.startsWith(`${id}:`));
      if (!known) refuse(['waivers', index, 'gate'], `there is no gate “${waiver.gate}”`);
    }
  })
  .describe('thirdwave gates');
export type GateConfig = z.infer<typeof GateConfig>;
