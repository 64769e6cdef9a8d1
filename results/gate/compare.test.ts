import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Comparison } from '../../core/model/comparison.ts';
import { BenchError } from '../../core/model/error.ts';
import { renderComparison } from '../../reports/gate/compare.ts';
import { seededNormal } from '../testing/seeded-normal.ts';
import { type SmallGateOptions, smallGate } from '../testing/small-gate.ts';
import { type Comparable, compareAll, type CompareRules, outcomeOf } from './compare.ts';
import { compareHyperfine } from './compare-hyperfine.ts';
import { compareRuns } from './compare-runs.ts';
import { parseHyperfine } from './hyperfine.ts';

const RULES: CompareRules = { limit: 1.1, alpha: 0.01, beta: 0.05 };
const DESCRIBE: CompareRules = { ...RULES, limit: undefined };

function comparable(a: readonly number[], b: readonly number[], more: Partial<Comparable> = {}): Comparable {
  const head = { id: 's:a/native/noop', metric: 'cold_start', role: 'instance', unit: 's', better: 'lower', noise: 'noisy' } as const;
  return { ...head, differs: [], a: { values: a }, b: { values: b }, ...more };
}

const scattered = (centre: number, n = 12): number[] =>
  Array.from({ length: n }, (_, index) => centre * (1 + 0.01 * ((index * 7) % n) - 0.05));
const judge = (...all: Comparable[]) => compareAll(all, RULES);
const file = (name: string) => ({
  name,
  results: parseHyperfine(readFileSync(new URL(`../golden/hyperfine/${name}`, import.meta.url), 'utf8'), name),
});

describe('two sets of values', () => {
  it('fail, pass or stay open by the shift of their logarithms', () => {
    const [slower, same, open] = [1.3, 1, 1.095].map((ratio) => judge(comparable(scattered(1), scattered(ratio)))[0]!);
    expect(slower).toMatchObject({ verdict: 'fail' });
    expect(slower!.change!.estimate).toBeCloseTo(1.3, 2);
    expect(same).toMatchObject({ verdict: 'pass' });
    expect(open).toMatchObject({ verdict: 'inconclusive' });
  });

  it('never fail for a regression that is certain but allowed', () => {
    const [found] = judge(comparable(scattered(1, 40), scattered(1.08, 40)));
    expect(found!.p).toBeLessThan(0.01);
    expect(found!.verdict).not.toBe('fail');
  });

  it('turn round where more is better', () => {
    const [fewer] = judge(comparable(scattered(100), scattered(70), { better: 'higher' }));
    expect(fewer).toMatchObject({ verdict: 'fail', because: expect.stringContaining('the allowed −9.1 %') });
    expect(judge(comparable(scattered(100), scattered(150), { better: 'higher' }))[0]).toMatchObject({ verdict: 'pass' });
  });

  it('are the same whichever unit they are in', () => {
    const values = fc.array(fc.double({ min: 0.001, max: 10, noNaN: true }), { minLength: 6, maxLength: 20 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [seconds] = judge(comparable(a, b));
        const [milli] = judge(
          comparable(
            a.map((value) => value * 1024),
            b.map((value) => value * 1024),
          ),
        );
        expect(milli!.verdict).toBe(seconds!.verdict);
        expect(milli!.change!.estimate).toBeCloseTo(seconds!.change!.estimate, 6);
      }),
    );
  });

  it('are only described without an allowed regression: 95 % interval, two-sided p, no verdict, exit 0', () => {
    const described = compareAll([comparable(scattered(1), scattered(2))], DESCRIBE);
    expect(described[0]).not.toHaveProperty('verdict');
    expect(described[0]!.change!.level).toBe(0.95);
    expect(outcomeOf(described, DESCRIBE, ['s:gone'])).toEqual({ exitCode: 0 });
  });

  it('that B has lost are incomplete where it is judged, whatever the others say', () => {
    const same = judge(comparable(scattered(1), scattered(1)));
    expect(outcomeOf(same, RULES, ['s:gone'])).toEqual({ verdict: 'incomplete', exitCode: 13 });
  });

  it.each([
    ['fewer than six values', comparable([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]), '5 values on a side, at least 6 are needed'],
    ['no values', comparable([], [1]), 'A has no cold_start'],
    ['NaN', comparable(scattered(1), [1, 1, 1, 1, 1, Number.NaN]), 'B holds a cold_start of NaN'],
    ['zero', comparable(scattered(1), [1, 1, 1, 1, 1, 0]), 'B holds a cold_start of 0'],
    [
      'a failed trial',
      comparable(scattered(1), scattered(1), { b: { values: scattered(1), failed: '1 of 13 trials (timeout) failed' } }),
      'timeout',
    ],
  ])('with %s are incomplete, exit 13', (_name, one, words) => {
    const found = judge(one);
    expect(found[0]).toMatchObject({ verdict: 'incomplete', because: expect.stringContaining(words) });
    expect(outcomeOf(found, RULES, []).exitCode).toBe(13);
  });

  it('that are too few to ever fail are refused, not passed: 12 metrics of six values share a level no p can reach', () => {
    const six = comparable(scattered(1, 6), scattered(1, 6));
    expect(judge(six)[0]).toMatchObject({ verdict: 'pass' });
    const found = judge(...Array.from({ length: 12 }, (_, index) => ({ ...six, id: `s:${index}` })));
    for (const one of found) expect(one).toMatchObject({ verdict: 'incomplete', because: expect.stringContaining('can never fail') });
  });

  it('without any scatter are taken at their word', () => {
    const same = (value: number): number[] => new Array<number>(8).fill(value);
    expect(judge(comparable(same(1), same(1)))[0]).toMatchObject({
      verdict: 'pass',
      p: 1,
      notes: ['every value is the same on each side'],
    });
    expect(judge(comparable(same(1), same(1.2)))[0]).toMatchObject({ verdict: 'fail' });
  });

  it('of an exact metric need one value', () => {
    const exact = { noise: 'exact', metric: 'image_bytes_compressed', unit: 'B' } as const;
    expect(judge(comparable([1000], [1101], exact))[0]).toMatchObject({ verdict: 'fail' });
    expect(judge(comparable([1000], [1100], exact))[0]).toMatchObject({ verdict: 'pass' });
  });

  it('fail falsely in at most one of a hundred whole comparisons of eight metrics', () => {
    const normal = seededNormal(5);
    const draw = (): number[] => Array.from({ length: 15 }, () => Math.exp(0.3 * normal()));
    let failed = 0;
    for (let run = 0; run < 400; run += 1) {
      const found = judge(...Array.from({ length: 8 }, () => comparable(draw(), draw())));
      if (found.some(({ verdict }) => verdict === 'fail')) failed += 1;
    }
    // Exactly 1 % gives more than 9 in 400 once in a hundred simulations.
    expect(failed).toBeLessThanOrEqual(9);
  });
});

