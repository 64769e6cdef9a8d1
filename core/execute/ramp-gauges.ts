import { setTimeout as pause } from 'node:timers/promises';
import { groupCpuNs } from '../host/cgroup-cpu.ts';
import { settledGroupMemory } from '../host/cgroup-memory.ts';
import { membersOf } from '../host/cgroup-tree.ts';
import { readHeadroom } from '../host/limits.ts';
import { type CapEvents, capEvents } from '../host/memory-cap.ts';
import { availableMemoryBytes } from '../host/memory-info.ts';
import { memoryPressure } from '../host/memory-pressure.ts';
import { offerToOomKiller } from '../host/oom-score.ts';
import type { CgroupRef, RunContext } from '../model/context.ts';
import type { Headroom } from '../model/headroom.ts';
import type { HeldFleet } from './held-fleet.ts';

const CALM_LIMIT_MS = 60_000;

/** What a level of a ramp looks like from outside. */
export interface Look {
  readonly memoryBytes: number | undefined;
  readonly hostAvailableBytes: number;
  readonly daemonCpus: number | undefined;
  /** 0…1; undefined: not measured by this kernel */
  readonly pressure: number | undefined;
}

/** Reads the fleet’s group, the host and the daemons while a ramp goes on. */
export class RampGauges {
  readonly #fleet: HeldFleet;
  readonly #now: RunContext['now'];
  readonly #start: CapEvents;
  #daemons: { readonly group: CgroupRef | undefined; readonly pids: readonly number[] } = { group: undefined, pids: [] };
  #daemonsBefore: { readonly cpuNs: number; readonly atNs: number } | undefined;
  #daemonCpus: number | undefined;

  private constructor(fleet: HeldFleet, now: RunContext['now'], start: CapEvents) {
    this.#fleet = fleet;
    this.#now = now;
    this.#start = start;
  }

  static async open(fleet: HeldFleet, now: RunContext['now']): Promise<RampGauges> {
    return new RampGauges(fleet, now, await capEvents(fleet.group?.ref));
  }

  /** Waits until what ran before is no longer short of memory: the kernel’s average looks 10 s back. */
  async calm(below: number, signal: AbortSignal): Promise<void> {
    const deadlineMs = performance.now() + CALM_LIMIT_MS;
    while (((await memoryPressure()) ?? 0) > below && performance.now() < deadlineMs) await pause(1000, undefined, { signal });
  }

  /** Called before the fleet grows: daemons are counted from here on. */
  async mark(): Promise<void> {
    await this.#findDaemons();
    const cpu = await groupCpuNs(this.#daemons.group);
    this.#daemonsBefore = 'ns' in cpu ? { cpuNs: cpu.ns, atNs: this.#now() } : undefined;
  }

  /** Called after the level was reached, before it is asked anything. */
  async reached(): Promise<void> {
    await offerToOomKiller(await this.#instancePids());
    const before = this.#daemonsBefore;
    const cpu = before === undefined ? undefined : await groupCpuNs(this.#daemons.group);
    const seconds = before === undefined ? 0 : this.#now() - before.atNs;
    this.#daemonCpus =
      before !== undefined && cpu !== undefined && 'ns' in cpu && seconds > 0 ? (cpu.ns - before.cpuNs) / seconds : undefined;
  }

  async look(): Promise<Look> {
    const { unreclaimable } = await settledGroupMemory(this.#fleet.group?.ref);
    return {
      memoryBytes: typeof unreclaimable === 'number' ? unreclaimable : undefined,
      hostAvailableBytes: await availableMemoryBytes(),
      daemonCpus: this.#daemonCpus,
      pressure: await memoryPressure(),
    };
  }

  /** Since the ramp began. */
  async cap(): Promise<CapEvents> {
    const now = await capEvents(this.#fleet.group?.ref);
    return {
      kills: Math.max(0, now.kills - this.#start.kills),
      full: now.full,
      hostKills: now.hostKills - this.#start.hostKills,
    };
  }

  async headroom(): Promise<readonly Headroom[]> {
    return readHeadroom({
      group: this.#fleet.group?.ref,
      instancePids: await this.#instancePids(),
      daemonPids: this.#daemons.pids,
      daemonCpus: this.#daemonCpus,
    });
  }

  async #instancePids(): Promise<readonly number[]> {
    const ref = this.#fleet.group?.ref;
    const folder = ref?.memoryV1 ?? ref?.v2;
    if (folder !== undefined) return membersOf(folder);
    const { roles } = await this.#fleet.target();
    return roles.filter(({ role }) => role !== 'daemon' && role !== 'shim').flatMap(({ pids }) => pids);
  }

  /** Daemons are the same for every instance: the first one is asked, once. */
  async #findDaemons(): Promise<void> {
    if (this.#daemons.pids.length > 0) return;
    const [first] = this.#fleet.instances;
    const { roles } = first === undefined ? await this.#fleet.target() : await first.target();
    const daemon = roles.find(({ role }) => role === 'daemon');
    if (daemon) this.#daemons = { group: daemon.cgroups[0], pids: daemon.pids };
  }
}
