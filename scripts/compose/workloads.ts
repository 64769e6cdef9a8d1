import { access, readFile } from 'node:fs/promises';
import { isFound, type Toolbox } from '../../core/model/context.ts';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import type { Scenario, UserWorkload } from '../../core/model/scenario.ts';
import type { ExpectedOutput, Workload } from '../../core/model/workload.ts';
import type { WorkloadFacts } from '../../core/plan/make-plan.ts';
import { loadBuiltinWorkload } from '../../scenarios/workloads.ts';

/** A workload as a scenario names it: one of ours by id, or the user's own. @throws BenchError for missing files, exit 2 */
export async function resolveWorkload(scenario: Scenario, id: string, toolbox: Toolbox): Promise<Workload> {
  const own = scenario.workloads.find((candidate): candidate is UserWorkload => typeof candidate !== 'string' && candidate.id === id);
  return own ? userWorkload(own) : resolveBuiltin(id, toolbox);
}

/** One of the suite's own workloads. @throws BenchError `guests-missing` where they are not built */
export async function resolveBuiltin(id: string, toolbox: Toolbox): Promise<Workload> {
  const { guests } = toolbox;
  if (!isFound(guests))
    throw new BenchError({ code: 'guests-missing', message: guests.missing, remedy: guests.remedy, exitCode: EXIT_CODES.hostUnfit });
  return loadBuiltinWorkload(id, guests.path);
}

/** Every workload the scenarios name, as the planner sees it. */
export async function workloadFacts(scenarios: readonly Scenario[], toolbox: Toolbox): Promise<readonly WorkloadFacts[]> {
  const facts = new Map<string, WorkloadFacts>();
  for (const scenario of scenarios) {
    const ids = scenario.workloads.map((workload) => (typeof workload === 'string' ? workload : workload.id));
    if (scenario.floor) ids.push(scenario.floor.workload);
    for (const id of ids) {
      const { artifacts, holdArgs, loopFunction } = await resolveWorkload(scenario, id, toolbox);
      const forms = (['binary', 'wasm', 'image'] as const).filter((form) => artifacts[form] !== undefined);
      facts.set(id, { id, forms, holdable: holdArgs !== undefined, loopable: loopFunction !== undefined });
    }
  }
  return [...facts.values()];
}

/** A program of the user, with its files read. @throws BenchError `artifact-missing`, exit 2 */
export async function userWorkload(own: UserWorkload): Promise<Workload> {
  const { image, wasm, binary, stdin } = own;
  for (const path of [wasm, binary]) if (path !== undefined) await mustExist(own.id, path);
  return {
    id: own.id,
    source: 'user',
    artifacts: {
      ...(binary === undefined ? {} : { binary }),
      ...(wasm === undefined ? {} : { wasm }),
      ...(image === undefined ? {} : { image }),
    },
    args: own.args,
    env: own.env,
    stdin: stdin === undefined ? undefined : 'text' in stdin ? new TextEncoder().encode(stdin.text) : await mustRead(own.id, stdin.file),
    expected: await expectation(own),
    holdArgs: own.holdArgs,
    loopFunction: undefined,
    versions: {},
  };
}

async function expectation({ id, expect }: UserWorkload): Promise<ExpectedOutput> {
  if ('stdoutSha256' in expect) return { kind: 'sha256', sha256: expect.stdoutSha256 };
  const bytes = 'stdout' in expect ? new TextEncoder().encode(expect.stdout) : await mustRead(id, expect.stdoutFile);
  return bytes.length === 0 ? { kind: 'nothing' } : { kind: 'bytes', bytes };
}

async function mustExist(id: string, path: string): Promise<void> {
  await access(path).catch((error: unknown) => {
    throw missing(id, path, error);
  });
}

async function mustRead(id: string, path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw missing(id, path, error);
  });
}

function missing(id: string, path: string, error: unknown): BenchError {
  return new BenchError({
    code: 'artifact-missing',
    message: `workload ${id}: cannot read ${path}: ${messageOf(error)}`,
    remedy: 'paths are relative to the scenario file; build the artifact first',
    exitCode: EXIT_CODES.usage,
  });
}
