import { capMemory } from '../host/memory-cap.ts';
import { protectSuite } from '../host/oom-score.ts';
import { BenchError, messageOf } from '../model/error.ts';
import type { RampRules } from '../model/plan.ts';
import { coldStartsUnderLoad } from './cold-starts.ts';
import { HeldFleet } from './held-fleet.ts';
import { HOST_FLOOR_BYTES } from './limits.ts';
import { Ramp } from './ramp.ts';
import { Residents, type Retired } from './residents.ts';
import type { TrialInput, TrialLife } from './trial-life.ts';

/**
 * One density ramp: a fleet grows until something stops it (ramp.ts), then cold starts are timed beside what is left of it, from the top down, then
 * everybody finishes and every output is verified. The suite itself is protected from the kernel’s out-of-memory killer for as long.
 */
export async function liveAsRamp(life: TrialLife, input: TrialInput): Promise<void> {
  const rules = input.rules.ramp;
  if (!rules) throw new BenchError({ code: 'plan-invalid', message: `${input.trial.id}: the plan has no rules for its ramp` });
  await using _protection = await protectSuite().catch((error: unknown) => {
    life.warn('not-protected', messageOf(error));
    return undefined;
  });
  const fleet = await openFleet(input, rules);
  const retired: Retired[] = [];
  try {
    if (rules.memoryCapBytes !== undefined) await capMemory(fleet.group?.ref, rules.memoryCapBytes);
    const residents = new Residents(fleet);
    const reached = await Ramp.climb({ life, input, rules, fleet, residents });
    const { exitTimeoutNs } = input.rules;
    const shrink = async (count: number): Promise<void> => {
      const { signal } = input.context;
      retired.push(...(await residents.retireTo(count, exitTimeoutNs, signal)));
    };
    if (rules.load) await coldStartsUnderLoad({ life, input, load: rules.load, reached, shrink });
    await shrink(0);
  } catch (error) {
    life.fail(error);
  }
  await life.cleanUp(async () => fleet[Symbol.asyncDispose]());
  if (!life.failure) life.concludeEach(retired.toSorted((x, y) => x.exit.t0Ns - y.exit.t0Ns));
}

async function openFleet({ session, prepared, context, trial, rules }: TrialInput, ramp: RampRules): Promise<HeldFleet> {
  const { readyTimeoutNs, exitTimeoutNs } = rules;
  return HeldFleet.open({
    session,
    prepared,
    context,
    trialId: trial.id,
    activity: 'hold',
    readyTimeoutNs,
    // an instance’s whole life counts: the first one lives as long as the ramp and what is done beside it
    exitTimeoutNs: exitTimeoutNs + LIVES * ramp.timeLimitNs,
    floorBytes: Math.max(ramp.floorBytes, HOST_FLOOR_BYTES),
  });
}

/** the ramp itself, and cold starts beside it, which may take as long again */
const LIVES = 2;
