import { describe, expect, it } from 'vitest';
import { BenchError } from '../model/error.ts';
import { parseScenario } from './scenario-file.ts';

const GOOD = `id: mine
question: How long?
workloads: [noop]
cells:
  - { runner: process }
rounds: { min: 5, max: 10, timeBudget: 2min }
`;

function problem(text: string): string {
  try {
    parseScenario(text, 'mine.yaml');
  } catch (error) {
    if (error instanceof BenchError) {
      expect(error.exitCode).toBe(2);
      return error.message;
    }
    throw error;
  }
  throw new Error('was accepted');
}

describe('a scenario file', () => {
  it('is read with defaults filled in', () => {
    const scenario = parseScenario(GOOD, 'mine.yaml');
    expect(scenario).toMatchObject({ id: 'mine', activity: 'run', cacheState: 'page-warm', timeouts: { ready: '30s' } });
  });

  it('names line and column of an unknown key and the key that was probably meant', () => {
    expect(problem(`${GOOD}workload: [noop]\n`)).toBe('mine.yaml:7:1: unknown key “workload”; did you mean “workloads”?');
  });

  it('names line and column of an unknown key in a nested map', () => {
    expect(problem(GOOD.replace('max: 10', 'max: 10, maxx: 3'))).toContain('mine.yaml:6:28: rounds: unknown key “maxx”');
  });

  it('refuses a bare number where a duration needs a unit', () => {
    expect(problem(GOOD.replace('2min', '120'))).toContain('mine.yaml:6:40: rounds.timeBudget: a duration needs a unit');
  });

  it('refuses an unknown unit', () => {
    expect(problem(GOOD.replace('2min', '2 parsecs'))).toContain('not a duration');
  });

  it('refuses fewer rounds at most than at least', () => {
    expect(problem(GOOD.replace('max: 10', 'max: 3'))).toContain('rounds: min is larger than max');
  });

  it('reports every problem at once', () => {
    const text = problem(GOOD.replace('question: How long?\n', '').replace('2min', '7'));
    expect(text.split('\n')).toHaveLength(2);
  });

  it('points at the place of a YAML syntax error', () => {
    expect(problem('id: [unclosed\nquestion: x')).toMatch(/^mine\.yaml:\d+:\d+: /);
  });

  it('refuses a key written twice', () => {
    expect(problem(`${GOOD}id: again\n`)).toContain('mine.yaml:7:1');
  });

  it('refuses a workload of the user without any artifact, at its place', () => {
    const text = GOOD.replace('[noop]', '[{ id: own, expect: { stdout: hi } }]');
    expect(problem(text)).toContain('mine.yaml:3:13: workloads[0]: names no artifact');
  });

  it('refuses a misspelt key inside a workload of the user, at its place', () => {
    const text = GOOD.replace('[noop]', '[{ id: own, wasn: x.wasm, expect: { stdout: hi } }]');
    expect(problem(text)).toContain('unknown key “wasn”');
  });

  it('refuses a difference of cells that the scenario does not ask for, or called like another, at its place', () => {
    const native = '{ runner: process, variant: native }';
    const asked = (of: string, id = 'a'): string => `  - { id: ${id}, title: t, of: ${of}, from: ${native} }\n`;
    const text = problem(`${GOOD}differences:\n${asked(native)}${asked('{ runner: vm, variant: qemu }')}`);
    expect(text).toContain('mine.yaml:9:11: differences[1].id: another difference is called a');
    expect(text).toContain('mine.yaml:9:28: differences[1].of: vm/qemu is no cell of this scenario');
    expect(problem(`${GOOD}differences:\n${asked(native).replace('from', 'form')}`)).toContain('unknown key “form”');
  });

  it('refuses an identifier that a spreadsheet would take for a formula', () => {
    expect(problem(GOOD.replace('id: mine', 'id: "=mine"'))).toContain('mine.yaml:1:5: id: must match');
  });
});
