import { resolve } from 'node:path';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import type { GateConfig, GateProgram } from '../../core/model/gate-config.ts';
import type { UserWorkload } from '../../core/model/scenario.ts';
import type { ExpectedOutput, Workload } from '../../core/model/workload.ts';
import { fileDigest } from '../../runners/native/file-digest.ts';
import type { Host } from '../compose/host.ts';
import { resolveBuiltin } from '../compose/workloads.ts';
import { type ArmArtifact, configuredArm, namedArm, type Places, type Recipe } from './arm-artifact.ts';
import { armsByProgram } from './arm-options.ts';

export type Expectation = UserWorkload['expect'];

/** One side of a program. Paths are absolute. */
export interface ResolvedArm {
  /** as the user named it; of a git ref with its commit */
  readonly label: string;
  readonly artifacts: { readonly binary?: string; readonly wasm?: string; readonly image?: string };
  readonly args: readonly string[];
}

export interface ResolvedProgram {
  readonly id: string;
  /** undefined: judged against a stored baseline, or by budgets alone */
  readonly base: ResolvedArm | undefined;
  readonly head: ResolvedArm;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: UserWorkload['stdin'];
  /** undefined: what base prints (scripts/gate/expectation.ts) */
  readonly expect: Expectation | undefined;
  readonly holdArgs: readonly string[] | undefined;
  readonly warnings: readonly string[];
}

/** What the command line says about arms. */
export interface ArmOptions extends Places {
  /** `--base`, `--head`: `<artifact>` of the only program, or `<program>=<artifact>` */
  readonly base?: readonly string[] | undefined;
  readonly head?: readonly string[] | undefined;
  /** `--build`, `--artifact`: how a git ref is built; default: as the program’s arms in gates.yaml */
  readonly build?: string | undefined;
  readonly artifact?: string | undefined;
  /** judged against a stored baseline: programs need no base */
  readonly baseline?: boolean | undefined;
  readonly buildLimitMs?: number | undefined;
}

/**
 * Every program with both its sides as files and images; git refs are built one after the other.
 * @throws BenchError, exit 2: `usage`, `gates-invalid` (all programs without an arm at once), `artifact-changed` where the build of one
 *   arm overwrote the file of another, and as `configuredArm` and `namedArm`
 */
export async function resolvePrograms(
  config: GateConfig,
  options: ArmOptions,
  host: Pick<Host, 'context'>,
): Promise<readonly ResolvedProgram[]> {
  const ids = config.programs.map(({ id }) => id);
  const base = armsByProgram('base', options.base ?? [], ids);
  const head = armsByProgram('head', options.head ?? [], ids);
  const compares = config.gates.some((gate) => gate.maxRegression !== undefined);
  const wanted = config.programs.map((program) => ({ program, base: base.get(program.id), head: head.get(program.id) }));
  mustHaveArms(wanted, options.baseline !== true && compares);
  const resolved: ResolvedProgram[] = [];
  const seen: Seen[] = [];
  for (const one of wanted) resolved.push(await resolveProgram(one, options, host, seen));
  await mustBeUnchanged(seen);
  return resolved;
}

/** A file of an arm as it was when the arm was resolved. */
interface Seen {
  readonly label: string;
  readonly path: string;
  readonly digest: string;
}

async function look(seen: Seen[], arm: ArmArtifact | undefined): Promise<ArmArtifact | undefined> {
  for (const path of [arm?.artifacts.binary, arm?.artifacts.wasm]) {
    if (arm && path !== undefined) seen.push({ label: arm.label, path, digest: await fileDigest(path) });
  }
  return arm;
}

async function mustBeUnchanged(seen: readonly Seen[]): Promise<void> {
  for (const { label, path, digest } of seen) {
    if ((await fileDigest(path)) === digest) continue;
    throw new BenchError({
      code: 'artifact-changed',
      message: `${label}: the build of another arm overwrote ${path}: the same bytes would be compared with themselves`,
      remedy: 'copy the file elsewhere before, or let both arms be git refs: each is kept by itself',
      exitCode: EXIT_CODES.usage,
    });
  }
}

