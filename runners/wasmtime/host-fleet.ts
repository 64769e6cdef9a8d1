import type { OwnedCgroup, RunContext } from '../../core/model/context.ts';
import { heldCgroup } from '../native/instance-cgroup.ts';
import type { JsonLineProcess } from '../../core/host/json-line-process.ts';
import { startWasmHost } from '../native/wasm-host.ts';
import type { Fleet, Instance, Prepared, RoleTarget, StartSpec } from '../runner.ts';
import { HostedInstance, hostRole } from './instance.ts';
import { PlacedInstance } from './placed-instance.ts';
import { placeRequest, runRequest } from './requests.ts';

/** A live host process of its own, in its fleet's group from the first page on, and all instances of a held trial in it: one thread each, or one placing. */
export class HostFleet implements Fleet {
  readonly #context: RunContext;
  readonly #prepared: Prepared;
  readonly #host: JsonLineProcess;
  readonly #cgroup: OwnedCgroup | undefined;

  private constructor(context: RunContext, prepared: Prepared, host: JsonLineProcess, cgroup: OwnedCgroup | undefined) {
    this.#context = context;
    this.#prepared = prepared;
    this.#host = host;
    this.#cgroup = cgroup;
  }

  /** @throws BenchError as `startWasmHost`, or as the first life of the program */
  static async open(context: RunContext, prepared: Prepared, spec: StartSpec): Promise<HostFleet> {
    const cgroup = await heldCgroup(context, spec);
    const host = await startWasmHost(context, cgroup?.procsFiles ?? []).catch(async (error: unknown) => {
      await cgroup?.[Symbol.asyncDispose]();
      throw error;
    });
    const fleet = new HostFleet(context, prepared, host, cgroup);
    try {
      if (spec.activity === 'hold') await fleet.#liveOnce(spec);
      return fleet;
    } catch (error) {
      await fleet[Symbol.asyncDispose]();
      throw error;
    }
  }

  async start(spec: StartSpec): Promise<Instance> {
    return this.#start(spec);
  }

  /** One instance, and the host with it. */
  async startAlone(spec: StartSpec): Promise<Instance> {
    return this.#start(spec, async () => this[Symbol.asyncDispose]());
  }

  async standing(): Promise<readonly RoleTarget[]> {
    return [hostRole({ host: this.#host, group: this.#cgroup?.ref })];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host[Symbol.asyncDispose]();
    await this.#cgroup?.[Symbol.asyncDispose]();
  }

  #start(spec: StartSpec, leave?: () => Promise<void>): Instance {
    const home = {
      host: this.#host,
      group: this.#cgroup?.ref,
      shared: leave === undefined,
      ...(leave === undefined ? {} : { leave }),
    };
    return spec.activity === 'place'
      ? new PlacedInstance(home, placeRequest(this.#prepared, spec), spec, () => this.#context.now())
      : new HostedInstance(home, runRequest(this.#prepared, spec), spec);
  }

  /**
   * A live host has its engine and has run such a program before: what the first one leaves behind belongs to the host, whether instances live in it or not,
   * so that an empty fleet lies on the line of the others.
   */
  async #liveOnce(spec: StartSpec): Promise<void> {
    const once: StartSpec = { ...spec, activity: 'run' };
    await using life = new HostedInstance(
      { host: this.#host, group: this.#cgroup?.ref, shared: true },
      runRequest(this.#prepared, once),
      once,
    );
    await life.exited();
  }
}
