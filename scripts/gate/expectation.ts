import { createHash } from 'node:crypto';
import { givenUpCleanly, within } from '../../core/execute/deadline.ts';
import { DISPOSE_LIMIT_NS, RUNNER_GRACE_NS } from '../../core/execute/limits.ts';
import type { RunContext } from '../../core/model/context.ts';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
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
 * @throws BenchError, exit 2: `base-fails` where it cannot be run, does not exit with 0 or prints not the same twice, `expect-needed`
 *   where there is no base or it prints nothing; the signal’s reason when interrupted
 */
export async function learnExpectation(program: ResolvedProgram, place: Place, context: RunContext): Promise<Expectation> {
  const { id, base, expect, env, stdin } = program;
  if (expect !== undefined) return expect;
  if (base === undefined) throw expectNeeded(id, 'there is no base whose output could be taken');
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
    if (Buffer.compare(first, second) !== 0) throw baseFails(id, `base printed ${shown(first)} and then ${shown(second)}`, STEADY);
    return expectationOf(first);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof BenchError && OWN_CODES.includes(error.code)) throw error;
    const remedy = error instanceof BenchError ? error.remedy : undefined;
    throw baseFails(id, `base cannot be run by ${place.runner.id}/${place.variant.id}: ${messageOf(error)}`, remedy ?? ENDS, error);
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
  if (abnormal !== undefined) throw baseFails(program, `base ended with ${abnormal}${tail}`, ENDS);
  if (exitCode !== 0) throw baseFails(program, `base exited with ${exitCode ?? 'no code'}${tail}`, ENDS);
  if (stdoutTruncated) throw baseFails(program, 'base printed more than the capture limit holds', 'let it print less');
  if (stdout.length === 0) throw expectNeeded(program, 'base prints nothing, so that nothing shows whether head does its work');
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

const OWN_CODES: readonly string[] = ['expect-needed', 'base-fails'];
const ENDS = 'it must end by itself with exit code 0: see to “args”, “env” and “stdin” of the program in gates.yaml';
const STEADY = 'its output must be the same each time, or nothing shows whether head does its work: see to “args”, “env” and “stdin”';

function expectNeeded(program: string, why: string): BenchError {
  return new BenchError({
    code: 'expect-needed',
    message: `program ${program}: what it must print is not known: ${why}`,
    remedy: `add “expect: { stdout: … }” (or stdoutFile, stdoutSha256) to program ${program} in gates.yaml`,
    exitCode: EXIT_CODES.usage,
  });
}

function baseFails(program: string, why: string, remedy: string, cause?: unknown): BenchError {
  return new BenchError({ code: 'base-fails', message: `program ${program}: ${why}`, remedy, exitCode: EXIT_CODES.usage, cause });
}
