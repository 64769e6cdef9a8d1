import type { Change } from '../../core/model/gate-report.ts';
import { ratioText } from '../judge/words.ts';
import { SMALLEST_N_FOR_VERDICT } from '../stats/paired-log-ratio.ts';
import { median } from '../stats/quantile.ts';
import type { Finding, Look } from './finding.ts';
import { badValue, type RelativeSeries, type RoundPair } from './gate-series.ts';
import { minimumDetectable } from './minimum-detectable.ts';
import { type PairedTest, standardDeviation } from './paired-test.ts';
import { twinEquivalence, twinMargin } from './twin.ts';

/** Head against base at one look: a paired test of d = ln head − ln base per round, and the equivalence of the twin. */
export function relativeEvidence(series: RelativeSeries, look: Look, test: PairedTest): Finding {
  const head = series.head.filter(({ round }) => round <= look.rounds);
  const twin = series.twin.filter(({ round }) => round <= look.rounds);
  const n = head.length;
  const bad = badValue(head, 'head') ?? badValue(twin, 'the twin of base');
  if (bad !== undefined) return { kind: 'invalid', n, because: `${bad}; a cost is a positive number` };
  const least = Math.max(look.least, SMALLEST_N_FOR_VERDICT);
  const short = tooFew(n, 'base and head', look.rounds, least) ?? tooFew(twin.length, 'base and its twin', look.rounds, least);
  if (short !== undefined) return { kind: 'short', n, because: short };
  const ratios = logRatios(head);
  const centre = test(ratios);
  const change = changeOf(centre.estimate, centre.bounds(look.beta), 1 - 2 * look.beta);
  const [base, headMedian] = [median(head.map((pair) => pair.base)), median(head.map(({ value }) => value))];
  const limit = limitRatio(series, base);
  const equivalence = twinEquivalence(logRatios(twin), twinMargin(limit), test);
  const [allowed, reach] = [1 + series.allowed, 1 + twinMargin(limit)];
  const clear = allowed * Math.max(1, equivalence.change.high);
  return {
    kind: 'evidence',
    n,
    p: centre.above,
    pImproved: centre.below,
    beyond: change.estimate > limit,
    beyondImproved: 1 / change.estimate > limitRatio(series, headMedian),
    inside: change.high < limit,
    twinStatus: equivalence.status,
    clearOfTwin: (tail) => centre.bounds(tail).low > Math.log(clear),
    found: `head ÷ base = ${ratioWithRange(change, n)}`,
    limitWords: limit > allowed ? `${ratioText(limit)} (the smallest difference that matters)` : ratioText(allowed),
    twinWords: `base ÷ itself = ${ratioWithRange(equivalence.change, twin.length)}, which must lie inside (${ratioText(1 / reach)}, ${ratioText(reach)})`,
    numbers: {
      change: finite(change),
      twin: finite(equivalence.change),
      base,
      head: headMedian,
      minimumDetectable: minimumDetectable(standardDeviation(ratios), Math.max(n, look.lastRounds), limit, look.alpha / look.family),
    },
  };
}

function logRatios(pairs: readonly RoundPair[]): number[] {
  return pairs.map(({ value, base }) => Math.log(value) - Math.log(base));
}

/** Why too few rounds have both values; undefined: enough have. */
export function tooFew(n: number, names: string, rounds: number, least: number): string | undefined {
  if (n >= least) return undefined;
  return `${n} of ${rounds} rounds have values of ${names}, a decision needs ${least}`;
}

/** A regression counts where it is larger than allowed and than the smallest difference that matters: the larger of both, as a ratio. */
function limitRatio({ allowed, minEffect }: RelativeSeries, reference: number): number {
  return 1 + Math.max(allowed, minEffect / reference);
}

function changeOf(
  estimate: number,
  bounds: { readonly low: number; readonly high: number },
  level: number,
): Change & { readonly high: number } {
  return { estimate: Math.exp(estimate), low: Math.exp(bounds.low), high: Math.exp(bounds.high), level };
}

/** `1.14 [1.11, 1.18] (n = 10)`. */
function ratioWithRange({ estimate, low, high }: Change, n: number): string {
  const range = low === undefined || high === undefined ? '' : ` [${ratioText(low)}, ${Number.isFinite(high) ? ratioText(high) : '∞'}]`;
  return `${ratioText(estimate)}${range} (n = ${n})`;
}

/** A bound that does not exist is left out. */
function finite(change: Change): Change {
  const { estimate, low, high, level } = change;
  return low !== undefined && low > 0 && high !== undefined && Number.isFinite(high)
    ? { estimate, low, high, ...(level === undefined ? {} : { level }) }
    : { estimate };
}
