import type { SelftestCell, SelftestReport } from '../../../core/model/gate-selftest.ts';
import type { GateRules } from '../gate-series.ts';
import { shareText } from '../../judge/words.ts';

type Claim = SelftestReport['claims'][number];

const DETECTED_SHARE = 0.95;

/**
 * What the gate promises, per noise: at most alpha of whole runs fail where nothing changed, at most beta of gates pass whose regression is as
 * large as allowed, and 95 % of regressions twice as large are found. Only of effects that were simulated.
 */
export function selftestClaims(
  cells: readonly SelftestCell[],
  { alpha, beta }: Pick<GateRules, 'alpha' | 'beta'>,
  allowed: number,
): Claim[] {
  const isEffect = (effect: number, wanted: number): boolean => Math.abs(effect - wanted) < 1e-9;
  return cells.flatMap(({ family, effect, method, falseFailures, detected, passed }): Claim[] => {
    if (method !== 'gate') return [];
    if (effect === 0) {
      const { share, upper } = falseFailures;
      return [
        {
          id: 'false-failures',
          claim: `at most ${shareText(alpha)} of whole runs fail where nothing changed`,
          family,
          holds: share <= alpha,
          shown: upper <= alpha,
          found: falseFailures,
        },
      ];
    }
    if (passed && isEffect(effect, allowed)) {
      // The true share is near beta by design: of few runs more may pass by chance, so that only the lower bound refutes the promise.
      const claim = `at most ${shareText(beta)} of regressions of ${shareText(effect)} pass, allowed are ${shareText(allowed)}`;
      return [{ id: 'false-passes', claim, family, holds: passed.lower <= beta, shown: passed.upper <= beta, found: passed }];
    }
    if (!detected || !isEffect(effect, 2 * allowed)) return [];
    return [
      {
        id: 'detection',
        claim: `at least ${shareText(DETECTED_SHARE)} of regressions of ${shareText(effect)} are found, allowed are ${shareText(allowed)}`,
        family,
        holds: detected.share >= DETECTED_SHARE,
        shown: detected.lower >= DETECTED_SHARE,
        found: detected,
      },
    ];
  });
}
