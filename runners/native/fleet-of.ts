import type { Fleet, Instance, RoleTarget, StartSpec } from '../runner.ts';

/** A fleet that needs nothing made for it: its instances are started one by one beside what stands anyway. */
export function fleetOf(start: (spec: StartSpec) => Promise<Instance>, standing: readonly RoleTarget[]): Fleet {
  return { start, standing: async () => standing, [Symbol.asyncDispose]: async () => {} };
}
