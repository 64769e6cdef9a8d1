import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { roleMemory, totalTarget } from './role-memory.ts';

const MIB = 1024 * 1024;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'groups-'));
});
afterEach(async () => rm(root, { recursive: true }));

/** A cgroup v2 folder with these charges and nobody in it. */
async function group(name: string, anonMib: number, kernelMib: number, members = ''): Promise<{ readonly v2: string }> {
  const folder = join(root, name);
  await mkdir(folder);
  const stat = `anon ${anonMib * MIB}\nfile 0\nkernel ${kernelMib * MIB}\nshmem 0\n`;
  const files = { 'memory.current': String((anonMib + kernelMib) * MIB), 'memory.stat': stat, 'memory.peak': '0', 'cgroup.procs': members };
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return { v2: folder };
}

describe('the memory of roles', () => {
  it('adds up the groups of one role', async () => {
    const cgroups = [await group('a', 10, 1), await group('b', 20, 2)];
    expect(await roleMemory({ role: 'instance', pids: [], cgroups })).toMatchObject({ unreclaimable: 33 * MIB, kernel: 3 * MIB });
  });

  it('counts a group that two roles name, and a process in two of them, once in the total', async () => {
    const daemons = await group('daemons', 50, 5);
    const total = totalTarget([
      { role: 'instance', pids: [process.pid], cgroups: [await group('fleet', 10, 1)] },
      { role: 'shim', pids: [process.pid], cgroups: [], countedIn: 'daemon' },
      { role: 'daemon', pids: [], cgroups: [daemons] },
      { role: 'vmm', pids: [], cgroups: [{ ...daemons }] },
    ]);
    expect(total.pids).toEqual([process.pid]);
    expect(await roleMemory(total)).toMatchObject({ role: 'total', unreclaimable: 66 * MIB, kernel: 6 * MIB });
  });

  it('has no total where one role is accounted nowhere', async () => {
    const roles = [
      { role: 'instance', pids: [], cgroups: [await group('fleet', 10, 1)] },
      { role: 'shim', pids: [process.pid], cgroups: [] },
    ] as const;
    expect(await roleMemory(totalTarget(roles))).toMatchObject({ unreclaimable: 'not every role has a cgroup of its own' });
  });

  it('says in whose group a role is counted', async () => {
    const shim = { role: 'shim', pids: [process.pid], cgroups: [], countedIn: 'daemon' } as const;
    const memory = await roleMemory(shim);
    expect(memory.unreclaimable).toBe('counted in the group of role daemon');
    expect(memory.pss.all).toBeGreaterThan(MIB);
    expect(memory.pss.all).toBeGreaterThan(Number(memory.pss.anonymous));
  });

  it('knows that an empty fleet has a PSS of 0, and that one with invisible members has none', async () => {
    expect((await roleMemory({ role: 'instance', pids: [], cgroups: [await group('empty', 0, 0)] })).pss).toEqual({ all: 0, anonymous: 0 });
    const full = { role: 'instance', pids: [], cgroups: [await group('full', 1, 0, '4242\n')] } as const;
    expect((await roleMemory(full)).pss.all).toBe('no process of this role is visible');
  });
});
