import { SMALLEST_N_FOR_VERDICT } from '../stats/paired-log-ratio.ts';
import type { GateRules } from './gate-series.ts';
import { shareText } from '../judge/words.ts';

/**
 * Why a gate could never fail, or never pass, with these rules; undefined: it can.
 * @param gates in the whole run, over which alpha is split
 * @param share of a budget: 0.5 for a median, 0.95 for a 95th percentile
 * @param allowed regression of a relative gate, as a share
 */
export function cannotDecide(
  kind: 'relative' | 'budget',
  { alpha, beta, looks }: GateRules,
  gates: number,
  perRound: number,
  share = 0.5,
  allowed?: number,
): string | undefined {
  const last = looks.at(-1) ?? 0;
  if (!(alpha > 0 && alpha < 0.5))
    return `with alpha ${shareText(alpha)} it could never fail or always: give more than 0 and less than 50 %`;
  if (!(beta > 0 && beta < 0.5)) return `with beta ${shareText(beta)} it could never pass or always: give more than 0 and less than 50 %`;
  if (kind === 'relative') {
    if (allowed !== undefined && !(allowed > 0)) return 'an allowed regression of 0 can never be shown to be kept: no measurement is exact';
    if (last >= SMALLEST_N_FOR_VERDICT) return undefined;
    return `${last} rounds decide nothing: paired rounds of noisy values give no verdict below ${SMALLEST_N_FOR_VERDICT}`;
  }
  const values = last * perRound;
  const tail = alpha / looks.length / gates;
  const toFail = Math.ceil(Math.log(tail) / Math.log(1 - share));
  const toPass = Math.ceil(Math.log(beta / looks.length) / Math.log(share));
  if (values < toFail)
    return (
      `it could never fail: with ${gates} gates at alpha ${shareText(alpha)} and ${looks.length} looks ` +
      `${toFail} values must be above the limit, and the last look has ${values}`
    );
  if (values < toPass) return `it could never pass: a bound on this figure needs ${toPass} values, and the last look has ${values}`;
  return undefined;
}
