import { describe, expect, it } from 'vitest';
import { mergeTargets } from './merge-targets.ts';

const FLEET = { memoryV1: '/m/fleet', cpuacctV1: '/c/fleet' };
const DAEMONS = { memoryV1: '/m/engine', cpuacctV1: '/c/engine' };

describe('the target of a fleet', () => {
  it('has every process and every group of its instances once', () => {
    const daemon = { role: 'daemon', pids: [1, 2], cgroups: [DAEMONS] } as const;
    const shim = (pid: number) => ({ role: 'shim', pids: [pid], cgroups: [], countedIn: 'daemon' }) as const;
    const instance = (pid: number) => ({ role: 'instance', pids: [pid], cgroups: [{ ...FLEET }] }) as const;
    const target = mergeTargets([{ roles: [instance(10), shim(11), daemon] }, { roles: [instance(20), shim(21), daemon] }], FLEET);
    expect(target.roles).toEqual([
      { role: 'instance', pids: [10, 20], cgroups: [FLEET] },
      { role: 'shim', pids: [11, 21], cgroups: [], countedIn: 'daemon' },
      daemon,
    ]);
  });

  it('keeps the groups of instances that each have their own', () => {
    const own = (name: string) => ({ role: 'instance', pids: [], cgroups: [{ v2: name }] }) as const;
    expect(mergeTargets([{ roles: [own('/a')] }, { roles: [own('/b')] }], undefined).roles).toEqual([
      { role: 'instance', pids: [], cgroups: [{ v2: '/a' }, { v2: '/b' }] },
    ]);
  });

  it('reads the group of an empty fleet as its instances’', () => {
    expect(mergeTargets([], FLEET).roles).toEqual([{ role: 'instance', pids: [], cgroups: [FLEET] }]);
  });

  it('does not invent instances where another role lives in the fleet’s group', () => {
    const host = { role: 'host-process', pids: [7], cgroups: [FLEET] } as const;
    expect(mergeTargets([{ roles: [host] }], FLEET).roles).toEqual([host]);
  });

  it('has nothing where nothing lives and no group could be made', () => {
    expect(mergeTargets([], undefined)).toEqual({ roles: [] });
  });
});