/** A program with what the command line puts in place of its arms. */
interface Wanted {
  readonly program: GateProgram;
  readonly base: string | undefined;
  readonly head: string | undefined;
}

function mustHaveArms(wanted: readonly Wanted[], needsBase: boolean): void {
  const problems = wanted.flatMap(({ program, base, head }) => {
    if (program.builtin !== undefined) {
      const also = (['base', 'head'] as const).filter((arm) => program[arm] !== undefined);
      return also.length === 0 ? [] : [`program ${program.id}: “builtin” is both arms, it cannot have ${also.join(' and ')} too`];
    }
    const lacks = [
      ...(needsBase && base === undefined && program.base === undefined ? ['base'] : []),
      ...(head === undefined && program.head === undefined ? ['head'] : []),
    ];
    return lacks.map((arm) => `program ${program.id} has no ${arm}`);
  });
  if (problems.length === 0) return;
  throw new BenchError({
    code: 'gates-invalid',
    message: problems.join('\n'),
    remedy: 'name “base” and “head” under the program in gates.yaml, or give --base and --head; with a stored baseline no base is needed',
    exitCode: EXIT_CODES.usage,
  });
}

async function resolveProgram(wanted: Wanted, options: ArmOptions, host: Pick<Host, 'context'>, seen: Seen[]): Promise<ResolvedProgram> {
  const { program } = wanted;
  const builtin = program.builtin === undefined ? undefined : await resolveBuiltin(program.builtin, host.context.toolbox);
  const args = [...(builtin?.args ?? []), ...program.args];
  const made = {
    base: await look(seen, await armOf('base', wanted, builtin, options, host)),
    head: await look(seen, await armOf('head', wanted, builtin, options, host)),
  };
  if (made.head === undefined) throw new Error(`program ${program.id} has no head`);
  const arm = ({ label, artifacts }: ArmArtifact): ResolvedArm => ({ label, artifacts, args });
  const { env, stdin, expect } = program;
  const { configFolder } = options;
  return {
    id: program.id,
    base: made.base && arm(made.base),
    head: arm(made.head),
    env,
    stdin: stdin !== undefined && 'file' in stdin ? { file: resolve(configFolder, stdin.file) } : stdin,
    expect: expect === undefined ? builtin && expectationOf(builtin.expected) : absolute(expect, configFolder),
    holdArgs: program.holdArgs ?? builtin?.holdArgs,
    warnings: [...new Set([...(made.base?.warnings ?? []), ...made.head.warnings])],
  };
}

async function armOf(
  side: 'base' | 'head',
  wanted: Wanted,
  builtin: Workload | undefined,
  options: ArmOptions,
  host: Pick<Host, 'context'>,
): Promise<ArmArtifact | undefined> {
  const { program } = wanted;
  const { buildLimitMs } = options;
  const buildHost = { ...host.context, ...(buildLimitMs === undefined ? {} : { buildLimitMs }) };
  const named = wanted[side];
  if (named !== undefined) return namedArm(named, recipeFor(side, program, options), options, buildHost);
  if (builtin) return { label: `builtin ${builtin.id}`, artifacts: builtin.artifacts, warnings: [] };
  const arm = program[side];
  return arm && configuredArm(arm, options, buildHost);
}

/** The command line’s, else that of the same side in gates.yaml, else that of the other. */
function recipeFor(side: 'base' | 'head', program: GateProgram, options: ArmOptions): Recipe | undefined {
  const arms = side === 'base' ? [program.base, program.head] : [program.head, program.base];
  const known = arms.find((arm) => arm?.git !== undefined);
  const build = options.build ?? known?.build;
  const artifact = options.artifact ?? known?.artifact;
  return build === undefined || artifact === undefined ? undefined : { build, artifact };
}

function expectationOf(expected: ExpectedOutput): Expectation {
  if (expected.kind === 'sha256') return { stdoutSha256: expected.sha256 };
  return { stdout: expected.kind === 'nothing' ? '' : new TextDecoder().decode(expected.bytes) };
}

function absolute(expect: Expectation, folder: string): Expectation {
  return 'stdoutFile' in expect ? { stdoutFile: resolve(folder, expect.stdoutFile) } : expect;
}
