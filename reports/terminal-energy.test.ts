import { describe, expect, test } from 'vitest';
import { sampleEnergy, type SampleEnergy, withoutRates } from './testing/sample-energy.ts';
import { sampleModel } from './testing/sample-model.ts';
import { energyBlocks } from './terminal-energy.ts';
import { renderTerminal } from './terminal.ts';

const sample = sampleModel();
const plain = (text: string): string => text;
const blocks = (kind: SampleEnergy, width = 80): string[] =>
  energyBlocks({ ...sample, energy: sampleEnergy(kind) }, width, plain, plain).map((lines) => lines.join('\n'));

test('says of every source whether it was read, or why not and what would help', () => {
  const [head = ''] = blocks('modelled', 200);
  expect(head).toContain('rapl: unavailable, because energy_uj belongs to root since Linux 5.10 (CVE-2020-8694).');
  expect(head).toContain('remedy: run as root, or: sudo chmod');
  expect(head).toContain('perf: unavailable, because the event energy-psys of the power PMU is there and reads 0 under load.');
  expect(blocks('measured', 200)[0]).toContain('rapl: measured (RAPL), packages + dram (intel-rapl:0 + intel-rapl:0:1).');
});

test('every figure carries its band and its method, and no block has two methods', () => {
  const all = blocks('measured').slice(1);
  for (const block of all) expect(block.match(/modelled|\(RAPL\)/g)).toHaveLength(1);
  const figures = all.join('\n').match(/\d [µm]?J .*/g) ?? [];
  expect(figures.length).toBeGreaterThan(15);
  for (const line of figures) expect(line).toMatch(/^\d [µm]?J (\[[\d.]+–[\d.]+\] )? *([\d–]|$)/);
});

test('an energy below the detection limit is “less than”, and gives no SCI', () => {
  const block = blocks('measured', 120).find((text) => text.includes('Per operation') && text.includes('RAPL')) ?? '';
  expect(block).toMatch(/process\/native +< 78\.3 µJ +–\n +SCI not known: the meter cannot tell/);
});

test('operations are given per thousand, cold starts per one, and what is missing in words', () => {
  const text = blocks('modelled').join('\n');
  expect(text).toMatch(/Per operation, noop +energy, modelled +SCI per 1,000, CO2e/);
  expect(text).toMatch(/vm\/small +1\.22 J \[0\.847–2\.37\] +311 µg \[163–929\]\n +without its share of the idle host/);
  expect(blocks('unavailable').join('\n')).toContain('5 figures not measured: no CPU time is on record.');
});

test('coefficients of carbon are named with year, choice and staleness', () => {
  expect(blocks('modelled', 300)[0]).toContain(
    'Germany, life-cycle average, location-based (2024): 342 [257–434] gCO2e/kWh; --grid DE; STALE: the figure is of 2024',
  );
});

describe.each([40, 60, 80, 120])('at %d columns', (width) => {
  test.each(['modelled', 'measured', 'unavailable'] as const)('no line of a %s report is wider', (kind) => {
    for (const line of blocks(kind, width).join('\n').split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  });
});

test('stands in the summary of a run between what was measured and the verdicts, and not at all where nothing is known', () => {
  const model = sample;
  const text = renderTerminal(model, { colour: false, width: 100 });
  expect(text.indexOf('energy and carbon')).toBeGreaterThan(text.indexOf('warm-loops'));
  expect(text.indexOf('energy and carbon')).toBeLessThan(text.indexOf('\nverdicts'));
  const none = { ...model.energy, meters: [], units: [], impacts: [], breakEvens: [] };
  expect(renderTerminal({ ...model, energy: none }, { colour: false, width: 100 })).not.toContain('energy and carbon');
});

test('rung and cache state stand above the figures they hold for', () => {
  const model = sample;
  const block = energyBlocks(model, 120, plain, plain)
    .map((lines) => lines.join('\n'))
    .find((text) => text.includes('Per cold start, noop') && text.includes('modelled'));
  const lines = (block ?? '').split('\n');
  for (const name of ['wasmtime/aot', 'process/native', 'container/runc-scratch']) {
    const cell = model.cells.find((one) => `${one.runner}/${one.variant}` === name && one.workload === 'noop');
    const row = lines.findIndex((line) => line.trimStart().startsWith(name));
    const heading = lines.slice(0, row).findLast((line) => line.startsWith('  rung '));
    expect(heading?.trim()).toMatch(new RegExp(`^rung ${cell?.rung}, .*${cell?.cacheState}`));
  }
});

test('few rounds are warned of with their n, enough rounds are not', () => {
  const energy = sampleEnergy('modelled');
  const few = energy.units.map((unit) => (unit.unit === 'operation' && unit.n > 0 ? { ...unit, n: 3 } : unit));
  const head = (units: typeof energy.units): string =>
    (energyBlocks({ ...sample, energy: { ...energy, units } }, 300, plain, plain)[0] ?? []).join('\n');
  expect(head(few)).toContain('Only n = 3 behind figures per operation:');
  expect(head(energy.units)).not.toContain('Only n');
});

test('where no technology has a break-even rate one sentence says why', () => {
  const energy = sampleEnergy('modelled');
  const breakEvens = withoutRates(energy.breakEvens);
  const text = energyBlocks({ ...sample, energy: { ...energy, breakEvens } }, 300, plain, plain)
    .at(-1)
    ?.join('\n');
  expect(text).toBe('  Keep one warm, modelled: No technology has a rate: an idle hour has no figure.');
});

test('a score that is missing for the reason of its row says it once', () => {
  const energy = sampleEnergy('modelled');
  const note = 'how many of it a host holds is not known';
  const units = energy.units.map((unit) => ({ ...unit, energyJ: undefined, note }));
  const impacts = energy.impacts.map(({ runner, variant, workload, unit, method, per }) => ({
    runner,
    variant,
    workload,
    unit,
    method,
    per,
    note,
  }));
  const texts = energyBlocks({ ...sample, energy: { ...energy, units, impacts } }, 400, plain, plain).map((lines) => lines.join('\n'));
  const block = texts.find((text) => text.includes('Per cold start')) ?? '';
  expect(block.split(note)).toHaveLength(units.filter(({ unit }) => unit === 'cold-start').length + 1);
});
