import type { ComparedMetric, Comparison } from '../../core/model/comparison.ts';
import type { Change, GateVerdict } from '../../core/model/gate-report.ts';
import { mannWhitney, type MannWhitney, shiftEstimate, shiftInterval, smallestRankSumP } from '../stats/mann-whitney.ts';
import { median } from '../stats/quantile.ts';
import { type HolmResult, holm } from './holm.ts';
import { changeText, percentText } from './words.ts';

/** One side’s values, one per unit of analysis. */
export interface SideValues {
  readonly values: readonly number[];
  /** what failed, in words; undefined: nothing */
  readonly failed?: string | undefined;
}

export interface Comparable extends Pick<ComparedMetric, 'id' | 'metric' | 'role' | 'unit' | 'better' | 'noise' | 'differs'> {
  readonly a: SideValues;
  readonly b: SideValues;
  /** why numbers of the two may not be set against each other; undefined: they may */
  readonly mismatch?: string | undefined;
}

export interface CompareRules {
  /** allowed ratio, e.g. 1.1; undefined: describe only */
  readonly limit: number | undefined;
  readonly alpha: number;
  readonly beta: number;
}

/** Below it not even the interval of a median exists at 95 %. */
const FEWEST_VALUES = 6;

/**
 * Compares unpaired values: rank sum test and shift of the logarithms (Hollander & Wolfe §4.1–4.3). With a limit it decides as the gate does, one-sided and
 * with the error budget shared over all metrics (Holm); what it cannot know is whether the host was the same for both sides.
 */
export function compareAll(all: readonly Comparable[], rules: CompareRules): ComparedMetric[] {
  const described = all.map((one) => describe(one, rules));
  if (rules.limit === undefined) return described.map(({ shown }) => shown);
  const tested = described.filter(({ test, shown }) => test !== undefined && shown.verdict === undefined);
  const ps = tested.map(({ test, one }) => (one.better === 'higher' ? test?.greater : test?.less) ?? 1);
  const family = Math.max(1, tested.length);
  const held = holm(ps, rules.alpha, family);
  return described.map((each) => {
    const index = tested.indexOf(each);
    const test = held[index];
    return test ? { ...each.shown, ...decide(each, rules, test, family) } : each.shown;
  });
}

interface Described {
  readonly one: Comparable;
  readonly shown: ComparedMetric;
  /** absent: nothing can be tested */
  readonly test: MannWhitney | undefined;
}

function describe(one: Comparable, rules: CompareRules): Described {
  const { a, b, mismatch, ...asked } = one;
  const side = ({ values }: SideValues) => ({ n: values.length, ...(values.length === 0 ? {} : { median: median(values) }) });
  const notes = [
    ...(a.failed === undefined ? [] : [`A: ${a.failed}`]),
    ...(b.failed === undefined ? [] : [`B: ${b.failed}`]),
    ...(mismatch === undefined ? [] : [mismatch]),
  ];
  const shown = (more: Partial<ComparedMetric>): ComparedMetric => ({ ...asked, a: side(a), b: side(b), notes, ...more });
  const refused = (verdict: GateVerdict, because: string, more: Partial<ComparedMetric> = {}): Described => {
    const judged = rules.limit === undefined ? { notes: notes.includes(because) ? notes : [...notes, because] } : { verdict, because };
    return { one, test: undefined, shown: shown({ ...judged, ...more }) };
  };
  const missing = missingIn(one);
  if (missing !== undefined) return refused('incomplete', missing);
  if (one.noise === 'exact') return exactly(one, shown, rules);
  const { change, test, constant } = measured(one, rules);
  const numbers = { change, p: test.pValue, notes: constant ? [...notes, 'every value is the same on each side'] : notes };
  const failed = [a.failed, b.failed].filter((text) => text !== undefined);
  if (rules.limit === undefined) return { one, test, shown: shown(numbers) };
  if (failed.length > 0) return refused('incomplete', `${failed.join('; ')}: what fails has no time`, numbers);
  if (mismatch !== undefined) return refused('incomparable', mismatch, numbers);
  if (one.better === 'neither') return refused('incomplete', `of ${one.metric} neither direction is a regression`, numbers);
  const fewest = Math.min(a.values.length, b.values.length);
  if (fewest < FEWEST_VALUES) return refused('incomplete', `${fewest} values on a side, at least ${FEWEST_VALUES} are needed`, numbers);
  return { one, test, shown: shown(numbers) };
}

