import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BenchError } from '../../core/model/error.ts';
import type { GateConfig } from '../../core/model/gate-config.ts';
import { parseGates } from '../../core/plan/gate-file.ts';
import { makeIo } from '../compose/io.ts';
import { lookAtHost, type Host } from '../compose/host.ts';
import { type ArmOptions, resolvePrograms } from './arms.ts';
import { loadGates, MINIMAL_GATES } from './load-gates.ts';

let folder: string;
let host: Host;
const MODULE = Buffer.from('0061736d01000000', 'hex');

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'gate-arms-')));
  await writeFile(join(folder, 'old.sh'), '#!/bin/sh\necho old\n', { mode: 0o755 });
  await writeFile(join(folder, 'new.sh'), '#!/bin/sh\necho new\n', { mode: 0o755 });
  await writeFile(join(folder, 'downloaded.sh'), '#!/bin/sh\necho new\n', { mode: 0o644 });
  await writeFile(join(folder, 'copy.sh'), '#!/bin/sh\necho old\n', { mode: 0o755 });
  await writeFile(join(folder, 'old.wasm'), MODULE);
  await writeFile(join(folder, 'new.wasm'), Buffer.concat([MODULE, Buffer.from([0, 2, 1, 0x61])]));
  await writeFile(join(folder, 'component.wasm'), Buffer.from('0061736d0d000100', 'hex'));
  await writeFile(join(folder, 'text'), 'hello');
  const { signal } = new AbortController();
  host = await lookAtHost(makeIo({ json: false, quiet: true, verbose: false, noColour: true, signal }));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

const yaml = (programs: string, gate = 'maxRegression: 10%'): GateConfig =>
  parseGates(
    `version: 1\nprograms:\n${programs}\ncells: [{ runner: process }]\ngates: [{ id: cold, select: { metric: cold_start }, ${gate} }]\n`,
    'gates.yaml',
  );
const APP = '  - { id: app, base: { binary: old.sh }, head: { binary: new.sh } }';
const TOOL = '  - { id: tool, base: { wasm: old.wasm }, head: { wasm: new.wasm }, args: [-v] }';

const resolve = async (config: GateConfig, options: Partial<ArmOptions> = {}) =>
  resolvePrograms(config, { configFolder: folder, workingFolder: folder, ...options }, host);

async function refusal(work: Promise<unknown>): Promise<BenchError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BenchError)) throw new Error(`was not refused: ${String(error)}`);
  expect(error.exitCode).toBe(2);
  expect(error.remedy).toBeTruthy();
  return error;
}

