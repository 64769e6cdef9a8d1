import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededNormal } from '../testing/seeded-normal.ts';
import { cannotDecide, decide, type BudgetSeries, type Decision, type GateRules, type RelativeSeries } from './decide.ts';

const RULES: GateRules = { alpha: 0.01, beta: 0.05, looks: [10, 20, 40] };

interface Noise {
  readonly scatter: number;
  readonly twinScatter?: number;
  readonly twinRatio?: number;
}

/** Rounds of base, head = ratio × base and twin, with a normal scatter of every log value. */
function relative(id: string, ratio: number, normal: () => number, noise: Noise, rounds = 40): RelativeSeries {
  const { scatter, twinScatter = scatter, twinRatio = 1 } = noise;
  const all = Array.from({ length: rounds }, (_, index) => index + 1);
  const bases = all.map(() => Math.exp(scatter * normal()));
  const against = (factor: number, deviation: number) =>
    all.map((round, index) => ({ round, base: bases[index]!, value: factor * Math.exp(deviation * normal()) }));
  return { kind: 'relative', id, head: against(ratio, scatter), twin: against(twinRatio, twinScatter), allowed: 0.1, minEffect: 0 };
}

function budget(id: string, values: readonly number[], share: 0.5 | 0.95, perRound = 4): BudgetSeries {
  return {
    kind: 'budget',
    id,
    limit: 100,
    share,
    values: values.map((value, index) => ({ round: 1 + Math.floor(index / perRound), value })),
  };
}

function only(decisions: readonly Decision[]): Decision {
  expect(decisions).toHaveLength(1);
  return decisions[0]!;
}

const one = (series: RelativeSeries | BudgetSeries, rounds = 40, rules = RULES): Decision => only(decide([series], rules, rounds, true));

