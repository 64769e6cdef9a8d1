import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capEvents, capMemory } from './memory-cap.ts';

describe('the memory limit of a fleet’s group', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'memory-cap-'));
    await writeFile(join(folder, 'vmstat'), 'nr_free_pages 7\noom_kill 5\n');
  });
  afterEach(async () => rm(folder, { recursive: true }));

  const files = async (content: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, text] of Object.entries(content)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  };
  const read = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

  it('counts swap too on v1, where the kernel counts it', async () => {
    await files({ 'memory.limit_in_bytes': '9223372036854771712\n', 'memory.memsw.limit_in_bytes': '9223372036854771712\n' });
    await capMemory({ memoryV1: folder }, 64 * 1024 ** 2);
    expect(await read('memory.limit_in_bytes')).toBe('67108864');
    expect(await read('memory.memsw.limit_in_bytes')).toBe('67108864');
  });

  it('allows no swap on v2 and leaves memory.oom.group alone', async () => {
    await files({ 'memory.max': 'max\n', 'memory.swap.max': 'max\n', 'memory.oom.group': '0\n' });
    await capMemory({ v2: folder }, 1024 ** 2);
    expect([await read('memory.max'), await read('memory.swap.max'), await read('memory.oom.group')]).toEqual(['1048576', '0', '0\n']);
  });

  it('is refused with a remedy where nothing counts memory, or the file cannot be written', async () => {
    await expect(capMemory(undefined, 1)).rejects.toMatchObject({ code: 'memory-cap', remedy: expect.stringContaining('root') });
    await expect(capMemory({ v2: join(folder, 'gone') }, 1)).rejects.toMatchObject({ code: 'memory-cap' });
  });

  const control = (kills: number): string => `oom_kill_disable 0\nunder_oom 0\noom_kill ${kills}\n`;

  it('has its kills counted in the groups below on v1, and beside them those of the whole host', async () => {
    await files({
      'memory.failcnt': '2\n',
      'memory.oom_control': control(1),
      'a/memory.oom_control': control(2),
      'a/b/memory.oom_control': control(3),
    });
    expect(await capEvents({ memoryV1: folder }, folder)).toEqual({ kills: 6, full: true, hostKills: 5 });
  });

  it('was met on v1 by its largest charge too, where the kernel does not count failures', async () => {
    const group = (peak: number): Record<string, string> => ({
      'memory.failcnt': '0\n',
      'memory.memsw.failcnt': '0\n',
      'memory.memsw.limit_in_bytes': '8388608\n',
      'memory.memsw.max_usage_in_bytes': `${peak}\n`,
      'memory.oom_control': control(0),
    });
    await files(group(8388608));
    expect(await capEvents({ memoryV1: folder }, folder)).toMatchObject({ full: true });
    await files(group(7388608));
    expect(await capEvents({ memoryV1: folder }, folder)).toMatchObject({ full: false });
  });

  it('has them counted in the group itself on v2', async () => {
    await files({ 'memory.events': 'low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n' });
    expect(await capEvents({ v2: folder }, folder)).toEqual({ kills: 1, full: true, hostKills: 5 });
  });
});
