import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { Comparison } from '../core/model/comparison.ts';
import { parseHyperfine } from '../results/gate/hyperfine.ts';
import { scenarioYaml, thirdwave, workshop, type Workshop } from '../test/cli.ts';
import { cacheRoot } from './setup/cache-root.ts';
import { readTestTools } from './setup/toolbox.ts';

/** Exports that hyperfine itself writes here and now, and exports that it would read. */

let hyperfine = '';

beforeAll(async () => {
  const { hyperfine: found } = await readTestTools(cacheRoot());
  if ('missing' in found) throw new Error(`${found.missing}: ${found.remedy}`);
  hyperfine = found.path;
});

async function measured(place: Workshop, name: string, commands: readonly string[], runs = 10): Promise<string> {
  const file = join(place.path, name);
  await execa(hyperfine, ['-N', '--style', 'none', '--warmup', '1', '--runs', String(runs), '--export-json', file, ...commands]);
  return file;
}

/** Orders of n and m values in which at most `limit` pairs are turned round, by the definition, without the suite's own recurrence. */
function ways(n: number, m: number, limit: number): number {
  if (limit < 0) return 0;
  return n === 0 || m === 0 ? 1 : ways(n - 1, m, limit - m) + ways(n, m - 1, limit);
}

/** What the published formulas say of two commands, allowed +10 %, one-sided at 1 % and 5 %. */
function predicted(a: readonly number[], b: readonly number[]): { readonly verdict: string; readonly estimate: number } {
  const all = ways(a.length, b.length, a.length * b.length);
  const shifts = b.flatMap((y) => a.map((x) => Math.log(y) - Math.log(x))).toSorted((x, y) => x - y);
  const turned = shifts.filter((shift) => shift < 0).length;
  let depth = 0;
  while (ways(a.length, b.length, depth) / all <= 0.05) depth += 1;
  const bound = shifts.at(-depth)!;
  const estimate = Math.exp((shifts[shifts.length / 2 - 1]! + shifts[shifts.length / 2]!) / 2);
  if (ways(a.length, b.length, turned) / all <= 0.01 && estimate > 1.1) return { verdict: 'fail', estimate };
  return { verdict: Math.exp(bound) < 1.1 ? 'pass' : 'inconclusive', estimate };
}

describe('two commands measured by hyperfine', () => {
  it.each([
    ['the second twice as slow', ['sleep 0.01', 'sleep 0.02'], ['fail']],
    ['the second twice as fast', ['sleep 0.02', 'sleep 0.01'], ['pass']],
    ['both the same, measured in batches', ['sleep 0.01', 'sleep 0.01'], ['pass', 'inconclusive', 'fail']],
  ])('are judged as the formulas say: %s', async (_name, commands, possible) => {
    await using place = await workshop();
    const file = await measured(place, 'two.json', commands);
    const { stdout, exitCode } = await thirdwave(['compare', file, '--max-regression', '10%', '--json']);
    const found = Comparison.parse(JSON.parse(stdout));
    const [a, b] = parseHyperfine(await readFile(file, 'utf8'), file).map(({ times }) => times!);
    const expected = predicted(a!, b!);
    expect(found.verdict).toBe(expected.verdict);
    expect(found.compared[0]!.change!.estimate).toBeCloseTo(expected.estimate, 9);
    expect(possible).toContain(found.verdict);
    expect(exitCode).toBe({ fail: 10, pass: 0, inconclusive: 11 }[found.verdict as 'fail']);
  });

  it('that fail, or ran too few times, are incomplete: exit 13', async () => {
    await using place = await workshop();
    const file = join(place.path, 'failing.json');
    await execa(hyperfine, ['-N', '-i', '--style', 'none', '--runs', '8', '--export-json', file, 'sh -c "exit 3"', 'true']);
    const failing = await thirdwave(['compare', file, '--max-regression', '10%']);
    expect(failing).toMatchObject({ exitCode: 13, stdout: expect.stringContaining('8 of 8 runs failed (exit code 3)') });
    const few = await thirdwave(['compare', await measured(place, 'few.json', ['true', 'true'], 3), '--max-regression', '10%']);
    expect(few).toMatchObject({ exitCode: 13, stdout: expect.stringContaining('3 values on a side') });
  });
});

describe('a run', () => {
  it('exported in hyperfine’s form holds the times of every trial, and is compared like an export', async () => {
    await using place = await workshop();
    const scenario = join(place.path, 'mine.yaml');
    const workloads = '[{ id: own, binary: /bin/echo, args: [hi], expect: { stdout: "hi\\n" } }]';
    await writeFile(scenario, scenarioYaml({ workloads, cells: '[{ runner: process }]', rounds: '{ min: 8, max: 8 }' }));
    expect(await thirdwave(['run', scenario, ...place.flags])).toMatchObject({ exitCode: 0 });
    const [runId, out] = [await place.runId(), join(place.path, 'run.json')];
    const results = place.flags.slice(0, 2);
    expect(await thirdwave(['export', runId, '--format', 'hyperfine', '--out', out, ...results])).toMatchObject({
      exitCode: 0,
      stdout: '',
    });
    const [first] = parseHyperfine(await readFile(out, 'utf8'), out);
    expect(first).toMatchObject({ command: 't:process/native/own', exit_codes: new Array(8).fill(0) });
    expect(first!.times).toHaveLength(8);
    expect(first!.median).toBeGreaterThan(1e-5);
    const itself = await thirdwave(['compare', out, out]);
    expect(itself).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('+0.0 %') });
    const two = await thirdwave(['compare', runId, runId, ...results]);
    expect(two).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('both are the same run') });
  });

  it.each([
    [['compare', 'nowhere.json'], /there is no file nowhere\.json/],
    [['compare', 'no-run', 'no-other'], /no run “no-run”/],
    [['compare', 'package.json'], /package\.json is no export of hyperfine/],
    [['compare', 'package.json', '--max-regression', '10'], /write it like 10%/],
    [['export', 'latest'], /known: hyperfine/],
    [['gate', 'accept', 'latest'], /no reason is given/],
  ])('or file that is wrong is refused with exit 2: %j', async (args, words) => {
    const { exitCode, stderr } = await thirdwave(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(words);
  });
});
