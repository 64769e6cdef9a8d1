import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { scenarioYaml, thirdwave, workshop, type Workshop } from '../test/cli.ts';

/** What users get wrong, and what goes wrong under them, through the command line and on real engines. */

async function runScenario(place: Workshop, yaml: string, ...more: string[]) {
  const file = join(place.path, 'mine.yaml');
  await writeFile(file, yaml);
  return thirdwave(['run', file, ...place.flags, ...more], { cwd: place.path });
}

type Row = Readonly<Record<string, string>>;

async function rows(place: Workshop): Promise<readonly Row[]> {
  return parse<Row>(await place.read('samples.csv'), { columns: true });
}

/** A module whose _start is `unreachable`. */
function trappingModule(): Buffer {
  const name = Buffer.from('_start');
  const memory = Buffer.from('memory');
  const exports = [Buffer.from([2, name.length]), name, Buffer.from([0, 0, memory.length]), memory, Buffer.from([2, 0])];
  const section = (id: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([id, body.length]), body]);
  return Buffer.concat([
    Buffer.from('0061736d01000000', 'hex'),
    section(1, Buffer.from([1, 0x60, 0, 0])),
    section(3, Buffer.from([1, 0])),
    section(5, Buffer.from([1, 0, 1])),
    section(7, Buffer.concat(exports)),
    section(10, Buffer.from([1, 3, 0, 0x00, 0x0b])),
  ]);
}

describe('a scenario that is wrong', () => {
  it.each([
    [
      'an unknown key',
      scenarioYaml({ workloads: '[noop]', cells: '[{ runner: process }]', more: 'workload: x\n' }),
      /mine\.yaml:7:1: unknown key “workload”/,
    ],
    [
      'a wrong unit',
      scenarioYaml({ workloads: '[noop]', cells: '[{ runner: process }]', timeouts: '{ ready: 5 parsecs }' }),
      /mine\.yaml:6:\d+: timeouts\.ready: not a duration/,
    ],
    ['an unknown workload', scenarioYaml({ workloads: '[nope]', cells: '[{ runner: process }]' }), /unknown workload “nope”/],
    [
      'an unknown runner',
      scenarioYaml({ workloads: '[noop]', cells: '[{ runner: proces }]' }),
      /unknown runner “proces”.*\n.*did you mean “process”/,
    ],
    [
      'a file that is not there',
      scenarioYaml({ workloads: '[{ id: own, binary: ./nowhere, expect: { stdout: hi } }]', cells: '[{ runner: process }]' }),
      /workload own: cannot read .*nowhere/,
    ],
  ])('is refused with exit code 2 and its place: %s', async (_, yaml, message) => {
    await using place = await workshop();
    const result = await runScenario(place, yaml);
    expect(result.stderr).toMatch(message);
    expect(result.exitCode).toBe(2);
  });

  it('is refused for an unknown command and an unknown option, with what was probably meant', async () => {
    const command = await thirdwave(['bnech']);
    expect([command.exitCode, command.stderr]).toEqual([2, expect.stringContaining('did you mean “bench”?')]);
    const option = await thirdwave(['plan', '--sed', '3']);
    expect([option.exitCode, option.stderr]).toEqual([2, expect.stringContaining('did you mean “--seed”?')]);
  });
});

