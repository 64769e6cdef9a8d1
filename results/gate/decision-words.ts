import type { GateVerdict } from '../../core/model/gate-report.ts';
import { ratioText } from '../judge/words.ts';
import type { Evidence } from './finding.ts';
import type { HolmResult } from './holm.ts';

/** One sentence: why a gate was decided as it was, with its numbers. */
export function decisionWords(finding: Evidence, verdict: GateVerdict, { threshold, rejected }: HolmResult): string {
  const { found, limitWords, beyond, twinStatus, twinWords } = finding;
  const p = `p = ${pText(finding.p)}`;
  if (verdict === 'fail') {
    const despite = twinStatus === 'wide' ? `; ${twinWords} and does not, but the regression is larger than that explains` : '';
    return `${found}: beyond ${limitWords}, and ${p} ≤ ${pText(threshold)}${despite}`;
  }
  if (verdict === 'pass') return `${found}: the bound is within ${limitWords}`;
  if (verdict === 'incomparable') return `${twinWords}: the same program differs from itself, so no difference means anything`;
  if (twinStatus === 'different' || twinStatus === 'wide') return `${twinWords}: this host is too noisy to decide`;
  if (!beyond) return `${found}: the bound is not within ${limitWords}, and the estimate is not beyond it`;
  return `${found}: beyond ${limitWords}${rejected ? '' : `, but ${p} > ${pText(threshold)}`}`;
}

/** Two significant digits; what a double cannot tell from 0 is said as a bound. */
export function pText(p: number): string {
  if (p < 1e-12) return 'less than 1e-12';
  return p < 1e-4 ? p.toExponential(1) : ratioText(Number(p.toPrecision(2))).replace(/(\.\d*?)0+$/, '$1');
}