describe('two runs', () => {
  const run = (seconds: number, more: Partial<SmallGateOptions> = {}) => {
    const cold: SmallGateOptions['cold'] = (round) => seconds * (1 + 0.005 * (round % 4));
    return { model: smallGate({ cold, runId: `run-${seconds}`, ...more }).model, isGate: true };
  };

  it('are compared by their head cells, round by round median, in every metric of both', () => {
    const found = Comparison.parse(compareRuns(run(0.1), run(0.15), undefined, RULES));
    expect(found.compared.map(({ metric, a }) => [metric, a.n])).toEqual([
      ['cold_start', 10],
      ['run_time', 10],
    ]);
    expect(found).toMatchObject({ verdict: 'fail', exitCode: 10, hosts: [] });
    expect(found.notes.join(' ')).toContain('measures in turns');
  });

  it('of two hosts are not compared: exit 12 with the fields that differ', () => {
    const found = compareRuns(run(0.1), run(0.1, { host: { kernel: '6.12.0' } }), undefined, DESCRIBE);
    expect(found).toMatchObject({
      verdict: 'incomparable',
      exitCode: 12,
      compared: [],
      hosts: [{ field: 'kernel', a: '6.1.0', b: '6.12.0' }],
    });
    expect(renderComparison(found, { colour: false, width: 100 })).toContain('kernel 6.1.0 (A), 6.12.0 (B)');
  });

  it('name other factors, which forbid a verdict, and other versions, which do not', () => {
    const factors = compareRuns(run(0.1), run(0.1, { factors: { network: 'none' } }), undefined, RULES);
    expect(factors).toMatchObject({ verdict: 'incomparable', exitCode: 12 });
    expect(factors.compared[0]!.because).toContain('network absent in A, none in B');
    const versions = compareRuns(run(0.1), run(0.1, { versions: { rustc: '1.86.0' } }), undefined, RULES);
    expect(versions).toMatchObject({ verdict: 'pass' });
    expect(versions.compared[0]!.differs).toEqual([{ field: 'rustc', a: '1.85.0', b: '1.86.0' }]);
  });

  it('with failed trials are incomplete', () => {
    const failing = run(0.1, { cold: (round) => (round === 2 ? undefined : 0.1) });
    expect(compareRuns(run(0.1), failing, 'cold_start', RULES)).toMatchObject({ verdict: 'incomplete', exitCode: 13 });
  });

  it('refuse a metric that is not in both, with the nearest that is', () => {
    expect(() => compareRuns(run(0.1), run(0.1), 'cold_strat', RULES)).toThrow(/did you mean “cold_start”/);
  });
});

