import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import { RUN_FILES, RunFolder } from '../../results/record/run-folder.ts';
import { assumptionsFrom, keepAssumptions } from './assumptions.ts';
import { deriveRun } from './derive-run.ts';
import { makeIo } from './io.ts';

const GOLDEN = fileURLToPath(new URL('../../results/golden/interrupted-run/', import.meta.url));
const io = makeIo({ json: false, quiet: true, verbose: false, noColour: true, signal: new AbortController().signal });

function refusal(values: Parameters<typeof assumptionsFrom>[0]): BenchError {
  try {
    assumptionsFrom(values);
  } catch (error) {
    if (error instanceof BenchError) return error;
  }
  throw new Error(`${JSON.stringify(values)} was accepted`);
}

describe('options about energy and carbon', () => {
  it('say nothing where none is given', () => {
    expect(assumptionsFrom({ rounds: '3' })).toEqual({});
  });

  it('are read as numbers, the country as its code', () => {
    const given = assumptionsFrom({ grid: 'de', embodied: '1300', pue: '1.25' });
    expect(given).toEqual({ grid: 'DE', embodiedKg: 1300, pue: 1.25 });
    expect(assumptionsFrom({ intensity: '0' })).toEqual({ intensityGPerKwh: 0 });
    expect(assumptionsFrom({ grid: 'uk' })).toEqual({ grid: 'GB' });
  });

  it.each([
    ['a country without data', { grid: 'XX' }, /no grid intensity for “XX”/, /WORLD, EU, US, DE/],
    ['a country by a mistyped name', { grid: 'Germny' }, /did you mean “DE” \(Germany\)\?/, /--intensity/],
    ['a negative intensity', { intensity: '-1' }, /--intensity takes a number from 0, not “-1”/, /per kWh/],
    ['an intensity with a unit', { intensity: '342g' }, /not “342g”/, /--intensity 342/],
    ['an empty number', { embodied: '' }, /not “”/, /1313 kg/],
    ['an infinite number', { embodied: '1e999' }, /not “1e999”/, /for scale/],
    ['a PUE below 1', { pue: '0.9' }, /--pue takes a number from 1, not “0.9”/, /at least 1/],
    ['two ways to say the intensity', { grid: 'DE', intensity: '300' }, /--grid and --intensity/, /one of them/],
  ])('refuse %s as a usage error with a remedy', (_, values, message, remedy) => {
    const error = refusal(values);
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
    expect(error.exitCode).toBe(EXIT_CODES.usage);
  });

  it('do not guess a country from two letters, which are near to all', () => {
    expect(refusal({ grid: 'XE' }).message).not.toMatch(/did you mean/);
  });
});

describe('assumptions kept with a run', () => {
  let root: string;
  let folder: RunFolder;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'assumptions-'));
    await cp(GOLDEN, join(root, 'run'), { recursive: true });
    folder = new RunFolder(root, 'run');
    const manifest = await folder.readManifest();
    const facts = { ...manifest.host.facts, cpu_count: { value: 2 }, memory_gib: { value: 24 } };
    await folder.writeManifest({ ...manifest, host: { ...manifest.host, facts } });
  });
  afterAll(async () => rm(root, { recursive: true, force: true }));

  async function derived(): Promise<Record<string, string>> {
    await deriveRun(folder, io);
    const files = Object.values(RUN_FILES).map(
      async (name) => [name, await readFile(join(folder.path, name), 'utf8').catch(() => '')] as const,
    );
    return Object.fromEntries(await Promise.all(files));
  }

  it('are none in a run of an earlier version, which is then derived for the world’s average and says so', async () => {
    const model = await deriveRun(folder, io);
    expect(model.energy.assumptions).toEqual({});
    expect(model.notes.map(({ code }) => code)).toContain('default-grid');
    expect((await derived())['assumptions.json']).toBe('');
  });

  it('change the carbon of a run and nothing measured, and deriving again without options is byte for byte the same', async () => {
    const before = await derived();
    await keepAssumptions(folder, assumptionsFrom({ grid: 'FR', pue: '1.2' }));
    const french = await derived();
    expect(french['report.json']).not.toBe(before['report.json']);
    expect(french['samples.csv']).toBe(before['samples.csv']);
    expect(french['summary.csv']).toBe(before['summary.csv']);
    expect(french['verdicts.json']).toBe(before['verdicts.json']);
    expect(await derived()).toEqual(french);
    expect(french['report.json']).not.toMatch(/default-grid/);
  });

  it('are replaced one by one: an intensity takes the place of a country, the rest stays', async () => {
    await keepAssumptions(folder, assumptionsFrom({ grid: 'FR', pue: '1.2' }));
    await keepAssumptions(folder, assumptionsFrom({ intensity: '12.5' }));
    expect(await folder.readAssumptions()).toEqual({ pue: 1.2, intensityGPerKwh: 12.5 });
    await keepAssumptions(folder, {});
    expect(await folder.readAssumptions()).toEqual({ pue: 1.2, intensityGPerKwh: 12.5 });
  });

  it('that were damaged by hand are refused with the place', async () => {
    await writeFile(folder.file('assumptions'), '{"pue": 0.5, "colour": "green"}');
    await expect(deriveRun(folder, io)).rejects.toMatchObject({ code: 'record-unreadable', exitCode: EXIT_CODES.usage });
    await writeFile(folder.file('assumptions'), '{"grid": "Atlantis"}');
    await expect(deriveRun(folder, io)).rejects.toMatchObject({ code: 'unknown-country' });
  });
});
