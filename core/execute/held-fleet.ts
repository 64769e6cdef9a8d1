import { availableMemoryBytes } from '../host/memory-info.ts';
import type { OwnedCgroup, RunContext } from '../model/context.ts';
import { BenchError, codeOf } from '../model/error.ts';
import type { ExitFacts, Fleet, Instance, Prepared, Reply, RunnerSession, StartSpec, Target } from '../../runners/runner.ts';
import { givenUpCleanly, within } from './deadline.ts';
import { DISPOSE_LIMIT_NS, HOST_FLOOR_BYTES, RUNNER_GRACE_NS } from './limits.ts';
import { mergeTargets } from './merge-targets.ts';
import type { TrialInput } from './trial-life.ts';

/** instances removed at the same time: daemons have their own queues */
const REMOVALS_AT_ONCE = 4;
export interface FleetInput {
  readonly session: RunnerSession;
  readonly prepared: Prepared;
  readonly context: RunContext;
  readonly trialId: string;
  /** what each instance is asked to do */
  readonly activity: 'hold' | 'place';
  readonly readyTimeoutNs: number;
  readonly exitTimeoutNs: number;
  /** activity `place`: instances of the one host process */
  readonly instances?: number;
  /** free memory of the host below which nothing is started any more, B */
  readonly floorBytes: number;
}

const A_LINE = new TextEncoder().encode('\n');

/** The instances that live at the same time in one held trial, in the order of their starts, with the group they are accounted in. */
export class HeldFleet implements AsyncDisposable {
  readonly instances: Instance[] = [];
  readonly group: OwnedCgroup | undefined;
  readonly #input: FleetInput;
  readonly #shared: Fleet | undefined;
  #made = 0;

  private constructor(input: FleetInput, group: OwnedCgroup | undefined, shared: Fleet | undefined) {
    this.#input = input;
    this.group = group;
    this.#shared = shared;
  }

  /** @throws BenchError as the runner's `openFleet` */
  static async open(input: FleetInput): Promise<HeldFleet> {
    const group = await fleetGroup(input);
    try {
      const shared = await input.session.openFleet?.(input.prepared, specOf(input, input.trialId, group));
      return new HeldFleet(input, group, shared);
    } catch (error) {
      await group?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** For the trial at hand, with what differs from its own limits and from activity `hold`. @throws BenchError as `open` */
  static async ofTrial({ session, prepared, context, trial, rules }: TrialInput, change: Partial<FleetInput> = {}): Promise<HeldFleet> {
    const { readyTimeoutNs, exitTimeoutNs } = rules;
    const own = { session, prepared, context, trialId: trial.id, activity: 'hold', readyTimeoutNs, exitTimeoutNs } as const;
    return HeldFleet.open({ ...own, floorBytes: HOST_FLOOR_BYTES, ...change });
  }

  /** One more instance, once it is ready. @throws BenchError `memory-floor`, or as the runner's `start` and `ready` */
  async add(): Promise<Instance> {
    const instance = await this.start();
    this.instances.push(instance);
    const { readyTimeoutNs, context } = this.#input;
    await within(instance.ready(), readyTimeoutNs + RUNNER_GRACE_NS, 'first byte', context.signal);
    return instance;
  }

  /** Starts an instance that is not kept among the fleet's: its owner disposes it. @throws BenchError as `add` */
  async start(): Promise<Instance> {
    const { session, prepared, context, readyTimeoutNs, floorBytes } = this.#input;
    context.signal.throwIfAborted();
    const free = await availableMemoryBytes();
    if (free < floorBytes) {
      throw new BenchError({
        code: 'memory-floor',
        message: `the host has ${free} B of memory left, which is below the floor of ${floorBytes} B: nothing more is started`,
        remedy: 'ask for fewer instances, or free memory',
      });
    }
    this.#made += 1;
    const spec = specOf(this.#input, `${this.#input.trialId}.i${String(this.#made).padStart(4, '0')}`, this.group);
    const starting = this.#shared ? this.#shared.start(spec) : session.start(prepared, spec);
    return givenUpCleanly(starting, readyTimeoutNs + RUNNER_GRACE_NS, context.signal);
  }

  /** One request to one instance. @throws BenchError `not-supported`, `timeout`, `ended` */
  async request(instance: Instance): Promise<Reply> {
    const { prepared, context, readyTimeoutNs } = this.#input;
    const { expected, id } = prepared.workload;
    if (!instance.request || expected.kind !== 'bytes') {
      const message = instance.request
        ? `the reply of workload ${id} is only known by its digest`
        : 'instances of this technology cannot be asked';
      throw new BenchError({ code: 'not-supported', message, remedy: 'leave state after-first-request out' });
    }
    return within(instance.request(A_LINE, expected.bytes.length), readyTimeoutNs, 'reply', context.signal);
  }

  /** Processes and groups of all instances and of what they share, each once. */
  async target(): Promise<Target> {
    const own = await Promise.all(this.instances.map(async (instance) => instance.target()));
    return mergeTargets([...own, { roles: (await this.#shared?.standing()) ?? [] }], this.group?.ref);
  }

  /** Lets all instances finish. @returns their exits, in the order of their starts. @throws BenchError `timeout` */
  async finish(): Promise<readonly ExitFacts[]> {
    const { exitTimeoutNs, context } = this.#input;
    for (const instance of this.instances) await instance.release();
    const exits = this.instances.map(async (instance) =>
      within(instance.exited(), exitTimeoutNs + RUNNER_GRACE_NS, 'exit', context.signal),
    );
    return Promise.all(exits);
  }

  /** Removes the youngest instances until `count` are left. @throws the first removal's failure, after all were tried */
  async shrinkTo(count: number): Promise<void> {
    await removeAll(this.instances.splice(count));
  }

  /** Removes these instances, wherever they stand. @throws the first removal's failure, after all were tried */
  async drop(leaving: readonly Instance[]): Promise<void> {
    const gone = new Set(leaving);
    const staying = this.instances.filter((instance) => !gone.has(instance));
    this.instances.splice(0, this.instances.length, ...staying);
    await removeAll(leaving);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.shrinkTo(0);
    } finally {
      await this.#shared?.[Symbol.asyncDispose]();
      await this.group?.[Symbol.asyncDispose]();
    }
  }
}

/** The youngest first, some at a time. */
async function removeAll(instances: readonly Instance[]): Promise<void> {
  const leaving = [...instances];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let instance = leaving.pop(); instance !== undefined; instance = leaving.pop()) {
      const removal = Promise.resolve(instance[Symbol.asyncDispose]());
      await within(removal, DISPOSE_LIMIT_NS, 'disposal', new AbortController().signal).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: REMOVALS_AT_ONCE }, worker));
  if (failures.length > 0) throw failures[0];
}

function specOf(input: FleetInput, trialId: string, group: OwnedCgroup | undefined): StartSpec {
  const { activity, instances, readyTimeoutNs, exitTimeoutNs, context } = input;
  const many = instances === undefined ? {} : { instances };
  return { trialId, activity, readyTimeoutNs, exitTimeoutNs, signal: context.signal, fleetGroup: group, ...many };
}

async function fleetGroup({ context, trialId }: FleetInput): Promise<OwnedCgroup | undefined> {
  try {
    return await context.cgroups.create(trialId);
  } catch (error) {
    if (codeOf(error) === 'cgroup-unavailable') return undefined;
    throw error;
  }
}
