import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from '../model/error.ts';
import type { ExitFacts, Instance, Target } from '../../runners/runner.ts';
import { givenUpCleanly, within } from './deadline.ts';
import { HeldFleet } from './held-fleet.ts';
import { DISPOSE_LIMIT_NS, RUNNER_GRACE_NS } from './limits.ts';
import type { TrialInput } from './trial-life.ts';

/** What is done again and again in a window, with what it keeps alive meanwhile. */
export interface Work extends AsyncDisposable {
  /** what stands while the windows are read: the instance that answers; nothing between cold starts */
  readonly target: Target;
  /** one functional unit. @returns false: no further unit can be done, e.g. because the kept output is full */
  once(lived: (exit: ExitFacts, target: Target) => Promise<void>): Promise<boolean>;
  /** lets go what is alive. @returns every life that has not been handed to `ended` yet */
  finish(): Promise<readonly Ended[]>;
}

export interface Ended {
  readonly exit: ExitFacts;
  readonly answers: number;
}

/** A launched program's output is kept up to 1 MiB (native/protocol): replies beyond this could not be verified, B. */
const MOST_OUTPUT_BYTES = 900 * 1024;
/** The blank's “launch”: what the harness itself does around a unit, without a unit. */
const BLANK_PAUSE_MS = 5;

/**
 * The work of a cell of activity `window`, with one unit done before any window: what only the first one pays (an engine's image cache, a compiled module)
 * is no part of it.
 */
export async function openWork(input: TrialInput, ended: (life: Ended) => void): Promise<Work> {
  if (input.cell.role === 'blank') return blank();
  if (input.cell.unit === 'cold-start') return coldStarts(input, ended);
  return operations(input);
}

function blank(): Work {
  return {
    target: { roles: [] },
    once: async () => {
      await sleep(BLANK_PAUSE_MS);
      return true;
    },
    finish: async () => [],
    [Symbol.asyncDispose]: async () => {},
  };
}

/** One life after the other, each from its launch to its removal. */
async function coldStarts(input: TrialInput, ended: (life: Ended) => void): Promise<Work> {
  let made = 0;
  const once: Work['once'] = async (lived) => {
    made += 1;
    const instance = await start(input, `${input.trial.id}.u${String(made).padStart(6, '0')}`);
    try {
      const exit = await exitOf(input, instance);
      await lived(exit, await instance.target());
      ended({ exit, answers: 0 });
    } finally {
      await removed(instance);
    }
    return true;
  };
  await once(async () => {});
  return { target: { roles: [] }, once, finish: async () => [], [Symbol.asyncDispose]: async () => {} };
}

async function start({ session, prepared, rules, context }: TrialInput, trialId: string): Promise<Instance> {
  const { readyTimeoutNs, exitTimeoutNs } = rules;
  context.signal.throwIfAborted();
  const starting = session.start(prepared, { trialId, activity: 'run', readyTimeoutNs, exitTimeoutNs, signal: context.signal });
  return givenUpCleanly(starting, readyTimeoutNs + RUNNER_GRACE_NS, context.signal);
}

async function exitOf({ rules, context }: TrialInput, instance: Instance): Promise<ExitFacts> {
  await within(instance.ready(), rules.readyTimeoutNs + RUNNER_GRACE_NS, 'first byte', context.signal);
  return within(instance.exited(), rules.exitTimeoutNs + RUNNER_GRACE_NS, 'exit', context.signal);
}

/** Also of a life that was cut short: it ends by the disposal's own limit. */
async function removed(instance: Instance): Promise<void> {
  await within(Promise.resolve(instance[Symbol.asyncDispose]()), DISPOSE_LIMIT_NS, 'disposal', new AbortController().signal);
}

/** Requests to one held instance, one after the other. */
async function operations(input: TrialInput): Promise<Work> {
  const { expected, id } = input.prepared.workload;
  if (expected.kind !== 'bytes') {
    const message = `the reply of workload ${id} is only known by its digest`;
    throw new BenchError({ code: 'not-supported', message, remedy: 'give its output as stdout or stdoutFile' });
  }
  const fleet = await HeldFleet.ofTrial(input);
  try {
    const instance = await fleet.add();
    let answers = 0;
    const once = async (): Promise<boolean> => {
      await fleet.request(instance);
      answers += 1;
      return (answers + 2) * expected.bytes.length <= MOST_OUTPUT_BYTES;
    };
    await once();
    const target = await fleet.target();
    const finish = async (): Promise<readonly Ended[]> => (await fleet.finish()).map((exit) => ({ exit, answers }));
    return { target, once, finish, [Symbol.asyncDispose]: async () => fleet[Symbol.asyncDispose]() };
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}
