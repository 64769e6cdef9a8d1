import { describe, expect, test } from 'vitest';
import { sampleEnergy, type SampleEnergy } from './testing/sample-energy.ts';
import { sampleModel } from './testing/sample-model.ts';
import { energyBlocks } from './terminal-energy.ts';
import { renderTerminal } from './terminal.ts';

const plain = (text: string): string => text;
const blocks = (kind: SampleEnergy, width = 80): string[] =>
  energyBlocks(sampleEnergy(kind), width, plain, plain).map((lines) => lines.join('\n'));

test('says of every source whether it was read, or why not and what would help', () => {
  const [head = ''] = blocks('modelled', 200);
  expect(head).toContain('rapl: unavailable, because energy_uj belongs to root since Linux 5.10 (CVE-2020-8694).');
  expect(head).toContain('remedy: run as root, or: sudo chmod');
  expect(head).toContain('perf: unavailable, because the event energy-psys of the power PMU is there and reads 0 under load.');
  expect(blocks('measured', 200)[0]).toContain('rapl: measured (RAPL), packages + dram (intel-rapl:0 + intel-rapl:0:1).');
});

test('every figure carries its band and its method, and no block has two methods', () => {
  const all = blocks('measured').slice(1);
  for (const block of all) expect(/modelled/.test(block) && /RAPL/.test(block)).toBe(false);
  const figures = all.join('\n').match(/\d [µm]?J .*/g) ?? [];
  expect(figures.length).toBeGreaterThan(15);
  for (const line of figures) expect(line).toMatch(/^\d [µm]?J (\[[\d.]+–[\d.]+\] )?(modelled|RAPL) /);
});

test('an energy below the detection limit is “less than”, and gives no SCI', () => {
  const block = blocks('measured', 120).find((text) => text.includes('Per operation') && text.includes('RAPL')) ?? '';
  expect(block).toMatch(/process\/native +< 78\.3 µJ RAPL +–\n +SCI not known: the meter cannot tell/);
});

test('operations are given per thousand, cold starts per one, and what is missing in words', () => {
  const text = blocks('modelled').join('\n');
  expect(text).toMatch(/Per operation, noop +energy, modelled +SCI per 1,000, CO2e/);
  expect(text).toMatch(/vm\/small +1\.22 J \[0\.847–2\.37\] modelled +311 µg \[163–929\]\n +without its share of the idle host/);
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
  const model = sampleModel();
  const text = renderTerminal(model, { colour: false, width: 100 });
  expect(text.indexOf('energy and carbon')).toBeGreaterThan(text.indexOf('warm-loops'));
  expect(text.indexOf('energy and carbon')).toBeLessThan(text.indexOf('\nverdicts'));
  const none = { ...model.energy, meters: [], units: [], impacts: [], breakEvens: [] };
  expect(renderTerminal({ ...model, energy: none }, { colour: false, width: 100 })).not.toContain('energy and carbon');
});