describe('exports of hyperfine', () => {
  /** The verdict by the definitions alone: every assignment of ranks counted by sampling none, every pair visited. */
  function byBruteForce(a: readonly number[], b: readonly number[]) {
    const shifts = b.flatMap((y) => a.map((x) => Math.log(y / x))).toSorted((x, y) => x - y);
    const middle = shifts.length / 2;
    const u = a.reduce((sum, x) => sum + b.filter((y) => x > y).length, 0);
    const ways = (n: number, m: number, limit: number): number =>
      limit < 0 ? 0 : n === 0 || m === 0 ? 1 : ways(n - 1, m, limit - m) + ways(n, m - 1, limit);
    return {
      estimate: Math.exp((shifts[middle - 1]! + shifts[middle]!) / 2),
      less: ways(a.length, b.length, u) / ways(a.length, b.length, a.length * b.length),
    };
  }

  it('of two commands measured by hyperfine 1.15 give the verdict that the definitions give', () => {
    const found = Comparison.parse(compareHyperfine(file('sleeps.json'), undefined, RULES));
    const [a, b] = file('sleeps.json').results.map(({ times }) => times!);
    const expected = byBruteForce(a!, b!);
    expect(expected.estimate).toBeGreaterThan(1.1);
    expect(expected.less).toBeLessThan(0.01);
    expect(found).toMatchObject({ verdict: 'fail', exitCode: 10, a: 'sleep 0.01', b: 'sleep 0.02' });
    expect(found.compared[0]!.change!.estimate).toBeCloseTo(expected.estimate, 9);
    expect(found.compared[0]!.p).toBeCloseTo(2 * expected.less, 9);
    expect(found.notes[0]).toContain('one command after the other');
  });

  it('with commands that failed are incomplete', () => {
    const found = compareHyperfine(file('failing.json'), undefined, RULES);
    expect(found).toMatchObject({ verdict: 'incomplete', exitCode: 13 });
    expect(found.compared[0]!.because).toContain('10 of 10 runs failed (exit code 3)');
  });

  it('are matched by command between two files', () => {
    const found = compareHyperfine(file('parameters.json'), file('sleeps.json'), DESCRIBE);
    expect(found.compared.map(({ id }) => id)).toEqual(['sleep 0.01', 'sleep 0.02']);
    const [one] = file('sleeps.json').results;
    const other = compareHyperfine({ name: 'a', results: [one!] }, { name: 'b', results: [{ ...one!, command: 'sleep 1' }] }, DESCRIBE);
    expect(other.compared[0]!.id).toBe('sleep 0.01 → sleep 1');
  });

  it.each([
    ['no JSON', 'NaN,', /is no export of hyperfine/],
    ['another document', '{"benchmarks": []}', /at results/],
    ['a time that is none', '{"results": [{"command": "x", "mean": null}]}', /mean/],
    ['no results', '{"results": []}', /results/],
  ])('that are %s are refused with exit 2', (_name, text, words) => {
    const read = (): unknown => parseHyperfine(text, 'x.json');
    expect(read).toThrow(words);
    expect(read).toThrow(BenchError);
  });

  it('must hold two commands alone, and none twice or none in common beside another', () => {
    const [one, two] = file('sleeps.json').results;
    const of = (...results: (typeof one)[]) => ({ name: 'x.json', results: results.map((result) => result!) });
    expect(() => compareHyperfine(of(one), undefined, RULES)).toThrow('x.json holds 1 results');
    expect(() => compareHyperfine(of(one, two, one), undefined, RULES)).toThrow('holds 3 results');
    expect(() => compareHyperfine(of(one, one), of(one, two), RULES)).toThrow('A holds “sleep 0.01” twice');
    expect(() => compareHyperfine(of(one, two), of({ ...one!, command: 'a' }, { ...one!, command: 'b' }), RULES)).toThrow(
      'no command stands in both',
    );
  });

  it('without single times are incomplete, and a signal counts as a failure', () => {
    const [one, two] = file('sleeps.json').results;
    const { times: _times, ...without } = one!;
    const verdictOf = (a: typeof one) => compareHyperfine({ name: 'x', results: [a!, two!] }, undefined, RULES).compared[0]!;
    expect(verdictOf(without)).toMatchObject({ verdict: 'incomplete', because: expect.stringContaining('no single times') });
    const killed = { ...one!, exit_codes: one!.exit_codes!.map((code, index) => (index === 0 ? null : code)) };
    expect(verdictOf(killed)).toMatchObject({
      verdict: 'incomplete',
      because: expect.stringContaining('1 of 12 runs failed (ended by a signal)'),
    });
  });
});