describe('decision of a relative gate', () => {
  it('passes an unchanged program at the first look', () => {
    expect(one(relative('a', 1, seededNormal(1), { scatter: 0.03 }))).toMatchObject({ verdict: 'pass', open: false, atRounds: 10, n: 10 });
  });

  it('fails one that is 20 % slower at the first look, with p, threshold and both numbers in its sentence', () => {
    const found = one(relative('a', 1.2, seededNormal(2), { scatter: 0.03 }));
    expect(found).toMatchObject({ verdict: 'fail', atRounds: 10, threshold: 0.01 / 3 });
    expect(found.p).toBeLessThan(found.threshold!);
    expect(found.change!.estimate).toBeGreaterThan(1.15);
    expect(found.because).toMatch(/^head ÷ base = 1\.\d+ \[1\.\d+, 1\.\d+\] \(n = 10\): beyond 1\.10, and p = /);
  });

  it('agrees with a paired t-test by hand: d = ln 1.3 ± 0.1 ten times', () => {
    const head = Array.from({ length: 10 }, (_, index) => ({ round: index + 1, base: 1, value: 1.3 * Math.exp(index % 2 ? 0.1 : -0.1) }));
    const twin = head.map(({ round }) => ({ round, base: 1, value: 1 }));
    const found = one({ kind: 'relative', id: 'a', head, twin, allowed: 0.1, minEffect: 0 }, 10);
    // s = 0.1·√(10/9), t = ln 1.3 ÷ (s/√10) = 7.8709; scipy 1.17.1: t.sf(7.8709, 9) = 1.260064e-05
    expect(found.p).toBeCloseTo(1.26006e-5, 9);
    // scipy 1.17.1: t.ppf(1 - 0.05/3, 9) = 2.509587
    expect(Math.log(found.change!.high!) - Math.log(1.3)).toBeCloseTo((2.5096 * 0.1 * Math.sqrt(10 / 9)) / Math.sqrt(10), 4);
    expect(found.verdict).toBe('fail');
  });

  it('does not fail a certain regression within what is allowed, nor one below the smallest difference that matters', () => {
    const within = relative('a', 1.06, seededNormal(3), { scatter: 0.01 });
    expect(one(within)).toMatchObject({ verdict: 'pass' });
    const large = relative('a', 1.2, seededNormal(4), { scatter: 0.01 });
    expect(one(large)).toMatchObject({ verdict: 'fail' });
    expect(one({ ...large, minEffect: 0.3 })).toMatchObject({ verdict: 'pass' });
    expect(one({ ...large, minEffect: 0.15 })).toMatchObject({ verdict: 'fail' });
  });

  it('goes on where neither is certain, and ends inconclusive', () => {
    const series = relative('a', 1.08, seededNormal(5), { scatter: 0.06 });
    expect(only(decide([series], RULES, 0, false))).toMatchObject({ verdict: 'inconclusive', open: true });
    expect(only(decide([series], RULES, 20, false))).toMatchObject({ verdict: 'inconclusive', open: true, atRounds: 20, n: 20 });
    expect(only(decide([series], RULES, 40, false))).toMatchObject({ verdict: 'inconclusive', open: false, atRounds: 40 });
    expect(only(decide([series], RULES, 27, true))).toMatchObject({ verdict: 'inconclusive', open: false, atRounds: 27, n: 27 });
  });

  it('keeps what an earlier look decided, whatever comes afterwards', () => {
    const slow = relative('a', 1.5, seededNormal(6), { scatter: 0.02 });
    const later = { ...slow, head: slow.head.map((pair) => (pair.round > 10 ? { ...pair, value: 0.5 } : pair)) };
    expect(one(later)).toMatchObject({ verdict: 'fail', atRounds: 10 });
  });

  it('calls an improvement as certain as a failure improved, and passes it', () => {
    expect(one(relative('a', 0.8, seededNormal(7), { scatter: 0.03 }))).toMatchObject({ verdict: 'pass', improved: true });
    expect(one(relative('a', 0.95, seededNormal(7), { scatter: 0.03 }))).not.toHaveProperty('improved');
  });

  it('is incomparable where base differs from itself, and inconclusive where it is too noisy to tell', () => {
    const differs = relative('a', 1.5, seededNormal(8), { scatter: 0.02, twinRatio: 1.3 });
    expect(one(differs)).toMatchObject({ verdict: 'incomparable', atRounds: 40 });
    expect(only(decide([differs], RULES, 20, false))).toMatchObject({ verdict: 'inconclusive', open: true });
    const noisy = relative('a', 1.2, seededNormal(10), { scatter: 0.02, twinScatter: 0.6 });
    expect(one(noisy)).toMatchObject({ verdict: 'inconclusive', because: expect.stringContaining('too noisy') });
  });

  it('fails a regression larger than the whole width of a twin that is too noisy, but passes nothing beside one', () => {
    const huge = one(relative('a', 5, seededNormal(10), { scatter: 0.02, twinScatter: 0.6 }));
    expect(huge).toMatchObject({ verdict: 'fail', because: expect.stringContaining('larger than that explains') });
    expect(Math.log(huge.change!.estimate)).toBeGreaterThan(Math.log(1.1 * huge.twin!.high!));
    expect(one(relative('a', 1, seededNormal(10), { scatter: 0.02, twinScatter: 0.6 }))).toMatchObject({ verdict: 'inconclusive' });
    // nothing helps where base surely differs from itself
    expect(one(relative('a', 5, seededNormal(8), { scatter: 0.02, twinRatio: 1.3 }))).toMatchObject({ verdict: 'incomparable' });
  });

  it('holds the twin to what counts as a regression of head, and never to more than 25 %', () => {
    const off = relative('a', 1, seededNormal(13), { scatter: 0.02, twinRatio: 1.15 });
    expect(one(off)).toMatchObject({ verdict: 'incomparable' });
    expect(one({ ...off, minEffect: 0.5 })).toMatchObject({ verdict: 'pass' });
    expect(one({ ...relative('a', 1, seededNormal(13), { scatter: 0.02, twinRatio: 1.8 }), allowed: 1 })).toMatchObject({
      verdict: 'incomparable',
    });
  });

  it.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY])('is incomplete, never a pass, with a value of %d on any side', (bad) => {
    const series = relative('a', 1, seededNormal(11), { scatter: 0.01 });
    const spoil = <T extends { readonly round: number }>(pairs: readonly T[], key: 'value' | 'base') =>
      pairs.map((pair) => (pair.round === 7 ? { ...pair, [key]: bad } : pair));
    for (const spoilt of [
      { ...series, head: spoil(series.head, 'value') },
      { ...series, head: spoil(series.head, 'base') },
      { ...series, twin: spoil(series.twin, 'value') },
    ]) {
      expect(one(spoilt)).toMatchObject({ verdict: 'incomplete', open: false, because: expect.stringContaining(`round 7`) });
    }
  });

  it('is incomplete at the end with fewer rounds than the first look, of head or of the twin, or none at all', () => {
    const series = relative('a', 1, seededNormal(12), { scatter: 0.01 });
    const few = { ...series, head: series.head.slice(0, 9) };
    expect(only(decide([few], RULES, 20, false))).toMatchObject({ verdict: 'inconclusive', open: true });
    expect(one(few)).toMatchObject({ verdict: 'incomplete', n: 9 });
    expect(one({ ...series, twin: series.twin.slice(0, 9) })).toMatchObject({ verdict: 'incomplete' });
    // Eight rounds were run and no more: nothing is missing of them.
    expect(only(decide([series], RULES, 8, true))).toMatchObject({ verdict: 'inconclusive', open: false });
    expect(only(decide([series], RULES, 0, true))).toMatchObject({ verdict: 'incomplete', open: false });
  });

  it('decides without variance: equal rounds leave no doubt', () => {
    const flat = (ratio: number): RelativeSeries => relative('a', ratio, () => 0, { scatter: 0 });
    expect(one(flat(1))).toMatchObject({ verdict: 'pass', atRounds: 10, change: { estimate: 1, low: 1, high: 1 } });
    expect(one(flat(1.5))).toMatchObject({ verdict: 'fail', p: 0, minimumDetectable: 1.1 });
  });
});

