import type { Population } from '../model/plan.ts';
import type { ExitFacts } from '../../runners/runner.ts';
import { HeldFleet } from './held-fleet.ts';
import type { OpenProbe, TrialInput, TrialLife } from './trial-life.ts';
import { isMetered } from './window-trial.ts';
import { idleFor, readWindow } from './windows.ts';

const ONE_IDLE: Population = { instances: 1, state: 'idle' };

/**
 * One life of a fleet: all instances are started one after the other and held, each answers a request where the cell says so, then the probes read, then
 * all are let go and every output is verified. Activity `place` is a fleet of one host process that makes all the instances itself.
 */
export async function liveAsFleet(life: TrialLife, input: TrialInput, probes: readonly OpenProbe[]): Promise<void> {
  const { cell, rules, context } = input;
  const { instances, state } = cell.population ?? ONE_IDLE;
  const placed = cell.activity === 'place';
  const fleet = await HeldFleet.ofTrial(input, placed ? { activity: 'place', instances } : {});
  const answers = !placed && state === 'after-first-request' ? 1 : 0;
  let exits: readonly ExitFacts[] = [];
  try {
    for (let count = 0; count < (placed ? 1 : instances); count += 1) await fleet.add();
    for (let answered = 0; answered < answers; answered += 1) for (const instance of fleet.instances) await fleet.request(instance);
    const target = await fleet.target();
    for (const open of probes.toReversed()) await life.read(open, () => open.session.held?.(target, rules.settle));
    if (rules.energy && isMetered(probes)) {
      await readWindow(life, probes, { window: 'held', target, context, work: idleFor(rules.energy.windowNs, context) });
    }
    exits = await fleet.finish();
    const [first] = exits;
    if (first) for (const open of probes.toReversed()) await life.read(open, () => open.session.after?.(first, target));
  } catch (error) {
    life.fail(error);
  }
  await life.cleanUp(async () => fleet[Symbol.asyncDispose]());
  if (!life.failure) life.concludeFleet(exits, answers);
}
