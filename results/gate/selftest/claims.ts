import type { SelftestCell, SelftestReport } from '../../../core/model/gate-selftest.ts';

type Claim = SelftestReport['claims'][number];

const DETECTED_SHARE = 0.95;

/**
 * What the gate promises, per noise: at most alpha of whole runs fail where nothing changed, and 95 % of regressions twice as large as
 * allowed are
 * found. Only of effects that were simulated.
 */
export function selftestClaims(cells: readonly SelftestCell[], alpha: number, allowed: number): Claim[] {
  return cells.flatMap(({ family, effect, method, falseFailures, detected }): Claim[] => {
    if (method !== 'gate') return [];
    if (effect === 0) {
      const { share, upper } = falseFailures;
      return [
        {
          id: 'false-failures',
          claim: `at most ${percentText(alpha)} of whole runs fail where nothing changed`,
          family,
          holds: share <= alpha,
          shown: upper <= alpha,
          found: falseFailures,
        },
      ];
    }
    if (!detected || Math.abs(effect - 2 * allowed) > 1e-9) return [];
    return [
      {
        id: 'detection',
        claim: `at least ${percentText(DETECTED_SHARE)} of regressions of ${percentText(effect)} are found, allowed are ${percentText(allowed)}`,
        family,
        holds: detected.share >= DETECTED_SHARE,
        shown: detected.lower >= DETECTED_SHARE,
        found: detected,
      },
    ];
  });
}

function percentText(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