describe('decision of a budget', () => {
  const values = (above: number, n: number) => Array.from({ length: n }, (_, index) => ((index * 7) % n < above ? 101 : 99));

  it('fails a median above the limit and passes one below, by exact binomial tests', () => {
    // 40 values at the first look: P(Bin(40, ½) ≥ 30) = 0.00111 ≤ 0.01/3; P(Bin(40, ½) ≤ 13) = 0.0192 > 0.05/3, ≤ 12: 0.0083
    expect(one(budget('a', values(30, 40), 0.5), 10)).toMatchObject({ verdict: 'fail', n: 40, p: expect.closeTo(0.00111, 5) });
    expect(one(budget('a', values(12, 40), 0.5), 10)).toMatchObject({ verdict: 'pass' });
    expect(one(budget('a', values(13, 40), 0.5), 10)).toMatchObject({ verdict: 'inconclusive' });
  });

  it('passes a p95 with 80 values below the limit, not with 40', () => {
    const below = new Array<number>(80).fill(99);
    expect(only(decide([budget('a', below, 0.95)], RULES, 10, false))).toMatchObject({ verdict: 'inconclusive', open: true });
    expect(one(budget('a', below, 0.95), 20)).toMatchObject({ verdict: 'pass', n: 80, atRounds: 20 });
  });

  it('is incomplete with a value that is no number or too few rounds', () => {
    expect(one(budget('a', [...values(0, 39), Number.NaN], 0.5))).toMatchObject({ verdict: 'incomplete' });
    expect(one(budget('a', values(0, 36), 0.5))).toMatchObject({ verdict: 'incomplete' });
  });
});

describe('properties of the decision', () => {
  const ratios = fc.array(fc.double({ min: 0.6, max: 1.6, noNaN: true }), { minLength: 1, maxLength: 5 });
  const seeds = fc.integer({ min: 1, max: 1e6 });
  const scatters = fc.constantFrom(0.02, 0.06, 0.15);
  const run = (series: readonly RelativeSeries[], rounds = 40) => decide(series, RULES, rounds, true);

  it('scaling both arms changes nothing', () => {
    fc.assert(
      fc.property(
        seeds,
        scatters,
        fc.double({ min: 0.7, max: 1.5, noNaN: true }),
        fc.constantFrom(1e-9, 1e-3, 7, 1e9),
        (seed, scatter, ratio, scale) => {
          const plain = relative('a', ratio, seededNormal(seed), { scatter });
          const scaled = <T extends { readonly base: number; readonly value: number }>(pairs: readonly T[]) =>
            pairs.map((pair) => ({ ...pair, base: scale * pair.base, value: scale * pair.value }));
          const [first] = run([plain]);
          const [second] = run([{ ...plain, head: scaled(plain.head), twin: scaled(plain.twin) }]);
          expect([second!.verdict, second!.atRounds, second!.improved]).toEqual([first!.verdict, first!.atRounds, first!.improved]);
          expect(second!.p).toBeCloseTo(first!.p!, 9);
        },
      ),
    );
  });

  it('swapping the arms turns failed into improved and back, at one look', () => {
    fc.assert(
      fc.property(seeds, scatters, ratios, (seed, scatter, all) => {
        const normal = seededNormal(seed);
        // an exact twin: beside a wide one a huge regression fails, and nothing is called improved
        const series = all.map((ratio, index) => {
          const each = relative(`g${index}`, ratio, normal, { scatter });
          return { ...each, twin: each.head.map(({ round, base }) => ({ round, base, value: base })), minEffect: 0.12 };
        });
        const swapped = series.map((each) => ({
          ...each,
          head: each.head.map(({ round, base, value }) => ({ round, base: value, value: base })),
        }));
        const rules = { ...RULES, looks: [40] };
        const [plain, turned] = [decide(series, rules, 40, true), decide(swapped, rules, 40, true)];
        expect(turned.map(({ improved }) => improved === true)).toEqual(plain.map(({ verdict }) => verdict === 'fail'));
        expect(plain.map(({ improved }) => improved === true)).toEqual(turned.map(({ verdict }) => verdict === 'fail'));
      }),
    );
  });

  it('adding gates never makes failing easier', () => {
    fc.assert(
      fc.property(seeds, scatters, ratios, ratios, (seed, scatter, some, more) => {
        const normal = seededNormal(seed);
        const series = some.map((ratio, index) => relative(`g${index}`, ratio, normal, { scatter }));
        const added = more.map((ratio, index) => relative(`h${index}`, ratio, normal, { scatter }));
        const [alone, together] = [run(series), run([...series, ...added])];
        for (const [index, { verdict, atRounds }] of alone.entries()) {
          const other = together[index]!;
          if (other.verdict === 'fail') expect({ verdict, early: atRounds <= other.atRounds }).toEqual({ verdict: 'fail', early: true });
        }
      }),
      { numRuns: 40 },
    );
  });

  it('a gate that lost its numbers leaves alpha as it was split', () => {
    const slow = relative('a', 1.2, seededNormal(2), { scatter: 0.03 });
    expect(one(slow).threshold).toBe(0.01 / 3);
    expect(one(slow, 40, { ...RULES, family: 12 }).threshold).toBe(0.01 / 3 / 12);
  });

  it('does not depend on the order of gates or on values of later rounds', () => {
    fc.assert(
      fc.property(seeds, scatters, ratios, (seed, scatter, all) => {
        const normal = seededNormal(seed);
        const series = all.map((ratio, index) => relative(`g${index}`, ratio, normal, { scatter }));
        expect(run(series.toReversed()).toReversed()).toEqual(run(series));
        expect(run(series, 20)).toEqual(
          run(
            series.map((each) => ({ ...each, head: each.head.slice(0, 20), twin: each.twin.slice(0, 20) })),
            20,
          ),
        );
      }),
      { numRuns: 40 },
    );
  });
});

