import { capMemory } from '../host/memory-cap.ts';
import type { RampRules } from '../model/plan.ts';
import { HeldFleet } from './held-fleet.ts';
import { HOST_FLOOR_BYTES } from './limits.ts';
import { Residents } from './residents.ts';
import type { TrialInput } from './trial-life.ts';

/** the ramp itself, and cold starts beside it, which may take as long again */
const LIVES = 2;

/** The fleet of a ramp in its capped group, which can be made anew when everything in it has died. */
export class Camp implements AsyncDisposable {
  fleet: HeldFleet;
  residents: Residents;
  readonly #input: TrialInput;
  readonly #rules: RampRules;

  private constructor(input: TrialInput, rules: RampRules, fleet: HeldFleet) {
    this.#input = input;
    this.#rules = rules;
    this.fleet = fleet;
    this.residents = new Residents(fleet);
  }

  /** @throws BenchError `memory-cap`, or as the runner's `openFleet` */
  static async open(input: TrialInput, rules: RampRules): Promise<Camp> {
    return new Camp(input, rules, await openCapped(input, rules));
  }

  /** @throws BenchError as `open` */
  async renew(): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
    this.fleet = await openCapped(this.#input, this.#rules);
    this.residents = new Residents(this.fleet);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fleet[Symbol.asyncDispose]();
  }
}

/** The limit is set before anything lives in the group, or right after the host process that all instances share. */
async function openCapped(input: TrialInput, ramp: RampRules): Promise<HeldFleet> {
  const fleet = await HeldFleet.ofTrial(input, {
    // an instance’s whole life counts: the first one lives as long as the ramp and what is done beside it
    exitTimeoutNs: input.rules.exitTimeoutNs + LIVES * ramp.timeLimitNs,
    floorBytes: Math.max(ramp.floorBytes, HOST_FLOOR_BYTES),
  });
  try {
    if (ramp.memoryCapBytes !== undefined) await capMemory(fleet.group?.ref, ramp.memoryCapBytes);
    return fleet;
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
}
