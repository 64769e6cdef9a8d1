import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { bencherMetrics } from './bmf.ts';
import { githubBenchmark } from './github-benchmark.ts';
import { GATE_REPORTS } from './testing/gate-reports.ts';
import { gateResult, smallGateReport } from './testing/small-gate-report.ts';

const ajv = new Ajv({ allErrors: true });
const NAMES = Object.keys(GATE_REPORTS);

/** Bencher’s published schema of its format, and beside it the lengths and the alphabet its documentation gives for names and slugs. */
const BMF = ajv.compile({
  type: 'object',
  propertyNames: { minLength: 1, maxLength: 1024 },
  additionalProperties: {
    type: 'object',
    propertyNames: { pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 64 },
    additionalProperties: {
      type: 'object',
      properties: { value: { type: 'number' }, lower_value: { type: 'number' }, upper_value: { type: 'number' } },
      required: ['value'],
      additionalProperties: false,
    },
  },
});

/** README of github-action-benchmark, “customSmallerIsBetter”; its type BenchmarkResult has the same fields. */
const CUSTOM = ajv.compile({
  type: 'array',
  items: {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1 },
      unit: { type: 'string', minLength: 1 },
      value: { type: 'number' },
      range: { type: 'string' },
      extra: { type: 'string' },
    },
    required: ['name', 'unit', 'value'],
    additionalProperties: false,
  },
});

interface Metric {
  value: number;
  lower_value?: number;
  upper_value?: number;
}
const bmf = (name: string): Record<string, Record<string, Metric>> =>
  JSON.parse(bencherMetrics(GATE_REPORTS[name]!)) as Record<string, Record<string, Metric>>;
const custom = (name: string): Record<string, unknown>[] => JSON.parse(githubBenchmark(GATE_REPORTS[name]!)) as Record<string, unknown>[];

describe('Bencher Metric Format', () => {
  test.each(NAMES)('%s is valid', (name) => {
    BMF(bmf(name));
    expect(BMF.errors ?? []).toEqual([]);
  });

  test('the unit is in the name of the measure, and the value in that unit', () => {
    expect(bmf('fail')['wasmtime/jit/hello']?.['cold-start-ns']?.value).toBe(471_000_000);
    expect(bmf('exact')['wasmtime/jit/hello']).toEqual({ 'artifact-bytes-wasm': { value: 1_153_433 } });
  });

  test('bounds lie around the value as those of the ratio around its estimate', () => {
    const { value, lower_value, upper_value } = bmf('fail')['wasmtime/jit/hello']!['cold-start-ns']!;
    expect(lower_value! / value).toBeCloseTo(1.11 / 1.142, 9);
    expect(upper_value! / value).toBeCloseTo(1.175 / 1.142, 9);
  });

  test('a figure of single trials has a measure of its own beside the median of rounds', () => {
    expect(Object.keys(bmf('everything')['wasmtime/jit/hello']!).filter((slug) => slug.startsWith('cold-start'))).toEqual([
      'cold-start-ns',
      'cold-start-p95-ns',
      'cold-start-median-ns',
    ]);
  });

  test('a gate without a value is left out', () => expect(bmf('incomplete')).toEqual({}));

  test('a long name of a metric keeps its unit within 64 characters', () => {
    const report = smallGateReport([gateResult({ metric: `very_${'long_'.repeat(20)}name` })]);
    const [slug = ''] = Object.keys((JSON.parse(bencherMetrics(report)) as Record<string, object>)['wasmtime/jit/hello']!);
    expect(slug).toMatch(/^very-long.*-ns$/);
    expect(slug.length).toBeLessThanOrEqual(64);
  });
});

describe('github-action-benchmark', () => {
  test.each(NAMES)('%s is valid', (name) => {
    CUSTOM(custom(name));
    expect(CUSTOM.errors ?? []).toEqual([]);
  });

  test('names are unique: the action compares entries by name', () => {
    const names = custom('everything').map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('wasmtime/jit/hello cold_start p95');
  });

  test('the unit stays the same whatever the size of the value', () => {
    const of = (head: number): unknown => JSON.parse(githubBenchmark(smallGateReport([gateResult({ head })])));
    expect(of(0.000_02)).toMatchObject([{ unit: 'ms', value: 0.02 }]);
    expect(of(20)).toMatchObject([{ unit: 'ms', value: 20_000 }]);
  });

  test('the interval and the line of the gate come along', () => {
    expect(custom('fail')[0]).toMatchObject({ name: 'wasmtime/jit/hello cold_start', value: 471, range: '458–485' });
    expect(custom('fail')[0]?.['extra']).toMatch(/^FAIL wasm-cold {2}412 → 471 ms/);
  });

  test('a gate without a value is left out', () => expect(custom('incomplete')).toEqual([]));
});
