import { ratioText } from '../judge/words.ts';
import { binomialAtLeast, binomialAtMost } from '../stats/binomial.ts';
import { quantile } from '../stats/quantile.ts';
import type { Finding, Look } from './finding.ts';
import { badValue, type BudgetSeries } from './gate-series.ts';
import { tooFew } from './relative-evidence.ts';

/**
 * Single trials of head against a limit at one look: exact binomial tests on how many lie above it. The median (95th percentile) is
 * above the limit
 * exactly where more than half (5 %) of all lives are.
 */
export function budgetEvidence(series: BudgetSeries, look: Look): Finding {
  const { limit, share } = series;
  const seen = series.values.filter(({ round }) => round <= look.rounds);
  const values = seen.map(({ value }) => value);
  const n = values.length;
  const bad = badValue(seen, 'head');
  if (bad !== undefined) return { kind: 'invalid', n, because: `${bad}; a cost is a positive number` };
  const short = tooFew(new Set(seen.map(({ round }) => round)).size, 'head', look.rounds, look.least);
  if (short !== undefined) return { kind: 'short', n, because: short };
  const above = values.filter((value) => value > limit).length;
  const allowed = 1 - share;
  const figure = quantile(values, share);
  return {
    kind: 'evidence',
    n,
    p: binomialAtLeast(above, n, allowed),
    pImproved: 1,
    beyond: figure > limit,
    beyondImproved: false,
    inside: binomialAtMost(above, n, allowed) <= look.beta,
    twinStatus: undefined,
    clearOfTwin: () => false,
    found: `${above} of ${n} values are above the budget`,
    limitWords: `the allowed ${ratioText(100 * allowed)} %`,
    twinWords: '',
    numbers: { head: figure },
  };
}
