import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderGate } from './terminal.ts';
import { GATE_REPORTS, HOSTILE } from './testing/gate-reports.ts';
import { gateResult, smallGateReport, without } from './testing/small-gate-report.ts';
import { gateLine, signedPercent } from './words.ts';

const PLAIN = { colour: false, width: 120, verbose: false };
const text = (name: string, options = PLAIN): string => renderGate(GATE_REPORTS[name]!, options);

describe('one line per gate', () => {
  test('a failure holds values, change, interval, limit, n and the smallest detectable effect', () => {
    expect(gateLine(gateResult({ minEffect: 0 }))).toBe(
      'FAIL wasm-cold  412 → 471 ms  +14.2 % [+11.0, +17.5]  limit +10 %  n=10×4  MDE 6 %',
    );
  });

  test('both values stand in one unit, also where it changes between them', () => {
    expect(gateLine(gateResult({ base: 0.0009996, head: 0.0012 }))).toContain('  1.00 → 1.20 ms  ');
    expect(gateLine(gateResult({ unit: 'B', base: 900, head: 1_000_000 }))).toMatch(/ {2}0\.000900 → 1\.00 MB {2}/);
  });

  test('a budget shows its figure and limit, an exact metric no interval', () => {
    expect(text('budget')).toContain('FAIL budget  p95 138 ms  limit 125 ms  n=80\n');
    expect(text('exact')).toContain('FAIL size  1.05 → 1.15 MB  +10.0 %  limit +1 %  n=1\n');
  });

  test('a missing value is said, never 0', () => {
    expect(text('incomplete')).toContain('INCOMPLETE memory  base and head not measured  limit');
    expect(gateLine(without(gateResult(), 'head', 'change'))).toContain('  412 ms → head not measured  limit');
    expect(gateLine(without(gateResult(), 'base', 'change'))).toContain('  base not measured → 471 ms  limit');
  });

  test.each([
    [1.142, '+14.2 %'],
    [1.0042, '+0.42 %'],
    [0.879, '−12.1 %'],
    [1, '±0 %'],
    [1.00001, '±0 %'],
    [3.456, '+246 %'],
    [1.09996, '+10.0 %'],
  ])('%f is written %s', (ratio, expected) => expect(signedPercent(ratio)).toBe(expected));
});

describe('the whole answer', () => {
  test('a p too small for a double is said as a bound', () => {
    const report = smallGateReport([gateResult({ p: 0 })]);
    expect(renderGate(report, PLAIN)).toContain('one-sided p less than 1e-12, needed at most 0.0033');
  });

  test('passed gates are one line, and named where they improved', () => {
    expect(text('improved')).toMatch(/^PASS 2 gates; run improved −12\.1 % \[−14\.9, −9\.2\]$/m);
    expect(text('improved')).not.toContain('PASS run');
  });

  test('verbose writes each of them', () => {
    const verbose = text('improved', { ...PLAIN, verbose: true });
    expect(verbose).toMatch(/^PASS run {2}1\.52 → 1\.34 s/m);
    expect(verbose).toMatch(/^PASS cpu:wasmtime\/jit\/hello /m);
  });

  test('a failure says what, how sure, against what, on which host, how to repeat and how to waive', () => {
    const failed = text('fail');
    expect(failed).toContain('head takes 14.2 % longer');
    expect(failed).toContain('one-sided p = 0.00021, needed at most 0.0033');
    expect(failed).toContain('head build/hello.wasm (sha256:4e4e4e4e4e4e) against base git:origin/main (sha256:0b0b0b0b0b0b)');
    expect(failed).toContain('host key 7f7f7f7f7f7f');
    expect(failed).toContain('thirdwave gate gates.yaml --base git:origin/main --seed 7');
    expect(failed).toMatch(/waivers:\n\s+- gate: "wasm-cold"/);
  });

  test('what counts stands before what is waived or only warns, and the exit code is named', () => {
    const words = text('everything').matchAll(/^([A-Z]+) ([\w-]+) /gm);
    expect([...words].map(([, , id]) => id)).toEqual([
      'memory',
      'container-cold',
      'wasm-cold',
      'budget',
      'size',
      'native-cold',
      'size-warn',
      'waived',
      '3',
    ]);
    expect(text('everything')).toMatch(/exit code\s+13/);
  });

  test('only a gate of level error that is not waived is offered to be waived', () => {
    expect(text('waived')).not.toContain('waivers:');
    expect(text('warn')).not.toContain('waivers:');
    expect(text('inconclusive')).not.toContain('waivers:');
  });

  test('a waiver does not cover a crash', () => {
    expect(text('waived crash')).toContain('its waiver (until 2027-01-31) does not cover incomplete');
    expect(text('waived crash')).toMatch(/exit code 13/);
    expect(text('waived crash')).not.toMatch(/waived until/);
  });

  test('colour changes no character', () => {
    for (const name of Object.keys(GATE_REPORTS)) {
      expect(stripVTControlCharacters(text(name, { ...PLAIN, colour: true }))).toBe(text(name));
    }
    expect(text('fail', { ...PLAIN, colour: true })).toContain('\u001B[31mFAIL\u001B[0m wasm-cold');
    expect(text('waived', { ...PLAIN, colour: true })).toContain('\u001B[33mFAIL\u001B[0m waived');
  });

  test.each([40, 80, 120])('nothing but the command is wider than %i characters', (width) => {
    const lines = text('everything', { ...PLAIN, width }).split('\n');
    expect(lines.filter((line) => line.length > width && !line.includes(' thirdwave gate '))).toEqual([]);
  });
});

describe('texts of others', () => {
  /** What GitHub’s runner takes for a command: `::name …::` after white space, `##[name]` anywhere. */
  const commands = (output: string): string[] => output.split('\n').filter((line) => /^\s*::[^:]+::/.test(line) || /##\[/.test(line));

  test('neither escape sequences nor workflow commands come through', () => {
    const output = text('hostile');
    expect(output).not.toMatch(/[^\P{Cc}\n]/u);
    expect(output).toContain(String.raw`\u{001b}[31mred\u{0000}`);
    expect(commands(output)).toEqual([]);
  });

  test('whatever the text and the width', () => {
    const parts = fc.constantFrom('::error title=x::y', '\n', '##[error]', ' ', 'word', '::', '\u001B[2J', '\r', '\u202E', HOSTILE);
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), fc.integer({ min: 40, max: 140 }), (words, width) => {
        const because = words.join('');
        const report = smallGateReport([gateResult({ because })], { warnings: [because], reproduce: because });
        const output = renderGate(report, { colour: false, width, verbose: false });
        expect(commands(output)).toEqual([]);
        expect(output).not.toMatch(/[^\P{Cc}\n]|\u202E/u);
      }),
    );
  });
});
