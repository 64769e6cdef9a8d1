import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { Event } from '../core/model/event.ts';
import { scenarioYaml, thirdwave, type Workshop, workshop } from '../test/cli.ts';

const MIB = 1024 ** 2;
const EACH_BYTES = 4 * MIB;

async function scenario({ path }: Workshop, runner: string, variant: string, ramp: string): Promise<string> {
  const file = join(path, 'ramp.yaml');
  const cells = `[{ runner: ${runner}, variants: [${variant}] }]`;
  await writeFile(
    file,
    scenarioYaml({
      workloads: '[hold-4mib]',
      cells,
      timeouts: '{ ready: 20s, exit: 20s }',
      more: `activity: ramp\nramp: ${ramp}\n`,
    }),
  );
  return file;
}

async function events(path: string): Promise<Event[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => Event.parse(JSON.parse(line)));
}

function only<K extends Event['kind']>(all: readonly Event[], kind: K): Extract<Event, { kind: K }>[] {
  return all.filter((event): event is Extract<Event, { kind: K }> => event.kind === kind);
}

/** Groups of a run that are still there. */
async function groupsOf(runId: string): Promise<string> {
  return (await execa('find', ['/sys/fs/cgroup', '-type', 'd', '-name', runId], { reject: false })).stdout;
}

describe('a density ramp on real engines', { timeout: 110_000 }, () => {
  it.each([
    ['process', 'native', 64],
    ['wasmtime', 'aot', 96],
    ['v8', 'jit', 192],
    ['container', 'runc-scratch', 64],
    ['docker-wasm', 'shim-aot', 64],
  ])('packs %s/%s until the memory cap of %d MiB stops it, says so, and leaves nothing', async (runner, variant, capMib) => {
    await using place = await workshop();
    const load = "{ residents: ['0%', '50%'], concurrent: [1, 2], starts: 2 }";
    const file = await scenario(place, runner, variant, `{ memoryCap: ${capMib}MiB, most: 100, timeLimit: 80s, load: ${load} }`);
    const result = await thirdwave(['run', file, ...place.flags]);
    expect(result.stderr).not.toContain('left over');
    expect(result.exitCode).toBe(0);
    const runId = await place.runId();
    const all = await events(join(place.path, 'runs', runId, 'events.jsonl'));
    const [limit] = only(all, 'limit');
    const most = (capMib * MIB) / EACH_BYTES;
    expect(limit?.instances).toBeLessThanOrEqual(most);
    expect(limit?.instances).toBeGreaterThan(most / 4);
    // close below the cap, reclaim may make answers slow before anything is ended
    expect(['memory-cap', 'answer-time']).toContain(limit?.limit);
    const refused = only(all, 'level').filter(({ ok }) => !ok);
    expect(refused.length).toBeGreaterThan(0);
    for (const { because } of refused) expect(because).toMatch(/^(memory-cap|answer-time): /);
    const good = only(all, 'level').filter(({ ok }) => ok);
    for (const { instances, memoryBytes, probeP95Ns } of good.filter((level) => level.instances > 0)) {
      expect(memoryBytes).toBeGreaterThan(instances * EACH_BYTES);
      expect(memoryBytes).toBeLessThan(capMib * MIB);
      expect(probeP95Ns).toBeGreaterThan(0);
    }
    const cap = only(all, 'headroom').find((row) => row.limit === 'memory-cap');
    expect(cap?.max).toBe(capMib * MIB);
    const starts = only(all, 'reading').filter(({ metric }) => metric.startsWith('cold_start_at_'));
    expect(starts).toHaveLength(2 * 2 * 2);
    expect(starts.filter(({ value }) => value === undefined)).toEqual([]);
    expect(only(all, 'output').map(({ correct }) => correct)).toEqual([true]);
    expect(await groupsOf(runId)).toBe('');
  });

  it('keeps its levels and leaves nothing when it is interrupted', async () => {
    await using place = await workshop();
    const file = await scenario(place, 'process', 'native', '{ most: 400, timeLimit: 80s, requests: 600 }');
    const running = thirdwave(['run', file, ...place.flags]);
    const runs = join(place.path, 'runs');
    let path = '';
    for (let seen: number | undefined = 0; seen < 4; await pause(20)) {
      const [runId] = await readdir(runs).catch(() => []);
      if (runId !== undefined) path = join(runs, runId, 'events.jsonl');
      seen = path === '' ? 0 : only(await events(path).catch(() => []), 'level').length;
    }
    running.kill('SIGINT');
    const { exitCode } = await running;
    expect(exitCode).toBe(130);
    const all = await events(path);
    expect(
      only(all, 'level')
        .map(({ instances }) => instances)
        .slice(0, 4),
    ).toEqual([0, 1, 2, 4]);
    expect(only(all, 'limit')).toEqual([]);
    expect(only(all, 'warning').filter(({ code }) => code === 'left-over')).toEqual([]);
    expect(await groupsOf(await place.runId())).toBe('');
  });
});
