import type { OwnedCgroup, RunContext } from '../../core/model/context.ts';
import { codeOf } from '../../core/model/error.ts';
import type { StartSpec } from '../runner.ts';

/**
 * A group of its own for an instance that will be held for memory readings; undefined for timed runs (joining a group costs up to milliseconds
 * on cgroup v1 and would lie inside t0…t1) and where the host does not let us make one (the memory probe then says so).
 */
export async function instanceCgroup(context: RunContext, spec: StartSpec): Promise<OwnedCgroup | undefined> {
  if (spec.activity !== 'hold') return undefined;
  try {
    return await context.cgroups.create(spec.trialId);
  } catch (error) {
    if (codeOf(error) === 'cgroup-unavailable') return undefined;
    throw error;
  }
}
