import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settledGroupMemory } from './cgroup-memory.ts';

const MIB = 1024 * 1024;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'group-'));
});
afterEach(async () => rm(folder, { recursive: true }));

async function v2(current: number, stat: Readonly<Record<string, number>>): Promise<void> {
  await writeFile(join(folder, 'memory.current'), String(current));
  const lines = Object.entries(stat).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(join(folder, 'memory.stat'), lines.join(''));
}

describe('the memory of a group', () => {
  it('is anonymous + shared + kernel memory on v2, shared memory being no page cache', async () => {
    await v2(1060 * MIB, { anon: 1000 * MIB, file: 50 * MIB, kernel: 10 * MIB, shmem: 20 * MIB });
    await writeFile(join(folder, 'memory.peak'), String(2000 * MIB));
    expect(await settledGroupMemory({ v2: folder })).toMatchObject({ unreclaimable: 1030 * MIB, file: 30 * MIB, peak: 2000 * MIB });
  });

  it('is rss + shared + kernel memory on v1, children included', async () => {
    const files = { 'memory.usage_in_bytes': 1030, 'memory.kmem.usage_in_bytes': 10, 'memory.max_usage_in_bytes': 1100 };
    for (const [name, mib] of Object.entries(files)) await writeFile(join(folder, name), `${mib * MIB}\n`);
    const stat = { rss: 0, total_rss: 1000 * MIB, total_cache: 20 * MIB, total_shmem: 5 * MIB };
    await writeFile(
      join(folder, 'memory.stat'),
      Object.entries(stat)
        .map(([name, value]) => `${name} ${value}\n`)
        .join(''),
    );
    expect(await settledGroupMemory({ memoryV1: folder })).toMatchObject({ unreclaimable: 1015 * MIB, file: 15 * MIB, peak: 1100 * MIB });
  });

  it('is read again until memory.stat has caught up with the group’s own counter', async () => {
    await v2(1000 * MIB, { anon: 0, file: 0, kernel: 1 * MIB, shmem: 0 });
    const read = settledGroupMemory({ v2: folder });
    await v2(1000 * MIB, { anon: 999 * MIB, file: 0, kernel: 1 * MIB, shmem: 0 });
    expect(await read).toMatchObject({ unreclaimable: 1000 * MIB });
  });

  it('is a reason instead of a number where memory.stat stays behind', async () => {
    await v2(1000 * MIB, { anon: 0, file: 0, kernel: 1 * MIB, shmem: 0 });
    const { unreclaimable } = await settledGroupMemory({ v2: folder }, 0);
    expect(unreclaimable).toMatch(/behind the group’s own counter/);
  });

  it('is a reason where there is no group, or a kernel that does not say', async () => {
    expect(await settledGroupMemory(undefined)).toMatchObject({ unreclaimable: 'this role has no cgroup of its own' });
    await v2(0, { anon: 0, file: 0, shmem: 0 });
    expect(await settledGroupMemory({ v2: folder })).toMatchObject({
      unreclaimable: expect.stringContaining('older than 5.18') as unknown,
    });
  });
});
