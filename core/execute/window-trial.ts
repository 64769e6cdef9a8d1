import type { EnergyRules } from '../model/plan.ts';
import { repeated, verifyOutput } from './verify-output.ts';
import type { OpenProbe, TrialInput, TrialLife } from './trial-life.ts';
import { type Ended, openWork, type Work } from './window-work.ts';
import { idleFor, readWindow } from './windows.ts';

/** Waited before an idle window, as a share of its length: 1 s before 10 s. */
const REST_SHARE = 0.1;

/**
 * A window of work between two idle ones (method: energy §7.3). Without an energy meter there is nothing to compare with idle: the work alone, shorter, for
 * its CPU time. Every output is verified; the first wrong one, or the first of all, goes on record.
 */
export async function liveAsWindows(life: TrialLife, input: TrialInput, probes: readonly OpenProbe[]): Promise<void> {
  const energy = rulesOf(input);
  const shown = new Shown(input);
  let work: Work | undefined;
  try {
    work = await openWork(input, (ended) => shown.take(ended));
    await readWindows(life, input, probes, work, energy);
    // Its memory decides which share of the host is reserved for it; read after the windows, which it would disturb.
    const { target } = work;
    if (target.roles.length > 0)
      for (const open of probes.toReversed()) await life.read(open, () => open.session.held?.(target, undefined));
    for (const ended of await work.finish()) shown.take(ended);
  } catch (error) {
    life.fail(error);
  }
  await life.cleanUp(async () => work?.[Symbol.asyncDispose]());
  if (!life.failure) life.concludeEach(shown.lives());
}

/** An energy meter can be read in this trial. */
export function isMetered(probes: readonly OpenProbe[]): boolean {
  return probes.some(({ session }) => session.meters === true);
}

async function readWindows(
  life: TrialLife,
  input: TrialInput,
  probes: readonly OpenProbe[],
  work: Work,
  rules: EnergyRules,
): Promise<void> {
  const { context } = input;
  const { target } = work;
  const metered = isMetered(probes);
  const idle = idleFor(rules.bracketNs, context);
  // What the unit before leaves to do in daemons and kernel, and the heat of it, are not idleness.
  const comeToRest = idleFor(rules.bracketNs * REST_SHARE, context);
  if (metered) {
    await comeToRest();
    await readWindow(life, probes, { window: 'idle-before', target, context, work: idle });
  }
  const workNs = metered ? rules.windowNs : rules.unmeteredWindowNs;
  await readWindow(life, probes, {
    window: 'work',
    target,
    context,
    work: async (lived) => {
      const untilNs = context.now() + workNs;
      let operations = 0;
      let more = true;
      while (more && context.now() < untilNs) {
        context.signal.throwIfAborted();
        more = await work.once(lived);
        operations += 1;
      }
      return operations;
    },
  });
  if (metered) {
    await comeToRest();
    await readWindow(life, probes, { window: 'idle-after', target, context, work: idle });
  }
}

function rulesOf({ rules, cell }: TrialInput): EnergyRules {
  if (rules.energy) return rules.energy;
  throw new Error(`the plan gives no windows for ${cell.id}`);
}

/** The first life and the first wrong one: thousands of outputs are verified, none is kept. */
class Shown {
  readonly #input: TrialInput;
  #first: Ended | undefined;
  #wrong: Ended | undefined;

  constructor(input: TrialInput) {
    this.#input = input;
  }

  take(ended: Ended): void {
    this.#first ??= ended;
    const expected = repeated(this.#input.prepared.workload.expected, ended.answers);
    const [output] = verifyOutput(ended.exit, expected, ended.exit.t2Ns);
    if (!(output?.kind === 'output' && output.correct)) this.#wrong ??= ended;
  }

  lives(): readonly Ended[] {
    return [this.#wrong ?? this.#first ?? []].flat();
  }
}
