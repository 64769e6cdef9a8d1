import type { OwnedCgroup, RunContext } from '../../core/model/context.ts';
import { codeOf, messageOf } from '../../core/model/error.ts';

/** The daemons' own cgroup and the default parent of containers, where the host lets us make them. */
export class EngineGroups implements AsyncDisposable {
  readonly daemons: OwnedCgroup | undefined;
  readonly containers: OwnedCgroup | undefined;
  #kept = false;

  constructor(daemons: OwnedCgroup | undefined, containers: OwnedCgroup | undefined) {
    this.daemons = daemons;
    this.containers = containers;
  }

  static async create({ cgroups, log }: Pick<RunContext, 'cgroups' | 'log'>): Promise<EngineGroups> {
    try {
      return new EngineGroups(await cgroups.create('engine'), await cgroups.create('containers'));
    } catch (error) {
      if (codeOf(error) !== 'cgroup-unavailable') throw error;
      log.debug(`the engine gets no cgroup of its own: ${messageOf(error)}`);
      return new EngineGroups(undefined, undefined);
    }
  }

  keep(): void {
    this.#kept = true;
  }

  async remove(): Promise<void> {
    await this.containers?.[Symbol.asyncDispose]();
    await this.daemons?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#kept) await this.remove();
  }
}