describe('the arms of gates.yaml', () => {
  it('are files relative to it, whatever folder the suite is run in', async () => {
    const [app, tool] = await resolve(yaml(`${APP}\n${TOOL}`), { workingFolder: '/' });
    expect(app).toMatchObject({
      base: { label: 'old.sh', artifacts: { binary: join(folder, 'old.sh') }, args: [] },
      head: { label: 'new.sh', artifacts: { binary: join(folder, 'new.sh') } },
      expect: undefined,
      holdArgs: undefined,
      warnings: [],
    });
    expect(tool).toMatchObject({ base: { artifacts: { wasm: join(folder, 'old.wasm') }, args: ['-v'] } });
  });

  it('are images by their reference, which only the engine can look up', async () => {
    const [app] = await resolve(yaml('  - { id: app, base: { image: "app:1" }, head: { image: "app:2" } }'));
    expect(app).toMatchObject({ base: { artifacts: { image: 'app:1' } }, head: { artifacts: { image: 'app:2' } }, warnings: [] });
  });

  it('are one and the same of a workload of the suite, with what it prints and how it is held', async () => {
    const [noop] = await resolve(yaml('  - { id: same, builtin: noop }'));
    expect(noop?.base).toEqual(noop?.head);
    expect(noop?.head.artifacts.binary).toMatch(/native$/);
    expect(noop?.head.artifacts.wasm).toMatch(/module\.wasm$/);
    expect(noop?.expect).toMatchObject({ stdout: expect.stringMatching(/./) });
    expect(noop?.warnings).toEqual([]);
  });

  it('bring files of stdin and of the expected output with them', async () => {
    const program = APP.replace(' }\n', '').replace(/ \}$/, ', stdin: { file: in }, expect: { stdoutFile: out }, holdArgs: [--stay] }');
    expect((await resolve(yaml(program)))[0]).toMatchObject({
      stdin: { file: join(folder, 'in') },
      expect: { stdoutFile: join(folder, 'out') },
      holdArgs: ['--stay'],
    });
  });

  it.each([
    ['is not there', 'binary: nowhere', 'artifact-missing', /cannot read .*nowhere: ENOENT/],
    ['is a module but called a binary', 'binary: old.wasm', 'not-executable', /is WebAssembly/],
    ['is a script but called a module', 'wasm: old.sh', 'not-wasm', /is a script/],
    ['is a component', 'wasm: component.wasm', 'wasi-version', /WASI 0\.2/],
    ['lost its mode on the way', 'binary: downloaded.sh', 'not-executable', /may not be executed/],
    ['is no program', 'binary: text', 'not-executable', /is no executable/],
  ])('are refused when one %s', async (_, arm, code, message) => {
    const error = await refusal(resolve(yaml(APP.replace('binary: new.sh', arm))));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('that lack are named all at once', async () => {
    const error = await refusal(resolve(yaml('  - { id: app, head: { binary: new.sh } }\n  - { id: tool }')));
    expect(error.code).toBe('gates-invalid');
    expect(error.message.split('\n')).toEqual(['program app has no base', 'program tool has no base', 'program tool has no head']);
  });

  it('may lack base against a stored baseline, and where nothing is compared', async () => {
    const headOnly = '  - { id: app, head: { binary: new.sh } }';
    expect((await resolve(yaml(headOnly), { baseline: true }))[0]?.base).toBeUndefined();
    expect((await resolve(yaml(headOnly, 'max: 5ms')))[0]?.base).toBeUndefined();
    await refusal(resolve(yaml('  - { id: app, base: { binary: old.sh } }'), { baseline: true }));
  });

  it('are refused where the build of one overwrites the file of another: it would be compared with itself', async () => {
    const clone = join(folder, 'clone');
    await execa('git', ['init', '--quiet', clone]);
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
    await execa('git', [...identity, 'commit', '--quiet', '--allow-empty', '--message', 'one'], { cwd: clone });
    await writeFile(join(clone, 'app'), '#!/bin/sh\necho old\n', { mode: 0o755 });
    const arms = (build: string) => `  - { id: app, base: { binary: app }, head: { git: ., build: "${build}", artifact: app } }`;
    const context = { ...host.context, cacheDir: join(folder, 'cache') };
    const options = { configFolder: clone, workingFolder: folder };
    const [same] = await resolvePrograms(yaml(arms('true')), options, { context });
    expect(same?.base?.artifacts.binary).toBe(join(clone, 'app'));
    const error = await refusal(resolvePrograms(yaml(arms('echo echo new >> app')), options, { context }));
    expect([error.code, error.message]).toEqual(['artifact-changed', expect.stringContaining(join(clone, 'app'))]);
  });

  it('cannot stand beside “builtin”, which is both of them', async () => {
    const error = await refusal(resolve(yaml('  - { id: app, builtin: noop, head: { binary: new.sh } }')));
    expect(error.message).toBe('program app: “builtin” is both arms, it cannot have head too');
  });
});

describe('arms on the command line', () => {
  it('take the place of those of the only program, by their first bytes', async () => {
    const [app] = await resolve(yaml(APP), { base: ['new.sh'], head: ['./new.wasm'] });
    expect(app).toMatchObject({
      base: { label: 'new.sh', artifacts: { binary: join(folder, 'new.sh') } },
      head: { label: './new.wasm', artifacts: { wasm: join(folder, 'new.wasm') } },
    });
  });

  it('are relative to where the suite is run, not to gates.yaml', async () => {
    const [app] = await resolve(yaml(APP), { head: ['old.sh'], configFolder: folder, workingFolder: folder });
    expect(app?.head.artifacts.binary).toBe(join(folder, 'old.sh'));
    expect((await refusal(resolve(yaml(APP), { head: ['./old.sh'], workingFolder: tmpdir() }))).code).toBe('artifact-missing');
  });

  it('name their program where there are several', async () => {
    const both = yaml(`${APP}\n${TOOL}`);
    const [app, tool] = await resolve(both, { head: ['tool=old.wasm', 'app=copy.sh'] });
    expect([app?.head.label, tool?.head.label]).toEqual(['copy.sh', 'old.wasm']);
    expect((await refusal(resolve(both, { head: ['old.wasm'] }))).message).toMatch(/does not say which of the programs app, tool/);
    expect((await refusal(resolve(both, { base: ['tol=old.wasm'] }))).message).toMatch(/unknown program “tol”: did you mean “tool”\?/);
    expect((await refusal(resolve(both, { base: ['app=old.sh', 'app=new.sh'] }))).message).toMatch(/given twice for program app/);
    expect((await refusal(resolve(both, { base: ['app='] }))).message).toMatch(/names no artifact/);
  });

  it('that are no file are taken for an image, and that is said', async () => {
    const [app] = await resolve(yaml(APP), { head: ['ghcr.example/team/app:1.2'] });
    expect(app?.head.artifacts).toEqual({ image: 'ghcr.example/team/app:1.2' });
    expect(app?.warnings).toEqual(['there is no file ghcr.example/team/app:1.2: it is taken for an image']);
  });

  it.each([
    ['a path that leads nowhere', './nowhere', 'artifact-missing'],
    ['a module that is not there', 'nowhere.wasm', 'artifact-missing'],
    ['a folder', '.', 'usage'],
    ['what can be neither file nor image', 'No Such Thing', 'usage'],
    ['a ref without a recipe', 'git:main', 'usage'],
  ])('are refused when they are %s', async (_, arm, code) => {
    expect((await refusal(resolve(yaml(APP), { base: [arm] }))).code).toBe(code);
  });
});

describe('gates without a file', () => {
  const places = (): { workingFolder: string } => ({ workingFolder: folder });

  it.each([
    ['binary', 'old.sh', 'new.sh', [{ runner: 'process' }], 'artifact_bytes_binary'],
    ['wasm', 'old.wasm', 'new.wasm', [{ runner: 'wasmtime' }], 'artifact_bytes_wasm'],
    ['image', 'app:1', 'app:2', [{ runner: 'container', variants: ['runc-image'] }], 'image_bytes_compressed'],
  ])('are built in for two of form %s', async (_, base, head, cells, size) => {
    const { config, configFolder, fileName } = await loadGates(undefined, { ...places(), base: [base], head: [head] });
    expect({ configFolder, fileName, cells: config.cells }).toEqual({ configFolder: folder, fileName: undefined, cells });
    expect(config.gates.map(({ select, maxRegression, level }) => [select.metric, maxRegression, level])).toEqual([
      ['cold_start', '10%', 'error'],
      ['cpu_time', '10%', 'error'],
      [size, '1%', 'warn'],
    ]);
    const [program] = await resolve(config, { base: [base], head: [head] });
    expect(program?.head.label).toBe(head);
  });

  it('cannot be guessed from two forms', async () => {
    const error = await refusal(loadGates(undefined, { ...places(), base: ['old.sh'], head: ['old.wasm'] }));
    expect(error.message).toMatch(/base old\.sh is of form binary, head old\.wasm of form wasm/);
  });

  it('need both arms; else a minimal file is shown, which is a good one', async () => {
    for (const arms of [{}, { base: ['old.sh'] }, { head: ['old.sh'] }]) {
      const error = await refusal(loadGates(undefined, { ...places(), ...arms }));
      expect(error.code).toBe('gates-missing');
      expect(error.remedy).toContain('version: 1\n    programs:');
    }
    expect(parseGates(MINIMAL_GATES, 'gates.yaml').gates).toHaveLength(1);
  });
});

describe('a gate file that is named', () => {
  it('is read, and wins over what is built in', async () => {
    await writeFile(join(folder, 'mine.yaml'), MINIMAL_GATES);
    const loaded = await loadGates('mine.yaml', { workingFolder: folder, base: ['old.sh'], head: ['new.sh'] });
    expect(loaded).toMatchObject({ configFolder: folder, fileName: 'mine.yaml', config: { programs: [{ id: 'app' }] } });
    expect(loaded.placeOf(['gates', 0, 'id'])).toBe('mine.yaml:8:11');
  });

  it('is refused when it is not there, or a folder', async () => {
    expect((await refusal(loadGates('nowhere.yaml', { workingFolder: folder }))).message).toMatch(/nowhere\.yaml: ENOENT/);
    expect((await refusal(loadGates('.', { workingFolder: folder }))).message).toMatch(/EISDIR/);
  });
});
