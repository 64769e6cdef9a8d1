import { setImmediate as tick } from 'node:timers/promises';
import { codeOf, messageOf } from '../model/error.ts';
import type { ExitFacts, Instance } from '../../runners/runner.ts';
import { within } from './deadline.ts';
import type { HeldFleet } from './held-fleet.ts';
import { RUNNER_GRACE_NS } from './limits.ts';

/** A start that failed while others lived. */
export interface LaunchFailure {
  readonly code: string;
  readonly text: string;
}

/** An instance that has ended as it should: what it printed can be verified. */
export interface Retired {
  readonly exit: ExitFacts;
  readonly answers: number;
}

interface Life {
  answers: number;
  /** an answer is under way or was lost: how often it has printed is not known */
  uncertain: boolean;
  exit: Promise<ExitFacts>;
  /** why it has ended before it was let go */
  died: string | undefined;
}

/** The resident instances of a ramp: watched for a death, asked by turns, verified when they are let go. */
export class Residents {
  readonly #fleet: HeldFleet;
  readonly #lives = new Map<Instance, Life>();
  readonly #leaving = new Set<Instance>();

  constructor(fleet: HeldFleet) {
    this.#fleet = fleet;
  }

  get count(): number {
    return this.#fleet.instances.length;
  }

  /** The first instance that has ended by itself, in words. */
  died(): string | undefined {
    for (const instance of this.#fleet.instances) {
      const death = this.#lives.get(instance)?.died;
      if (death !== undefined) return death;
    }
    return undefined;
  }

  /** One more. @returns why it could not be started: then as many live as before. @throws BenchError `interrupted` */
  async add(signal: AbortSignal): Promise<LaunchFailure | undefined> {
    const before = this.count;
    try {
      const instance = await this.#fleet.add();
      const life = this.#watch(instance);
      // One that was ended before its first byte counts as ready to some launchers; its exit is known by now.
      await tick();
      if (life.died === undefined) return undefined;
      await this.#fleet.drop([instance]);
      return { code: 'ended', text: life.died };
    } catch (error) {
      signal.throwIfAborted();
      await this.#fleet.shrinkTo(before);
      return { code: codeOf(error), text: messageOf(error) };
    }
  }

  /**
   * `requests` requests, one after the other, spread evenly over the residents.
   * @returns answer times in ns; undefined: instances of this technology cannot be asked
   * @throws BenchError `timeout`, `ended` where one does not answer
   */
  async ask(requests: number): Promise<readonly number[] | undefined> {
    const { instances } = this.#fleet;
    const times: number[] = [];
    for (let request = 0; request < requests; request += 1) {
      const turn = instances.length <= requests ? request % instances.length : Math.floor((request * instances.length) / requests);
      const instance = instances[turn];
      const life = instance && this.#lives.get(instance);
      if (!instance || !life) return undefined;
      life.uncertain = true;
      try {
        const { sentNs, repliedNs } = await this.#fleet.request(instance);
        times.push(repliedNs - sentNs);
      } catch (error) {
        if (codeOf(error) !== 'not-supported') throw error;
        life.uncertain = false;
        return undefined;
      }
      life.answers += 1;
      life.uncertain = false;
    }
    return times;
  }

  /** Removes the dead, then the youngest, until no more than `count` are left; nobody is asked to finish. */
  async cutTo(count: number): Promise<void> {
    const dead = this.#fleet.instances.filter((instance) => this.#lives.get(instance)?.died !== undefined);
    await this.#fleet.drop(dead);
    for (const instance of this.#fleet.instances.slice(count)) this.#leaving.add(instance);
    await this.#fleet.shrinkTo(count);
  }

  /** Lets the youngest finish until `count` are left. @returns what they did, as far as it is known. @throws BenchError `timeout` */
  async retireTo(count: number, exitTimeoutNs: number, signal: AbortSignal): Promise<readonly Retired[]> {
    const retiring = this.#fleet.instances.slice(count);
    for (const instance of retiring) this.#leaving.add(instance);
    for (const instance of retiring) await instance.release();
    const retired: Retired[] = [];
    for (const instance of retiring) {
      const life = this.#lives.get(instance);
      if (!life || life.died !== undefined) continue;
      const exit = await within(life.exit, exitTimeoutNs + RUNNER_GRACE_NS, 'exit', signal);
      if (!life.uncertain) retired.push({ exit, answers: life.answers });
    }
    await this.#fleet.shrinkTo(count);
    return retired;
  }

  #watch(instance: Instance): Life {
    const exit = instance.exited();
    const life: Life = { answers: 0, uncertain: false, exit, died: undefined };
    this.#lives.set(instance, life);
    exit.then(
      (facts) => this.#ended(instance, life, endOf(facts)),
      (error: unknown) => this.#ended(instance, life, messageOf(error)),
    );
    return life;
  }

  #ended(instance: Instance, life: Life, how: string): void {
    if (!this.#leaving.has(instance)) life.died = how;
  }
}

function endOf({ abnormal, exitCode, stderrTail }: ExitFacts): string {
  const tail = stderrTail.trim() === '' ? '' : `; stderr ends: ${stderrTail.trim().slice(-300)}`;
  return `an instance ended by itself: ${abnormal ?? `exit code ${exitCode ?? 'unknown'}`}${tail}`;
}
