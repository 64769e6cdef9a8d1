import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BenchError } from '../model/error.ts';
import { locateGates, parseGates } from './gate-file.ts';

const GOOD = `version: 1
programs:
  - id: converter
    base: { git: origin/main, build: make, artifact: build/converter }
    head: { binary: build/converter }
cells: [{ runner: process }]
gates:
  - { id: cold, select: { metric: cold_start }, maxRegression: 10%, minEffect: 5ms }
  - { id: size, select: { metric: artifact_bytes_binary }, max: 64KiB, level: warn }
waivers:
  - { gate: cold, reason: a new allocator, expires: 2026-01-31 }
`;

function problems(text: string): readonly string[] {
  try {
    parseGates(text, 'gates.yaml');
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    expect(error).toMatchObject({ code: 'gates-invalid', exitCode: 2 });
    expect(error.remedy).toContain('results/schema/gates.schema.json');
    return error.message.split('\n');
  }
  throw new Error('was accepted');
}

/** The one problem that a change of the good file makes. */
function problem(from: string, to: string): string {
  expect(GOOD).toContain(from);
  const found = problems(GOOD.replace(from, to));
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}

describe('a gate file', () => {
  it('is read with defaults filled in', () => {
    expect(parseGates(GOOD, 'gates.yaml')).toMatchObject({
      id: 'gate',
      alpha: '1%',
      beta: '5%',
      activity: 'run',
      rounds: { looks: [10, 20, 40], perRound: 4 },
      timeouts: { ready: '30s', exit: '60s' },
      onInconclusive: 'warn',
      gates: [{ level: 'error' }, { level: 'warn' }],
    });
  });

  it('knows the place of everything it says, and of what is around what it does not say', () => {
    const { placeOf } = locateGates(GOOD, 'gates.yaml');
    expect(placeOf(['gates', 1, 'max'])).toBe('gates.yaml:9:65');
    expect(placeOf(['gates', 0, 'select', 'metric'])).toBe('gates.yaml:8:35');
    expect(placeOf(['gates', 0, 'select', 'runner'])).toBe('gates.yaml:8:25');
    expect(placeOf(['waivers', 0, 'gate'])).toBe('gates.yaml:11:13');
  });

  it.each([
    ['an unknown key of the file', 'waivers:', 'waiver:', '10:1: unknown key “waiver”; did you mean “waivers”?'],
    ['an unknown key of a gate', 'minEffect', 'minEfect', '8:69: gates[0]: unknown key “minEfect”; did you mean “minEffect”?'],
    [
      'an unknown key of an arm',
      'build: make',
      'built: make, build: make',
      '4:31: programs[0].base: unknown key “built”; did you mean “build”?',
    ],
    ['a share without its unit', '10%', '0.1', '8:64: gates[0].maxRegression: a share needs its unit: write it like 3%'],
    [
      'an amount without its unit',
      '5ms',
      '5',
      '8:80: gates[0].minEffect: an amount needs its unit: write it like 5ms (of a time) or 64KiB (of a size)',
    ],
    [
      'an amount in a unit that is none',
      '64KiB',
      '64kb',
      '9:65: gates[1].max: an amount needs its unit: write it like 5ms (of a time) or 64KiB (of a size)',
    ],
    [
      'an arm of two forms',
      '{ binary: build/converter }',
      '{ binary: a, wasm: b }',
      '5:11: programs[0].head: names wasm and binary: give exactly one of image, wasm, binary, git',
    ],
    ['a git ref that says not how it is built', ', build: make', '', '4:11: programs[0].base: “git” needs “build” and “artifact”'],
    [
      'a gate that is relative and a budget',
      'max: 64KiB',
      'max: 64KiB, maxRegression: 1%',
      '9:5: gates[1]: give exactly one of maxRegression (base against head) and max (budget)',
    ],
    ['a figure asked of a relative gate', '5ms', '5ms, stat: p95', '8:91: gates[0].stat: belongs to max: relative gates compare rounds'],
    ['two gates of one name', 'id: size', 'id: cold', '9:11: gates[1].id: another gate is called cold'],
    ['a waiver of no gate', 'gate: cold', 'gate: cool', '11:13: waivers[0].gate: there is no gate “cool”'],
    ['a waiver that ends on no date', '2026-01-31', '2026-02-31', '11:53: waivers[0].expires: Invalid ISO date'],
    ['looks that do not ascend', 'cells:', 'rounds: { looks: [10, 10] }\ncells:', '6:18: rounds.looks: looks must ascend'],
    ['another version', 'version: 1', 'version: 2', '1:10: version: Invalid input: expected 1'],
    ['a key written twice', 'cells:', 'version: 1\ncells:', '6:1: Map keys must be unique'],
  ])('refuses %s at its place', (_, from, to, message) => {
    expect(problem(from, to)).toContain(`gates.yaml:${message}`);
  });

  it('reports every problem at once, from the top down', () => {
    const text = GOOD.replace('version: 1', 'version: 1\nalpha: 0.01').replace('64KiB', '64').replace('gate: cold', 'gat: cold');
    expect(problems(text).map((line) => /^gates\.yaml:(\d+):/.exec(line)?.[1])).toEqual(['2', '10', '12', '12']);
  });

  it.each([
    ['an empty file', ''],
    ['a list', '[]'],
    ['a sentence', 'gates, please'],
    ['what is no YAML', 'gates: [unclosed'],
    [
      'aliases that multiply',
      ['a: &a [1, 1]', ...Array.from({ length: 9 }, (_, i) => `a${i}: &${'b'.repeat(i + 1)} [${'*a, '.repeat(99)}]`)].join('\n'),
    ],
  ])('refuses %s', (_, text) => {
    expect(problems(text)[0]).toMatch(/^gates\.yaml:\d+:\d+: /);
  });

  it('names what is missing', () => {
    expect(problems('version: 1\ngates: [{ id: a }]\n')).toEqual([
      'gates.yaml:1:1: programs: is missing (array)',
      'gates.yaml:1:1: cells: is missing (array)',
      'gates.yaml:2:9: gates[0].select: is missing (object)',
    ]);
  });

  it('takes a name with a star for what YAML takes it for, and says so', () => {
    expect(problem('build/converter }\n    head', '*.wasm }\n    head')).toBe(
      'gates.yaml:4:54: “*.wasm” refers to an anchor that is not set: text that begins with * needs quotes',
    );
  });

  it('is read or refused with places, whatever stands in it', () => {
    const pieces = fc.array(fc.oneof(fc.constantFrom(...GOOD.split(/(?<=[\s,{}:[\]])/)), fc.string({ maxLength: 4 })), { maxLength: 40 });
    const damaged = fc.tuple(fc.nat(GOOD.length), fc.nat(20), fc.string({ maxLength: 5 })).map(([from, length, put]) => {
      return `${GOOD.slice(0, from)}${put}${GOOD.slice(from + length)}`;
    });
    fc.assert(
      fc.property(
        fc.oneof(
          damaged,
          pieces.map((words) => words.join('')),
        ),
        (text) => {
          try {
            parseGates(text, 'gates.yaml');
          } catch (error) {
            if (!(error instanceof BenchError)) throw error;
            for (const line of error.message.split('\n')) expect(line).toMatch(/^gates\.yaml:\d+:\d+: ./);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
