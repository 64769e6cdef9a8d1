import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { EXIT_CODES } from '../../core/model/error.ts';
import { GateConfig, Waiver } from '../../core/model/gate-config.ts';
import { parseGates } from '../../core/plan/gate-file.ts';
import { GATE_OUTPUTS } from '../../reports/gate/outputs.ts';
import { BLOCKS, blockOf, CI_TEXT, commandLines, GITHUB_FILES, gitLabJob, scripts, workflowOf } from '../../test/ci-doc.ts';
import { COMMANDS, COMMON } from '../bench.ts';

type Check = (text: string) => Promise<string[]>;
let problemsOf: Check;
let folder: string;

/** GitHub’s own parser of workflows; made for bundlers, so it is bundled. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workflow-parser-'));
  const outfile = join(folder, 'parser.cjs');
  const contents = `
    import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
    export async function problemsOf(content) {
      const { context, value } = parseWorkflow({ name: 'w.yml', content }, new NoOperationTraceWriter());
      if (value) await convertWorkflowTemplate(context, value);
      return context.errors.getErrors().map(({ message }) => message);
    }`;
  buildSync({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  ({ problemsOf } = createRequire(import.meta.url)(outfile) as { problemsOf: Check });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('every block of YAML', () => {
  test.each(BLOCKS.filter(({ language }) => language === 'yaml').map(({ file, text }) => [file ?? text.split('\n')[0] ?? '', text]))(
    '%s is well formed, no key twice',
    (_, text) => {
      const { errors, warnings } = parseDocument(text);
      expect([...errors, ...warnings].map(({ message }) => message)).toEqual([]);
    },
  );

  test.each(GITHUB_FILES)('%s is a workflow to GitHub’s parser', async (file) => {
    expect(await problemsOf(blockOf(file))).toEqual([]);
  });

  test('GitHub’s parser refuses an unknown key and an unknown context', async () => {
    const text = blockOf(GITHUB_FILES[0]);
    expect(await problemsOf(text.replace('timeout-minutes', 'timeout-minute'))).toHaveLength(1);
    expect(await problemsOf(text.replace('github.base_ref', 'gihub.base_ref'))).toHaveLength(1);
  });

  test('gates.yaml is one, and the waivers are waivers of it', () => {
    const config = parseGates(blockOf('gates.yaml'), 'gates.yaml');
    const [, waivers = ''] = /^# waivers in gates\.yaml\n(.*?)^```/ms.exec(CI_TEXT) ?? [];
    const withWaivers = parseGates(blockOf('gates.yaml') + waivers, 'gates.yaml');
    expect(GateConfig.parse(withWaivers).waivers.map((waiver) => Waiver.parse(waiver).gate)).toEqual(['cold']);
    expect(config.waivers).toEqual([]);
  });
});

describe('every command', () => {
  const all = [
    ...scripts().flatMap(({ text }) => commandLines(text)),
    ...[...CI_TEXT.matchAll(/`(thirdwave [^`]*)`/g)].flatMap(([, text = '']) => commandLines(text)),
  ];

  test('of thirdwave is found', () => {
    const gates = all.filter(([name, second]) => name === 'gate' && second === 'gates.yaml');
    expect(gates).toHaveLength(3);
    expect(all.map(([name, second]) => [name, second].join(' '))).toEqual(
      expect.arrayContaining(['gate accept', 'gate trend', 'gate selftest']),
    );
  });

  test('has only options that the command knows, with values', async () => {
    for (const [name = '', ...rest] of all) {
      const loaded = await COMMANDS[name]?.();
      const parsed = parseArgs({ args: rest, options: { ...COMMON, ...loaded?.command.options }, allowPositionals: true, strict: true });
      const out = (parsed.values as { out?: readonly string[] }).out ?? [];
      for (const one of out) expect(Object.keys(GATE_OUTPUTS)).toContain(one.slice(0, one.indexOf('=')));
    }
  });

  test.each(scripts().map(({ file, name, text }) => [`${file}: ${name}`, text]))('%s is a script to bash', (_, text) => {
    execFileSync('bash', ['-n'], { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
  });
});

describe('what a job writes', () => {
  const outs = (file: string): string[] =>
    scripts()
      .filter((script) => script.file === file)
      .flatMap(({ text }) => [...text.matchAll(/--(?:out \w[\w-]*=|results |reports )(\S+)/g)].map(([, path = '']) => path));

  test('lies in the folder that is kept and ignored', () => {
    for (const file of GITHUB_FILES) {
      const kept = Object.values(workflowOf(file).jobs).flatMap(({ steps }) =>
        steps.flatMap((step) => (step.uses?.startsWith('actions/upload-artifact') === true ? [String(step.with?.['path'])] : [])),
      );
      expect(kept).toEqual(['gate/']);
      expect(outs(file).length).toBeGreaterThan(3);
      for (const path of outs(file)) expect(path).toMatch(/^gate\//);
    }
    const { artifacts, cache } = gitLabJob();
    expect(artifacts.paths).toEqual(['gate/']);
    for (const path of outs('.gitlab-ci.yml')) expect(path).toMatch(/^gate\//);
    expect(blockOf('.gitignore').split('\n')).toEqual(expect.arrayContaining(['/gate/', '/build/', '/.cache/']));
    expect(cache.paths.every((path) => path.startsWith('.cache/'))).toBe(true);
  });

  test('is what GitLab is told to read', () => {
    const { artifacts, allow_failure } = gitLabJob();
    expect(artifacts.reports).toEqual({ junit: 'gate/junit.xml', metrics: 'gate/metrics.txt' });
    const text = scripts().find(({ file, name }) => file === '.gitlab-ci.yml' && name === 'script')?.text ?? '';
    expect(text).toContain('--out junit=gate/junit.xml');
    expect(text).toContain('--out openmetrics=gate/metrics.txt');
    expect(allow_failure.exit_codes).toBe(EXIT_CODES.incomparable);
  });

  test('the table of exit codes is complete', () => {
    const codes = [...CI_TEXT.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT_CODES));
  });
});
