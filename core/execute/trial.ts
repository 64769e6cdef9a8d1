import { BenchError } from '../model/error.ts';
import type { ExitFacts, Instance } from '../../runners/runner.ts';
import { givenUpCleanly, within } from './deadline.ts';
import { liveAsFleet } from './fleet-trial.ts';
import { liveAsRamp } from './ramp-trial.ts';
import { liveAsWindows } from './window-trial.ts';
import { DISPOSE_LIMIT_NS, RUNNER_GRACE_NS } from './limits.ts';
import { type OpenProbe, TrialLife, type TrialInput, type TrialResult } from './trial-life.ts';

/**
 * One trial: probes open (sensitive last) → start → ready → [held readings] → exit → probes close (sensitive first) → dispose →
 * output verified (DESIGN §3). Never throws: what goes wrong becomes a failure event, what is left over a warning.
 */
export async function runTrial(input: TrialInput): Promise<TrialResult> {
  const { context, cell } = input;
  const life = new TrialLife(input);
  const probes = await life.openProbes();
  try {
    await life.readBefore(probes);
    await LIVES[cell.activity](life, input, probes);
  } catch (error) {
    life.fail(error);
  }
  if (context.signal.aborted && !life.failure) life.fail(new BenchError({ code: 'interrupted', message: 'interrupted' }));
  return { events: life.events, failure: life.failure, insideNs: life.insideNs() };
}

type Live = (life: TrialLife, input: TrialInput, probes: readonly OpenProbe[]) => Promise<void>;

const LIVES: Readonly<Record<TrialInput['cell']['activity'], Live>> = {
  run: liveToExit,
  loop: liveToExit,
  hold: liveAsFleet,
  place: liveAsFleet,
  ramp: liveAsRamp,
  window: liveAsWindows,
};

/** One instance from its launch to its exit. */
async function liveToExit(life: TrialLife, input: TrialInput, probes: readonly OpenProbe[]): Promise<void> {
  const instance = await start(input);
  let exit: ExitFacts | undefined;
  try {
    exit = await awaitExit(life, input, instance, probes);
  } catch (error) {
    life.fail(error);
  }
  await life.cleanUp(async () =>
    within(Promise.resolve(instance[Symbol.asyncDispose]()), DISPOSE_LIMIT_NS, 'disposal', new AbortController().signal),
  );
  if (exit) life.conclude(exit);
}

async function start({ session, prepared, trial, cell, rules, context }: TrialInput): Promise<Instance> {
  const { readyTimeoutNs, exitTimeoutNs } = rules;
  context.signal.throwIfAborted();
  const starting = session.start(prepared, {
    trialId: trial.id,
    activity: cell.activity,
    readyTimeoutNs,
    exitTimeoutNs,
    signal: context.signal,
  });
  return givenUpCleanly(starting, readyTimeoutNs + RUNNER_GRACE_NS, context.signal);
}

async function awaitExit(life: TrialLife, input: TrialInput, instance: Instance, probes: readonly OpenProbe[]): Promise<ExitFacts> {
  const { cell, rules, context } = input;
  await within(instance.ready(), rules.readyTimeoutNs + RUNNER_GRACE_NS, 'first byte', context.signal);
  const exit = await within(instance.exited(), rules.exitTimeoutNs + RUNNER_GRACE_NS, 'exit', context.signal);
  // What outlives the processes (an own cgroup) is looked up only now: nothing may happen between t0 and t2.
  const target = cell.activity === 'run' ? await instance.target() : { roles: [] };
  for (const open of probes.toReversed()) await life.read(open, () => open.session.after?.(exit, target));
  return exit;
}