describe('a program that misbehaves', () => {
  it('is failed(wrong-output) when it prints something else: its time is not used, exit code 4', async () => {
    await using place = await workshop();
    const own = join(place.path, 'own');
    await writeFile(own, '#!/bin/sh\necho something else\n');
    await chmod(own, 0o755);
    const result = await runScenario(
      place,
      scenarioYaml({ workloads: '[{ id: own, binary: ./own, expect: { stdout: "right\\n" } }]', cells: '[{ runner: process }]' }),
    );
    expect(result.exitCode).toBe(4);
    const cold = (await rows(place)).filter((row) => row['metric'] === 'cold_start');
    expect(cold.map((row) => [row['status'], row['value'], row['reason']])).toEqual([['failed', '', 'wrong-output']]);
  });

  it('is measured when it is right: own binary with arguments, stdin and expected output', async () => {
    await using place = await workshop();
    const own = join(place.path, 'own');
    await writeFile(own, '#!/bin/sh\nread line\necho "$1 $line $GREETING"\n');
    await chmod(own, 0o755);
    const workload =
      '[{ id: own, binary: ./own, args: [one], env: { GREETING: hi }, stdin: { text: "two\\n" }, expect: { stdout: "one two hi\\n" } }]';
    const result = await runScenario(place, scenarioYaml({ workloads: workload, cells: '[{ runner: process }]' }));
    expect(result.exitCode).toBe(0);
    const cold = (await rows(place)).find((row) => row['metric'] === 'cold_start');
    expect(cold?.['status']).toBe('ok');
    expect(Number(cold?.['value'])).toBeGreaterThan(0);
  });

  it.each(['wasmtime', 'v8'])('is failed(abnormal-exit) when its .wasm traps, on %s', async (runner) => {
    await using place = await workshop();
    await writeFile(join(place.path, 'trap.wasm'), trappingModule());
    const result = await runScenario(
      place,
      scenarioYaml({ workloads: '[{ id: own, wasm: ./trap.wasm, expect: { stdout: "x" } }]', cells: `[{ runner: ${runner} }]` }),
    );
    expect(result.exitCode).toBe(4);
    expect(await place.read('events.jsonl')).toMatch(/"code":"abnormal-exit","message":"trap[^"]*unreachable/);
  });

  it('is failed, with the reason, when its .wasm is no Wasm at all', async () => {
    await using place = await workshop();
    await writeFile(join(place.path, 'not.wasm'), 'this is text');
    const result = await runScenario(
      place,
      scenarioYaml({
        workloads: '[{ id: own, wasm: ./not.wasm, expect: { stdout: "x" } }]',
        cells: '[{ runner: wasmtime, variants: [jit] }]',
      }),
    );
    expect(result.exitCode).toBe(4);
    expect(await place.read('events.jsonl')).toContain('not-wasm');
  });

  it('is cut off and censored when it never prints', async () => {
    await using place = await workshop();
    const own = join(place.path, 'own');
    await writeFile(own, '#!/bin/sh\nsleep 60\n');
    await chmod(own, 0o755);
    const yaml = scenarioYaml({
      workloads: '[{ id: own, binary: ./own, expect: { stdout: "x" } }]',
      cells: '[{ runner: process }]',
      timeouts: '{ ready: 300ms, exit: 2s }',
    });
    expect((await runScenario(place, yaml)).exitCode).toBe(4);
    expect(await place.read('summary.csv')).toMatch(/cold_start/);
    const cold = (await rows(place)).filter((row) => row['metric'] === 'cold_start');
    expect(cold.map((row) => row['status'])).toEqual(['failed']);
    expect(cold[0]?.['reason']).toMatch(/timeout/);
  });
});

describe('a host that gets in the way', () => {
  const yaml = scenarioYaml({ workloads: '[noop]', cells: '[{ runner: process }]', rounds: '{ min: 3, max: 3 }' });

  it('has its unwritable results folder named, exit code 3', async () => {
    await using place = await workshop();
    await writeFile(join(place.path, 'file'), '');
    await writeFile(join(place.path, 'mine.yaml'), yaml);
    const result = await thirdwave(['run', join(place.path, 'mine.yaml'), '--results', join(place.path, 'file', 'below')]);
    expect([result.exitCode, result.stderr]).toEqual([3, expect.stringMatching(/cannot write .*file\/below[\s\S]*--results/)]);
  });

  it('keeps what was recorded before the disk was full, and says so', async () => {
    await using place = await workshop();
    const small = join(place.path, 'small');
    await mkdir(small);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', small]);
    try {
      await writeFile(join(place.path, 'mine.yaml'), yaml.replace('{ min: 3, max: 3 }', '{ min: 400, max: 400 }'));
      const result = await thirdwave(['run', join(place.path, 'mine.yaml'), '--results', small, '--reports', join(place.path, 'out')]);
      expect(result.exitCode).toBe(3);
      expect(result.stderr).toMatch(/cannot write .*events\.jsonl: .*ENOSPC[\s\S]*free space/);
    } finally {
      await execa('umount', [small]);
    }
  });

  it('has its truncated last line skipped: everything before it is used, and it says so', async () => {
    await using place = await workshop();
    await runScenario(place, yaml);
    const events = await place.read('events.jsonl');
    const lines = events.split('\n');
    const file = join(place.path, 'runs', await place.runId(), 'events.jsonl');
    await writeFile(file, `${lines.slice(0, -8).join('\n')}\n${lines.at(-8)?.slice(0, 20)}`);
    const result = await thirdwave(['derive', await place.runId(), '--results', join(place.path, 'runs')]);
    expect([result.exitCode, result.stderr]).toEqual([0, expect.stringMatching(/events\.jsonl line \d+: .*are used/)]);
  });
});

describe('derive', () => {
  it('rebuilds every derived file byte for byte', async () => {
    await using place = await workshop();
    await runScenario(
      place,
      scenarioYaml({ workloads: '[noop]', cells: '[{ runner: process }, { runner: v8 }]', rounds: '{ min: 3, max: 3 }' }),
    );
    const files = ['samples.csv', 'summary.csv', 'verdicts.json', 'report.json', 'datapackage.json'];
    const before = await Promise.all(files.map(async (file) => place.read(file)));
    await thirdwave(['derive', await place.runId(), '--results', join(place.path, 'runs')]);
    expect(await Promise.all(files.map(async (file) => place.read(file)))).toEqual(before);
  });
});
