import { protectSuite } from '../host/oom-score.ts';
import { BenchError, messageOf } from '../model/error.ts';
import { Camp } from './camp.ts';
import { coldStartsUnderLoad } from './cold-starts.ts';
import { Ramp } from './ramp.ts';
import type { Retired } from './residents.ts';
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
  const camp = await Camp.open(input, rules);
  const retired: Retired[] = [];
  try {
    const reached = await Ramp.climb({ life, input, rules, camp });
    const { exitTimeoutNs } = input.rules;
    const shrink = async (count: number): Promise<void> => {
      const { signal } = input.context;
      retired.push(...(await camp.residents.retireTo(count, exitTimeoutNs, signal)));
    };
    if (rules.load) await coldStartsUnderLoad({ life, input, load: rules.load, reached, shrink });
    await shrink(0);
  } catch (error) {
    life.fail(error);
  }
  await life.cleanUp(async () => camp[Symbol.asyncDispose]());
  if (!life.failure) life.concludeEach(retired.toSorted((x, y) => x.exit.t0Ns - y.exit.t0Ns));
}
