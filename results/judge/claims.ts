import { Scenario, type Claim } from '../../core/model/scenario.ts';
import type { PairedRatio } from '../../core/model/summary.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { pairedRatio } from '../derive/paired-ratio.ts';
import type { Series } from '../derive/round-values.ts';
import { SMALLEST_N_FOR_VERDICT } from '../stats/paired-log-ratio.ts';
import type { JudgeInput } from './judge-input.ts';
import { evidenceText, ratioText } from './words.ts';

/**
 * Verdicts on a scenario's claims, by where the paired ratio's interval lies: wholly on the claimed side of the factor passes,
 * wholly on the other side fails, across it is inconclusive. Missing numbers and n < 10 are incomplete, never a pass.
 */
export function judgeClaims(input: JudgeInput): Verdict[] {
  return input.plan.sources
    .flatMap((source) => Scenario.safeParse(source).data ?? [])
    .filter((scenario) => scenario.id === input.scenario)
    .flatMap((scenario) => scenario.claims.map((claim) => judgeClaim(input, claim)));
}

function judgeClaim(input: JudgeInput, claim: Claim): Verdict {
  const head = { id: claim.id, scenario: input.scenario, kind: 'claim', claim: claim.says } as const;
  const left = side(input, claim, claim.left);
  const right = side(input, claim, claim.right);
  const missing = [left, right].flatMap((found) => ('missing' in found ? [found.missing] : []));
  if ('missing' in left || 'missing' in right) return { ...head, status: 'incomplete', because: missing.join('; ') };
  const emulated = [claim.left, claim.right].filter((name) => input.cells.find(({ id }) => id === `${input.scenario}:${name}`)?.emulated);
  if (emulated.length > 0) return { ...head, status: 'incomparable', because: `${emulated.join(' and ')} ran in emulation on this host` };
  const ratio = pairedRatio(left.series, right.series, input.noiseOf(claim.metric));
  if (!ratio) return { ...head, status: 'incomplete', because: 'there is no round in which both sides have a positive value' };
  return { ...head, ...decide(claim, ratio), evidence: ratio };
}

function decide(claim: Claim, ratio: PairedRatio): Pick<Verdict, 'status' | 'because'> {
  const { interval, pairs } = ratio;
  const found = `${claim.metric} of ${claim.left} ÷ ${claim.right} = ${evidenceText(ratio)}`;
  const wanted = `${claim.is === 'less-than' ? 'less' : 'greater'} than ${ratioText(claim.factor)}`;
  if (!interval || (interval.method !== 'exact' && pairs < SMALLEST_N_FOR_VERDICT)) {
    return { status: 'incomplete', because: `${found}: fewer than ${SMALLEST_N_FOR_VERDICT} paired rounds decide nothing` };
  }
  const below = interval.high < claim.factor;
  const above = interval.low > claim.factor;
  if (claim.is === 'less-than' ? below : above) return { status: 'pass', because: `${found}, wholly ${wanted}` };
  const refuted = claim.is === 'less-than' ? interval.low >= claim.factor : interval.high <= claim.factor;
  if (refuted) return { status: 'fail', because: `${found}, nowhere ${wanted}` };
  return { status: 'inconclusive', because: `${found}: the interval contains ${ratioText(claim.factor)}; more rounds narrow it` };
}

function side(input: JudgeInput, claim: Claim, name: string): { readonly series: Series } | { readonly missing: string } {
  const id = `${input.scenario}:${name}`;
  const skipped = input.plan.skipped.find((entry) => entry.cell === id);
  if (skipped) return { missing: `${name} was skipped: ${skipped.reason}` };
  if (!input.cells.some((cell) => cell.id === id)) return { missing: `${name} is not a cell of this scenario` };
  const [series] = input.series(id, claim.metric);
  return series ? { series } : { missing: `${name} has no ${claim.metric}` };
}
