import { codeOf, messageOf } from '../model/error.ts';
import { coldStartAt } from '../model/metrics.ts';
import type { RampRules } from '../model/plan.ts';
import { givenUpCleanly, within } from './deadline.ts';
import { DISPOSE_LIMIT_NS, RUNNER_GRACE_NS } from './limits.ts';
import type { TrialInput, TrialLife } from './trial-life.ts';
import { verifyOutput } from './verify-output.ts';

export interface Load {
  readonly life: TrialLife;
  readonly input: TrialInput;
  readonly load: NonNullable<RampRules['load']>;
  /** instances that are resident now */
  readonly reached: number;
  /** lets the youngest residents finish until so many are left */
  readonly shrink: (count: number) => Promise<void>;
}

/**
 * Times cold starts beside resident instances, from most to none: `starts` of them per setting, in bursts of c that are launched at one instant, none
 * waiting for another (open loop). They are instances of their own, outside the fleet’s group, so that its memory limit does not meet them. Each start
 * is one reading: its t1 − t0, or why it has none.
 */
export async function coldStartsUnderLoad({ life, input, load, reached, shrink }: Load): Promise<void> {
  let made = 0;
  for (const share of load.residentShares.toSorted((x, y) => y - x)) {
    const residents = Math.floor(share * reached);
    await shrink(residents);
    for (const concurrent of load.concurrent) {
      const { id, unit } = coldStartAt(Math.round(share * 100), concurrent);
      for (let burst = 0; burst < Math.ceil(load.starts / concurrent); burst += 1) {
        await input.context.settle();
        const ids = Array.from({ length: concurrent }, (_, index) => `${input.trial.id}.c${String(made + index + 1).padStart(4, '0')}`);
        made += concurrent;
        const starts = await Promise.all(ids.map(async (startId) => coldStart(life, input, startId)));
        const atNs = input.context.now();
        const origin = `beside ${residents} of ${reached} resident instances`;
        for (const start of starts)
          life.events.push({ kind: 'reading', atNs, probe: 'ramp', metric: id, role: 'instance', unit, origin, ...start });
      }
    }
    await life.flush();
  }
}

/** One start to the exit. @throws BenchError `interrupted`; any other failure is its result */
async function coldStart(life: TrialLife, input: TrialInput, trialId: string): Promise<{ value: number } | { unavailable: string }> {
  const { session, prepared, rules, context } = input;
  const { readyTimeoutNs, exitTimeoutNs } = rules;
  try {
    const starting = session.start(prepared, { trialId, activity: 'run', readyTimeoutNs, exitTimeoutNs, signal: context.signal });
    const instance = await givenUpCleanly(starting, readyTimeoutNs + RUNNER_GRACE_NS, context.signal);
    try {
      const exit = await within(instance.exited(), exitTimeoutNs + RUNNER_GRACE_NS, 'exit', context.signal);
      const problem = verifyOutput(exit, prepared.workload.expected, exit.t2Ns).find((event) => event.kind === 'failure');
      if (problem?.kind === 'failure') return { unavailable: `${problem.code}: ${problem.message}` };
      return exit.t1Ns === undefined ? { unavailable: 'it printed nothing' } : { value: (exit.t1Ns - exit.t0Ns) / 1e9 };
    } finally {
      const removal = Promise.resolve(instance[Symbol.asyncDispose]());
      await within(removal, DISPOSE_LIMIT_NS, 'disposal', new AbortController().signal).catch((error: unknown) => {
        life.warn('left-over', `${trialId} could not be removed: ${messageOf(error)}; “thirdwave sweep” removes what is left`);
      });
    }
  } catch (error) {
    context.signal.throwIfAborted();
    return { unavailable: `${codeOf(error)}: ${messageOf(error)}` };
  }
}
