import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { offerToOomKiller, protectSuite, scoreForChildren } from './oom-score.ts';

const IS_ROOT = process.getuid?.() === 0;

describe('who dies first when memory runs out', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oom-score-'));
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it('is not the suite while it is protected, and what it launches then is to have its former score', async () => {
    const file = join(folder, 'oom_score_adj');
    await writeFile(file, '12\n');
    const protection = await protectSuite(file);
    expect(await readFile(file, 'utf8')).toBe('-900');
    expect(scoreForChildren()).toBe('12');
    await protection[Symbol.asyncDispose]();
    expect(await readFile(file, 'utf8')).toBe('12');
    expect(scoreForChildren()).toBeUndefined();
  });

  it('stays as it was where the suite is protected better already', async () => {
    const file = join(folder, 'oom_score_adj');
    await writeFile(file, '-1000\n');
    await using _protection = await protectSuite(file);
    expect(await readFile(file, 'utf8')).toBe('-1000');
  });

  it('is said where the kernel does not allow it, and nothing is left changed', async () => {
    const file = join(folder, 'nowhere');
    await expect(protectSuite(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(file, '0', { mode: 0o444 });
    if (!IS_ROOT) await expect(protectSuite(file)).rejects.toMatchObject({ code: 'not-protected' });
    expect(scoreForChildren()).toBeUndefined();
  });

  it('is an instance, unless it was higher already or is gone', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    try {
      await offerToOomKiller([pid, 2 ** 22 + 1]);
      expect(await readFile(`/proc/${pid}/oom_score_adj`, 'utf8')).toBe('500\n');
      await writeFile(`/proc/${pid}/oom_score_adj`, '700');
      await offerToOomKiller([pid]);
      expect(await readFile(`/proc/${pid}/oom_score_adj`, 'utf8')).toBe('700\n');
    } finally {
      child.kill('SIGKILL');
    }
  });
});
