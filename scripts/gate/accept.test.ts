import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Baseline } from '../../core/model/baseline.ts';
import { BenchError } from '../../core/model/error.ts';
import type { GateReport } from '../../core/model/gate-report.ts';
import { Trend } from '../../core/model/trend.ts';
import { RunFolder } from '../../results/record/run-folder.ts';
import { type SmallGateOptions, smallGate, smallGateReport, smallHost } from '../../results/testing/small-gate.ts';
import type { Io } from '../compose/io.ts';
import { makeIo } from '../compose/io.ts';
import { accept } from './accept.ts';
import { baselinePath, readBaselines } from './baseline-store.ts';
import { trend } from './trend.ts';

let place: string;
let said: string[];
let warned: string[];
let io: Io;

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'thirdwave-accept-'));
  said = [];
  warned = [];
  const made = makeIo({ json: true, quiet: true, verbose: false, noColour: true, signal: new AbortController().signal });
  io = { ...made, data: (text) => void said.push(text), log: { ...made.log, warn: (text) => void warned.push(text) } };
});
afterEach(async () => rm(place, { recursive: true, force: true }));

/** A run's folder as the conductor leaves it, with the gate's answer. */
async function keep(run: Partial<SmallGateOptions> = {}, answer: Partial<GateReport> = {}): Promise<void> {
  const made = smallGate({ cold: (round) => 0.1 + 0.001 * (round % 3), ...run });
  const folder = new RunFolder(join(place, 'runs'), made.manifest.runId);
  await folder.create();
  await folder.writeManifest(made.manifest);
  await folder.write('plan', JSON.stringify(made.plan));
  await folder.write('events', made.events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  await folder.write('gate', JSON.stringify({ ...smallGateReport(made), ...answer }));
}

async function acceptRun(runId: string, values: Readonly<Record<string, string | boolean>> = { reason: 'merged' }) {
  const folders = { results: join(place, 'runs'), baselines: join(place, 'baselines') };
  return accept({ positionals: [runId], values: { ...folders, ...values }, lists: {} }, io);
}

async function refusal(work: Promise<unknown>): Promise<BenchError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof BenchError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

const stored = async (): Promise<Baseline> =>
  Baseline.parse(JSON.parse(await readFile(baselinePath(join(place, 'baselines'), smallHost().key, 'g'), 'utf8')));

describe('gate accept', () => {
  it('keeps the raw numbers of a run under the key of its host, newest last', async () => {
    await keep({ runId: 'run-1' });
    await keep({ runId: 'run-2' });
    expect(await acceptRun('run-1', { reason: ' first ', commit: 'abc123' })).toBe(0);
    expect(await acceptRun('latest')).toBe(0);
    const baseline = await stored();
    expect(baseline.entries.map(({ runId, reason, commit, label }) => [runId, reason, commit, label])).toEqual([
      ['run-1', 'first', 'abc123', 'target/app'],
      ['run-2', 'merged', process.env['GITHUB_SHA'] ?? process.env['CI_COMMIT_SHA'], 'target/app'],
    ]);
    expect(baseline.entries[0]!.numbers.series[0]).toMatchObject({ metric: 'cold_start', trials: expect.any(Array) });
    expect(baseline.host.fields['cpu_count']).toEqual({ value: 2 });
    expect(JSON.parse(said[1]!)).toMatchObject({ runId: 'run-2', entries: 2, series: 2 });
  });

  it('keeps hosts apart', async () => {
    await keep({ runId: 'run-1' });
    await keep({ runId: 'run-2', host: { cpu_count: 64 } });
    await acceptRun('run-1');
    await acceptRun('run-2');
    expect(await readBaselines(join(place, 'baselines'), 'g')).toHaveLength(2);
    expect((await stored()).entries).toHaveLength(1);
  });

  it.each([
    ['no reason', {}, {}, { reason: ' ' }, 2, /no reason is given/],
    ['an aborted run', { status: 'aborted' }, {}, undefined, 13, /it is aborted/],
    ['a failed trial', { cold: (round: number) => (round === 2 ? undefined : 0.1) }, {}, undefined, 4, /2 of 20 trials \(exit-code\)/],
    ['a regression', {}, { verdict: 'fail', gates: [] }, undefined, 10, /its verdict is fail/],
    ['a broken comparison', {}, { against: 'base', verdict: 'incomparable', gates: [] }, undefined, 12, /incomparable/],
    ['missing numbers', {}, { verdict: 'incomplete', gates: [] }, undefined, 13, /incomplete/],
  ] as const)('refuses %s', async (_name, run, answer, values, exitCode, words) => {
    await keep(run, answer as Partial<GateReport>);
    const error = await refusal(acceptRun('run-1', values));
    expect(error.message).toMatch(words);
    expect(error.exitCode).toBe(exitCode);
    expect(await readBaselines(join(place, 'baselines'))).toEqual([]);
  });

  it('refuses a run that is no gate run, one that is not there, and one that is accepted already', async () => {
    await keep();
    await acceptRun('run-1');
    expect((await refusal(acceptRun('run-1'))).message).toContain('accepted already');
    expect(await refusal(acceptRun('run-7'))).toMatchObject({ code: 'run-not-found', exitCode: 2 });
    await keep({ runId: 'run-2' });
    await rm(join(place, 'runs', 'run-2', 'gate.json'));
    expect(await refusal(acceptRun('run-2'))).toMatchObject({ exitCode: 2, message: expect.stringContaining('no run of a gate') });
  });

  it('reads an answer of a later minor version, and refuses one of another major version', async () => {
    await keep({ runId: 'run-1' }, { formatVersion: '1.9', added: true } as Partial<GateReport>);
    expect(await acceptRun('run-1')).toBe(0);
    await keep({ runId: 'run-2' }, { formatVersion: '2.0' });
    expect(await refusal(acceptRun('run-2'))).toMatchObject({ exitCode: 2, message: expect.stringContaining('another major version') });
  });

  it('warns about an inconclusive run, and lets a host that has no baseline begin its own', async () => {
    await keep({ runId: 'run-1' }, { verdict: 'inconclusive' });
    await keep({ runId: 'run-2', host: { cpu_count: 64 } }, { verdict: 'incomparable', against: 'baseline' });
    expect(await acceptRun('run-1')).toBe(0);
    expect(await acceptRun('run-2')).toBe(0);
    expect(warned.join('\n')).toContain('inconclusive');
    expect(warned.join('\n')).toContain('first entry of its own baseline');
  });
});

describe('the folder of baselines', () => {
  it('names a damaged file instead of passing over it, and knows a schema of another version', async () => {
    const folder = join(place, 'baselines');
    await mkdir(join(folder, 'aaaaaaaaaaaa'), { recursive: true });
    await writeFile(join(folder, 'aaaaaaaaaaaa', 'g.json'), '{"schema": "thirdwave/baseline/2"}');
    expect(await readBaselines(folder)).toEqual([{ hostFolder: 'aaaaaaaaaaaa', schema: 'thirdwave/baseline/2' }]);
    await writeFile(join(folder, 'aaaaaaaaaaaa', 'g.json'), '{"schema": "thirdwave/baseline/1", "config": "g"');
    const error = await refusal(readBaselines(folder));
    expect(error).toMatchObject({ code: 'baseline-unreadable', exitCode: 2, message: expect.stringContaining('aaaaaaaaaaaa/g.json') });
  });
});

describe('gate trend', () => {
  it('prints the accepted runs as a valid document, and nothing where there are none', async () => {
    await keep();
    await acceptRun('run-1');
    const arguments_ = { positionals: [], lists: {}, values: { baselines: join(place, 'baselines') } };
    expect(await trend(arguments_, io)).toBe(0);
    expect(Trend.parse(JSON.parse(said.at(-1)!)).hosts[0]!.series).toHaveLength(2);
    await trend({ ...arguments_, values: { baselines: join(place, 'nowhere') } }, io);
    expect(JSON.parse(said.at(-1)!)).toMatchObject({ hosts: [] });
  });
});
