import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Event } from '../core/model/event.ts';
import { scenarioYaml, thirdwave, workshop } from '../test/cli.ts';
import { leftovers } from '../test/leftovers.ts';

/** THIRDWAVE_KILLS=10 for the whole proof; CI takes three to stay within its time. */
const KILLS = Number(process.env['THIRDWAVE_KILLS'] ?? 3);

/** Every technology that lives in processes, groups, mounts or namespaces of its own. */
const CELLS = [
  '{ runner: process }',
  '{ runner: container, variants: [runc-scratch] }',
  '{ runner: wasmtime }',
  '{ runner: v8 }',
  '{ runner: docker-wasm, variants: [shim-aot, crun-wasmedge] }',
  '{ runner: oci, variants: [crun] }',
  '{ runner: containerd, variants: [runc, shim-aot] }',
];

const yaml = (cells: string): string =>
  scenarioYaml({ workloads: '[noop]', cells, rounds: '{ min: 200, max: 200 }', timeouts: '{ ready: 20s, exit: 20s }' });

const YAML = yaml(`[${CELLS.join(', ')}]`);
/** Virtual machines apart: finding out whether KVM works takes the first 4 s. */
const VM_YAML = yaml('[{ runner: process }, { runner: vm, variants: [qemu-microvm-cloud] }]');

describe('a run that is killed with SIGKILL', () => {
  it.each(Array.from({ length: KILLS }, (_, index) => index + 1))(
    'leaves nothing after sweep, and derive reads every finished trial (kill %i)',
    { timeout: 120_000 },
    async (index) => {
      await using place = await workshop();
      const file = join(place.path, 'mine.yaml');
      const vm = index % 3 === 0;
      await writeFile(file, vm ? VM_YAML : YAML);
      const running = thirdwave(['run', file, ...place.flags]);
      const afterMs = (vm ? 6000 : 500) + Math.random() * 8000;
      await pause(afterMs);
      running.kill('SIGKILL');
      await running;
      const sweep = await thirdwave(['sweep']);
      expect(sweep.exitCode).toBe(0);
      expect(await leftovers(), `killed after ${afterMs.toFixed(0)} ms; sweep said: ${sweep.stdout}`).toEqual([]);

      const events = (await place.read('events.jsonl').catch(() => '')).split('\n').filter((line) => line !== '');
      const ended = events
        .slice(0, -1)
        .map((line) => Event.parse(JSON.parse(line)))
        .filter((event) => event.kind === 'trial' && event.state === 'end' && event.round > 0);
      if (events.length === 0) return;
      const derived = await thirdwave(['derive', await place.runId(), '--results', join(place.path, 'runs')]);
      expect(derived.exitCode, derived.stderr).toBe(0);
      const samples = await place.read('samples.csv');
      for (const event of ended) expect(samples).toContain(event.trialId);
    },
  );
});

describe('a run that is interrupted with Ctrl-C', () => {
  it('keeps its finished rounds, removes everything, exits with 130 and can be resumed', { timeout: 120_000 }, async () => {
    await using place = await workshop();
    const file = join(place.path, 'mine.yaml');
    await writeFile(file, YAML.replaceAll('200', '6'));
    const running = thirdwave(['run', file, ...place.flags]);
    await expect
      .poll(async () => (await place.read('events.jsonl').catch(() => '')).split('"state":"end"').length, { timeout: 60_000 })
      .toBeGreaterThan(14);
    running.kill('SIGINT');
    const result = await running;
    expect(result.exitCode).toBe(130);
    expect(await leftovers()).toEqual([]);
    expect(JSON.parse(await place.read('manifest.json'))).toMatchObject({ status: 'aborted', statusReason: 'interrupted' });
    const resumed = await thirdwave(['run', '--resume', await place.runId(), ...place.flags]);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(JSON.parse(await place.read('manifest.json'))).toMatchObject({ status: 'complete', stops: [{ rounds: 6 }] });
  });
});
