import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annotations } from './annotations.ts';
import { anyText } from './testing/any-text.ts';
import { GATE_REPORTS } from './testing/gate-reports.ts';
import { gateResult, smallGateReport } from './testing/small-gate-report.ts';
import { printable } from './words.ts';

interface Command {
  readonly kind: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

const unescaped = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
const unescapedProperty = (text: string): string => unescaped(text.replaceAll('%3A', ':').replaceAll('%2C', ','));

/** As GitHub’s runner reads a line: `::name key=value,key=value::message`, everything undone that the sender must escape. */
function read(lines: readonly string[]): Command[] {
  return lines.map((line) => {
    const [, kind = '', list = '', message = ''] = /^::(\w+) ?(.*?)::(.*)$/.exec(line) ?? [];
    const properties = list
      .split(',')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), unescapedProperty(pair.slice(pair.indexOf('=') + 1))]);
    return { kind, properties: Object.fromEntries(properties) as Record<string, string>, message: unescaped(message) };
  });
}

const of = (name: string): Command[] => read(annotations(GATE_REPORTS[name]!));

describe('annotations', () => {
  test('a failure is an error with the gate in its title; a pass says nothing', () => {
    const [one, ...rest] = of('fail');
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ kind: 'error', properties: { title: 'wasm-cold: fail' } });
    expect(one?.message.split('\n')[0]).toBe('FAIL wasm-cold 412 → 471 ms +14.2 % [+11.0, +17.5] limit +10 % and 5 ms n=10×4 MDE 6 %');
    expect(one?.message).toContain('again: thirdwave gate gates.yaml --base git:origin/main --seed 7');
    expect(annotations(GATE_REPORTS['pass']!)).toEqual([]);
  });

  test('what the exit code ignores is a warning or a notice', () => {
    const kinds = (name: string): string[] => of(name).map(({ kind }) => kind);
    expect(kinds('incomplete')).toEqual(['error']);
    expect(kinds('incomparable')).toEqual(['error']);
    expect(kinds('warn')).toEqual(['warning']);
    expect(kinds('inconclusive')).toEqual(['warning']);
    expect(kinds('waived')).toEqual(['notice']);
    expect(kinds('waived crash')).toEqual(['error']);
    expect(kinds('improved')).toEqual(['notice']);
  });

  test('inconclusive is an error where the run was told to fail on it', () => {
    const { gates } = GATE_REPORTS['inconclusive']!;
    const report = smallGateReport(gates, { exitCode: 11, exitCodes: [11] });
    expect(read(annotations(report)).map(({ kind }) => kind)).toEqual(['error']);
  });

  test('no more than ten of a kind, the last of which says how many more there are', () => {
    const many = Array.from({ length: 30 }, (_, index) => gateResult({ id: `gate-${index}`, level: index < 12 ? 'error' : 'warn' }));
    const commands = read(annotations(smallGateReport(many)));
    for (const [kind, more] of [
      ['error', '3 more'],
      ['warning', '9 more'],
    ]) {
      const list = commands.filter((command) => command.kind === kind);
      expect(list).toHaveLength(10);
      expect(list.at(-1)?.message).toBe(`${more}: see the summary of this job`);
    }
    const ten = annotations(smallGateReport(many.slice(0, 10)));
    expect(read(ten).at(-1)?.message).toBe('1 more: see the summary of this job');
    expect(read(annotations(smallGateReport(many.slice(0, 9))))).toHaveLength(9);
  });

  test('any text arrives whole in the one command it belongs to', () => {
    const text = fc.oneof(anyText, fc.constantFrom('%0A::error::', '%25', 'a,b:c=d'));
    fc.assert(
      fc.property(text, (because) => {
        const commands = read(annotations(smallGateReport([gateResult({ id: 'a:b', because })])));
        expect(commands).toHaveLength(1);
        expect(commands[0]?.properties).toEqual({ title: 'a:b: fail' });
        expect(commands[0]?.message.split('\n')[1]).toBe(printable(`cold_start of hello in wasmtime/jit: ${because}`));
      }),
    );
  });
});
