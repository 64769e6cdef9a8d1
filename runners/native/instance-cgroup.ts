import type { OwnedCgroup, RunContext } from '../../core/model/context.ts';
import { codeOf } from '../../core/model/error.ts';
import type { StartSpec } from '../runner.ts';

/**
 * The group an instance joins: its fleet's, on loan, or one of its own, which its dispose removes; undefined where the host does not let us make one
 * (the probes then say so).
 */
export async function instanceCgroup({ cgroups }: Pick<RunContext, 'cgroups'>, spec: StartSpec): Promise<OwnedCgroup | undefined> {
  const { fleetGroup } = spec;
  if (fleetGroup) return { ...fleetGroup, [Symbol.asyncDispose]: async () => {} };
  try {
    return await cgroups.create(spec.trialId);
  } catch (error) {
    if (codeOf(error) === 'cgroup-unavailable') return undefined;
    throw error;
  }
}

/** For programs launched as processes: none in timed runs, since joining a group costs up to milliseconds on cgroup v1 and would lie inside t0…t1. */
export async function heldCgroup(context: Pick<RunContext, 'cgroups'>, spec: StartSpec): Promise<OwnedCgroup | undefined> {
  return spec.activity === 'hold' || spec.activity === 'place' ? instanceCgroup(context, spec) : undefined;
}
