import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { parseDocument } from 'yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { impactFramework } from './impact-framework.ts';
import { readIfRun } from './impact-framework-result.ts';
import { sampleModel } from './testing/sample-model.ts';

const TOOL = fileURLToPath(new URL('../node_modules/@grnsft/if', import.meta.url));
const GOLDEN = fileURLToPath(new URL('testing/impact-framework-golden.yaml', import.meta.url));
const model = sampleModel();
const { text = '' } = impactFramework(model);

/** `npm list`, which it calls, wants a project that lists it: a folder of its own, with dots in its path as temporary folders have them. */
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thirdwave.if-'));
  const { version } = JSON.parse(await readFile(join(TOOL, 'package.json'), 'utf8')) as { version: string };
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'figures', version: '1.0.0', private: true, devDependencies: { '@grnsft/if': version } }),
  );
  await mkdir(join(folder, 'node_modules', '@grnsft'), { recursive: true });
  await symlink(TOOL, join(folder, 'node_modules', '@grnsft', 'if'));
});
afterAll(() => rm(folder, { recursive: true }));

async function tool(name: 'if-run' | 'if-diff', args: readonly string[]): Promise<number | undefined> {
  const program = join(TOOL, 'build', name, 'index.js');
  const env = { npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const { exitCode } = await execa(process.execPath, [program, ...args], { cwd: folder, env, reject: false, stdin: 'ignore' });
  return exitCode;
}

async function compute(name: string, manifest: string | undefined): Promise<{ exitCode: number | undefined; output: string | undefined }> {
  if (manifest !== undefined) await writeFile(join(folder, `${name}.yaml`), manifest);
  const exitCode = await tool('if-run', ['-m', `${name}.yaml`, '-o', `${name}-out.yaml`]);
  const path = join(folder, `${name}-out.yaml`);
  return { exitCode, output: existsSync(path) ? await readFile(path, 'utf8') : undefined };
}

/** The manifest with one thing changed in it. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const document = parseDocument(text);
  document.setIn(path, value);
  return String(document);
}

test('the Green Software Foundation’s own tool computes every SCI of the report from the exported manifest, to 1e-9', async () => {
  const { exitCode, output } = await compute('figures', text);
  expect(exitCode).toBe(0);
  const result = readIfRun(output);
  if ('problem' in result) throw new Error(result.problem);
  const exported = model.energy.impacts.filter(({ sciG }) => sciG).length - 1;
  expect(result.scores.size).toBe(exported);
  for (const { runner, variant, workload, unit, method, sciG } of model.energy.impacts) {
    const computed = result.scores.get(`${runner}/${variant}/${workload}/${unit}/${method}`);
    // The one below the detection limit has a band and is not exported.
    if (computed === undefined) continue;
    expect(Math.abs(computed / (sciG?.central ?? Number.NaN) - 1)).toBeLessThan(1e-9);
  }
  if (process.env['UPDATE_GOLDEN'] === '1')
    await writeFile(GOLDEN, (output ?? '').replace(/\nexecution:[^]*?\n(?=\S)/, '\nexecution:\n  status: success\n'));
  expect(await tool('if-diff', ['-s', 'figures-out.yaml', '-t', GOLDEN])).toBe(0);
  await writeFile(join(folder, 'other.yaml'), (output ?? '').replace('grid/carbon-intensity: 342.06', 'grid/carbon-intensity: 342.07'));
  expect(await tool('if-diff', ['-s', 'other.yaml', '-t', GOLDEN])).toBe(1);
});

const CHILD = ['tree', 'children', 'container/runc-scratch/noop/cold-start/modelled', 'inputs', 0];
test.each([
  ['a bad schema', 'schema', changed(['initialize', 'plugins', 'operational', 'path'], 7), /if-run failed: .*path/s],
  ['an unknown plugin', 'plugin', changed(['initialize', 'plugins', 'operational', 'method'], 'Magic'), /if-run failed: TypeError/],
  ['a missing file', 'missing', undefined, /no output file/],
  ['an observation shorter than a second', 'short', changed([...CHILD, 'duration'], 0.31), /if-run failed: .*duration/s],
  ['R = 0', 'zero', changed([...CHILD, 'cold-start'], 0), /R is 0, so its score is the carbon itself/],
])('%s ends if-run with 0 and is recognised as a failure all the same', async (_, name, manifest, problem) => {
  const { exitCode, output } = await compute(name, manifest);
  expect(exitCode).toBe(0);
  expect(readIfRun(output)).toEqual({ problem: expect.stringMatching(problem) });
});
