import { createHash } from 'node:crypto';
import { givenUpCleanly, within } from '../../core/execute/deadline.ts';
import { DISPOSE_LIMIT_NS, RUNNER_GRACE_NS } from '../../core/execute/limits.ts';
import type { RunContext } from '../../core/model/context.ts';
import { BenchError, codeOf, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import type { ExitFacts, Prepared, Runner, RunnerSession, Variant } from '../../runners/runner.ts';
import { userWorkload } from '../compose/workloads.ts';
import type { Expectation, ResolvedProgram } from './arms.ts';

/** Output up to this long is kept as it is, so that a difference can be shown; longer one as its digest. */
const KEPT_BYTES = 4096;

/** Where a program is run to see what it prints. */
export interface Place {
  readonly runner: Runner;
  /** with the factors that detection found */
  readonly variant: Variant;
  readonly readyTimeoutNs: number;
  readonly exitTimeoutNs: number;
}

/**
 * What both arms must print when they are measured: what the program says in `expect`, else what base prints in two untimed lives.
 * @throws BenchError `expect-needed`, exit 2: it cannot be run, does not exit with 0, prints nothing, or not the same twice; `interrupted`
 */
export async function learnExpectation(program: ResolvedProgram, place: Place, context: RunContext): Promise<Expectation> {
  const { id, base, expect, env, stdin } = program;
  if (expect !== undefined) return expect;
  if (base === undefined) throw needed(id, 'there is no base whose output could be taken');
  const own = { id, ...base.artifacts, args: [...base.args], env: { ...env }, ...(stdin === undefined ? {} : { stdin }) };
  // What is expected is no runner’s business: the conductor verifies outputs, and here is no conductor.
  const workload = await userWorkload({ ...own, expect: { stdout: '' } });
  const output = async (session: RunnerSession, prepared: Prepared, trialId: string): Promise<Uint8Array> =>
    outputOf(id, await live(session, prepared, trialId, place, context));
  try {
    await using session = await place.runner.open(context);
    const prepared = await session.prepare(place.variant, workload);
    const first = await output(session, prepared, `expect-${id}-1`);
    const second = await output(session, prepared, `expect-${id}-2`);
    if (Buffer.compare(first, second) !== 0) throw needed(id, `base printed ${shown(first)} and then ${shown(second)}`);
    return expectationOf(first);
  } catch (error) {
    context.signal.throwIfAborted();
    if (codeOf(error) === NEEDED) throw error;
    throw needed(id, `base cannot be run by ${place.runner.id}/${place.variant.id}: ${messageOf(error)}`, error);
  }
}

/** One life, to its exit and removal, whatever happens in between. */
async function live(session: RunnerSession, prepared: Prepared, trialId: string, place: Place, context: RunContext): Promise<ExitFacts> {
  const { readyTimeoutNs, exitTimeoutNs } = place;
  const { signal } = context;
  const starting = session.start(prepared, { trialId, activity: 'run', readyTimeoutNs, exitTimeoutNs, signal });
  const instance = await givenUpCleanly(starting, readyTimeoutNs + RUNNER_GRACE_NS, signal);
  try {
    await within(instance.ready(), readyTimeoutNs + RUNNER_GRACE_NS, 'first byte', signal);
    return await within(instance.exited(), exitTimeoutNs + RUNNER_GRACE_NS, 'exit', signal);
  } finally {
    await within(Promise.resolve(instance[Symbol.asyncDispose]()), DISPOSE_LIMIT_NS, 'disposal', new AbortController().signal);
  }
}

function outputOf(program: string, exit: ExitFacts): Uint8Array {
  const { abnormal, exitCode, stdout, stdoutTruncated, stderrTail } = exit;
  const tail = stderrTail.trim() === '' ? '' : `; stderr ends: ${stderrTail.trim().split('\n').at(-1)?.slice(0, 300)}`;
  if (abnormal !== undefined) throw needed(program, `base ended with ${abnormal}${tail}`);
  if (exitCode !== 0) throw needed(program, `base exited with ${exitCode ?? 'no code'}${tail}`);
  if (stdoutTruncated) throw needed(program, 'base printed more than the capture limit holds');
  if (stdout.length === 0) throw needed(program, 'base printed nothing, so that nothing shows whether head does its work');
  return stdout;
}

/** As text where it is short and nothing but text. */
function expectationOf(stdout: Uint8Array): Expectation {
  if (stdout.length <= KEPT_BYTES) {
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(stdout);
    if (Buffer.compare(Buffer.from(text, 'utf8'), stdout) === 0) return { stdout: text };
  }
  return { stdoutSha256: createHash('sha256').update(stdout).digest('hex') };
}

function shown(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${JSON.stringify(Buffer.from(bytes.subarray(0, 60)).toString('utf8'))}${bytes.length > 60 ? '…' : ''}`;
}

const NEEDED = 'expect-needed';

function needed(program: string, why: string, cause?: unknown): BenchError {
  return new BenchError({
    code: NEEDED,
    message: `program ${program}: what it must print is not known: ${why}`,
    remedy: `add “expect: { stdout: … }” (or stdoutFile, stdoutSha256) to program ${program} in gates.yaml; it must exit with 0`,
    exitCode: EXIT_CODES.usage,
    cause,
  });
}