/** Why no ratio exists at all. */
function missingIn({ metric, a, b }: Comparable): string | undefined {
  for (const [name, { values, failed }] of [['A', a] as const, ['B', b] as const]) {
    if (values.length === 0) return `${name} has no ${metric}${failed === undefined ? '' : `: ${failed}`}`;
    const odd = values.find((value) => !(value > 0 && Number.isFinite(value)));
    if (odd !== undefined) return `${name} holds a ${metric} of ${odd}: no ratio exists`;
  }
  return undefined;
}

function exactly(one: Comparable, shown: (more: Partial<ComparedMetric>) => ComparedMetric, { limit }: CompareRules): Described {
  const [before, after] = one.better === 'higher' ? [Math.max, Math.min] : [Math.min, Math.max];
  const estimate = after(...one.b.values) / before(...one.a.values);
  const change = { estimate, low: estimate, high: estimate, level: 1 };
  if (limit === undefined) return { one, test: undefined, shown: shown({ change }) };
  const because = `${percentText(estimate)}, exactly; allowed ${allowedText(one, limit)}`;
  const verdict = worse(one, estimate) > limit ? 'fail' : 'pass';
  return { one, test: undefined, shown: shown({ change, verdict, because }) };
}

/** With a limit the interval is the one a pass is decided by: each bound one-sided at 1 − beta. */
function measured({ a, b }: Comparable, { limit, beta }: CompareRules) {
  const [x, y] = [a, b].map(({ values }) => values.map((value) => Math.log(value))) as [number[], number[]];
  const level = limit === undefined ? 0.95 : 1 - 2 * beta;
  const interval = shiftInterval(x, y, level);
  const bounds = interval ? { low: Math.exp(interval.low), high: Math.exp(interval.high), level } : {};
  const change: Change = { estimate: Math.exp(shiftEstimate(x, y)), ...bounds };
  const constant = [x, y].every((values) => values.length > 1 && new Set(values).size === 1);
  return { change, test: mannWhitney(x, y), constant };
}

function decide({ one, shown, test }: Described, rules: CompareRules, held: HolmResult, family: number): Partial<ComparedMetric> {
  const { limit = 1, alpha } = rules;
  const { change } = shown;
  if (!change || !test) return {};
  const smallest = smallestRankSumP(one.a.values.length, one.b.values.length);
  if (smallest > alpha / family) {
    const shared = family === 1 ? '' : ` shared by ${family} metrics (--metric compares fewer)`;
    const sizes = `${one.a.values.length} and ${one.b.values.length} values`;
    const because = `${sizes} can never fail: the smallest p they can reach is ${smallest.toPrecision(2)}, the level is ${alpha}${shared}`;
    return { verdict: 'incomplete', because };
  }
  const bound = one.better === 'higher' ? change.low : change.high;
  const fails = held.rejected && worse(one, change.estimate) > limit;
  const passes = bound !== undefined && worse(one, bound) < limit;
  const verdict = fails ? 'fail' : passes ? 'pass' : 'inconclusive';
  const p = `one-sided p = ${(one.better === 'higher' ? test.greater : test.less).toPrecision(2)}, held against ${held.threshold.toPrecision(2)}`;
  const allowed = `the allowed ${allowedText(one, limit)}`;
  const why = {
    fail: `beyond ${allowed}, ${p}`,
    pass: `the bound lies within ${allowed}`,
    inconclusive: `neither beyond nor within ${allowed} with certainty, ${p}`,
  }[verdict];
  return { verdict, because: `${changeText(change)}: ${why}` };
}

/** How many times worse B is, of the ratio B ÷ A. */
function worse({ better }: Pick<Comparable, 'better'>, ratio: number): number {
  return better === 'higher' ? 1 / ratio : ratio;
}

function allowedText(one: Pick<Comparable, 'better'>, limit: number): string {
  return percentText(worse(one, limit));
}

/** Worst first: missing numbers outweigh every verdict made of the others (gates notes §3). */
const CODES = [
  ['incomplete', 13],
  ['incomparable', 12],
  ['fail', 10],
  ['inconclusive', 11],
  ['pass', 0],
] as const;

/** Verdict and exit code of all metrics together; without a limit nothing is judged. What only A has (`lost`) is missing in B: never a pass. */
export function outcomeOf(
  compared: readonly ComparedMetric[],
  { limit }: CompareRules,
  lost: readonly string[],
): Pick<Comparison, 'verdict' | 'exitCode'> {
  if (limit !== undefined && lost.length > 0) return { verdict: 'incomplete', exitCode: 13 };
  const worst = CODES.find(([verdict]) => compared.some((one) => one.verdict === verdict));
  return worst ? { verdict: worst[0], exitCode: worst[1] } : { exitCode: 0 };
}