describe('minimum detectable effect', () => {
  it('is found in about 95 % of runs, for the scatter seen', () => {
    const normal = seededNormal(99);
    const rules = { ...RULES, looks: [20] };
    const runs = 400;
    const first = decide([relative('a', 1, normal, { scatter: 0.08 }, 20)], rules, 20, true)[0]!;
    // the true scatter of d is 0.08·√2; p is held against 0.01
    const truth = 1.1 * Math.exp((0.08 * Math.SQRT2 * 1.729) / Math.sqrt(20));
    expect(first.minimumDetectable).toBeGreaterThan(truth * 0.95);
    expect(first.minimumDetectable).toBeLessThan(truth * 1.05);
    const found = Array.from(
      { length: runs },
      () => decide([relative('a', truth, normal, { scatter: 0.08, twinScatter: 0.01 }, 20)], rules, 20, true)[0]!,
    );
    const share = found.filter(({ verdict }) => verdict === 'fail').length / runs;
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.98);
  });
});

describe('gates that can never decide', () => {
  it('are refused with the number that would do', () => {
    expect(cannotDecide('relative', RULES, 12, 4)).toBeUndefined();
    expect(cannotDecide('relative', { ...RULES, looks: [5] }, 12, 4)).toMatch(/below 10/);
    expect(cannotDecide('relative', { ...RULES, alpha: 0 }, 12, 4)).toMatch(/alpha 0 %/);
    expect(cannotDecide('relative', { ...RULES, beta: 0.6 }, 12, 4)).toMatch(/beta 60 %/);
    expect(cannotDecide('relative', RULES, 12, 4, undefined, 0)).toMatch(/allowed regression of 0/);
    expect(cannotDecide('budget', RULES, 12, 4, 0.95)).toBeUndefined();
    expect(cannotDecide('budget', { ...RULES, looks: [10] }, 12, 4, 0.95)).toMatch(/never pass: .*59 values.*has 40/);
    expect(cannotDecide('budget', { ...RULES, looks: [2] }, 12, 4, 0.5)).toMatch(/never fail: .*11 values .*has 8/);
  });

  it('are those for which even the most extreme values decide nothing', () => {
    const rules = { ...RULES, looks: [3] };
    for (const perRound of [1, 2, 3, 4, 5]) {
      const all = new Array<number>(3 * perRound);
      const fails = one(budget('a', all.fill(101), 0.5, perRound), 3, rules).verdict === 'fail';
      const passes = one(budget('a', all.fill(99), 0.5, perRound), 3, rules).verdict === 'pass';
      expect(cannotDecide('budget', rules, 1, perRound, 0.5) === undefined).toBe(fails && passes);
    }
  });
});
