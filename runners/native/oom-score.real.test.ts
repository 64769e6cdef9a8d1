import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { protectSuite } from '../../core/host/oom-score.ts';
import { realRun } from '../../test/real-run.ts';
import { startWasmHost } from './wasm-host.ts';

it('gives a host process that is launched during a ramp the suite’s former score, not its protection', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oom-real-'));
  // Stands for the suite's own file, which only a process with CAP_SYS_RESOURCE may lower; what the child does to itself is real.
  const file = join(folder, 'oom_score_adj');
  await writeFile(file, '12\n');
  try {
    await using run = await realRun();
    await using protection = await protectSuite(file);
    expect(protection).toBeDefined();
    await using host = await startWasmHost(run.context);
    expect(await readFile(`/proc/${host.pid}/oom_score_adj`, 'utf8')).toBe('12\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});
