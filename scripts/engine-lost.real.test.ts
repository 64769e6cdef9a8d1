import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scenarioYaml, thirdwave, workshop } from '../test/cli.ts';
import { leftovers } from '../test/leftovers.ts';

describe('an engine that dies in the middle of a run', () => {
  it('costs its own trials only: failures recorded, the rest measured, exit code 4, nothing left', { timeout: 120_000 }, async () => {
    await using place = await workshop();
    const file = join(place.path, 'mine.yaml');
    const cells = '[{ runner: process }, { runner: container, variants: [runc-scratch] }]';
    await writeFile(
      file,
      scenarioYaml({ workloads: '[noop]', cells, rounds: '{ min: 8, max: 8 }', timeouts: '{ ready: 20s, exit: 20s }' }),
    );
    const running = thirdwave(['run', file, ...place.flags]);
    await expect.poll(async () => (await place.read('events.jsonl').catch(() => '')).includes('"t1"'), { timeout: 60_000 }).toBe(true);
    const daemons = await dockerds();
    expect(daemons.length).toBeGreaterThan(0);
    for (const pid of daemons) process.kill(pid, 'SIGKILL');
    const result = await running;
    expect(result.exitCode, result.stderr).toBe(4);
    const events = await place.read('events.jsonl');
    expect(events).toMatch(/"code":"engine-lost"/);
    const processTrials = events.split('\n').filter((line) => line.includes('"state":"end"') && line.includes('process/native/noop"'));
    expect(processTrials.length).toBeGreaterThanOrEqual(8);
    await thirdwave(['sweep']);
    expect(await leftovers()).toEqual([]);
  });
});

async function dockerds(): Promise<readonly number[]> {
  const found = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0')[0] ?? '';
    if (/(^|\/)dockerd$/.test(command)) found.push(Number(name));
  }
  return found;
}
