import { describe, expect, test } from 'vitest';
import { bandText, bounds, estimate, percent, quantity, ratioTo, scaleFor, significant } from './format.ts';

describe('quantity', () => {
  test.each([
    [0.2513, 's', '251 ms'],
    [1.5e-9, 's', '1.50 ns'],
    [2.2e-6, 's', '2.20 µs'],
    [0.9996, 's', '1.00 s'],
    [0.9994, 's', '999 ms'],
    [999.6e-6, 's', '1.00 ms'],
    [4e-10, 's', '0.400 ns'],
    [1234.5, 's', '1230 s'],
    [-0.012, 's', '-12.0 ms'],
    [0, 's', '0 s'],
    [46, 'B', '46 B'],
    [999.6, 'B', '1.00 kB'],
    [118_400_512, 'B', '118 MB'],
    [5e9, 'B', '5.00 GB'],
    [0.0021, 'J', '2.10 mJ'],
    [5230, 'J', '5.23 kJ'],
    [3.4e-11, 'g', '34.0 pg'],
    [1450, 'g', '1.45 kg'],
    [12.5, 'W', '12.5 W'],
    [0.25, '1', '0.250'],
  ] as const)('shows %d %s as “%s”', (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });
});

test('three significant digits are kept over the whole range of a double', () => {
  expect(significant(123_456)).toBe('123000');
  expect(significant(0.099_96)).toBe('0.100');
  expect(significant(1e-7)).toBe('1.00e-7');
  expect(significant(2.5e15)).toBe('2.50e+15');
});

test('an interval is written in the unit of its value', () => {
  const interval = { method: 'order-statistic', level: 0.95, low: 0.245, high: 1.2 } as const;
  expect(bounds(interval, 's', scaleFor(0.2513, 's'))).toBe('[245, 1200]');
  expect(estimate(0.2513, interval, 's')).toBe('251 ms [245, 1200]');
});

test('an exact value is written without an interval', () => {
  expect(estimate(46, { method: 'exact', level: 1, low: 46, high: 46 }, 'B')).toBe('46 B');
});

test('a ratio names its reference, with an interval where there is one', () => {
  const ratio = { reference: 'a', pairs: 30, estimate: 42.03 };
  const interval = { method: 'signed-rank-hl', level: 0.95, low: 40.12, high: 43.9 } as const;
  expect(ratioTo(ratio, 'process/native')).toBe('42.0× process/native');
  expect(ratioTo({ ...ratio, interval }, 'process/native')).toBe('42.0× process/native [40.1, 43.9]');
});

test('shares are written as per cent without digits that say nothing', () => {
  expect([percent(0.95), percent(0.03), percent(0.025)]).toEqual(['95 %', '3 %', '2.50 %']);
});

test('a band is written with its ends in the unit of the central value, and without where they are one', () => {
  expect(bandText({ low: 2.4, central: 3.1, high: 3.9 }, 'J')).toBe('3.10 J [2.40–3.90]');
  expect(bandText({ low: 0.0004, central: 0.00082, high: 0.0021 }, 'g')).toBe('820 µg [400–2100]');
  expect(bandText({ low: 45, central: 45, high: 45 }, 'g')).toBe('45.0 g');
});
