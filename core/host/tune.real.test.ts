import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { numberIn } from './kernel-number.ts';
import { tune } from './tune.ts';

const FILE = '/proc/sys/vm/max_map_count';

it.runIf(process.getuid?.() === 0)('raises vm.max_map_count of this machine and gives it back', async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'tune-real-'));
  const before = await numberIn(FILE);
  try {
    const tuned = await tune({ cacheDir });
    expect(await numberIn(FILE)).toBeGreaterThan(before ?? 0);
    await tuned[Symbol.asyncDispose]();
    expect(await numberIn(FILE)).toBe(before);
  } finally {
    await rm(cacheDir, { recursive: true });
  }
});
