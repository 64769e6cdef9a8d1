import type { Verdict } from '../../core/model/verdict.ts';
import { HEADLINE_METRICS } from '../derive/headline.ts';
import { okValues, type Series } from '../derive/round-values.ts';
import { SMALLEST_N_FOR_VERDICT } from '../stats/paired-log-ratio.ts';
import { median } from '../stats/quantile.ts';
import { spearman } from '../stats/rank-correlation.ts';
import { lag1Autocorrelation, runsTest } from '../stats/serial.ts';
import { hostChange, isSteady } from './host-change.ts';
import type { JudgeInput } from './judge-input.ts';

/** |ρ| = 0.2: the place within a round explains at most 4 % of the variance of ranks. */
const LARGEST_POSITION_EFFECT = 0.2;

/**
 * Position effect: does a trial's place in its round move its value? Spearman of place and residual ln x − median(ln x of its
 * cell), all cells together; an equivalence test on ρ like the A/A check.
 */
export function judgePosition(input: JudgeInput): Verdict[] {
  const head = {
    id: 'position-effect',
    scenario: input.scenario,
    kind: 'check',
    claim: 'the place of a trial within its round does not change its result',
  } as const;
  const points = input.cells.flatMap((cell) =>
    HEADLINE_METRICS[cell.activity].flatMap((metric) => input.series(cell.id, metric).slice(0, 1).flatMap(residuals)),
  );
  if (points.length === 0) return [];
  const found = spearman(
    points.map((point) => point.position),
    points.map((point) => point.residual),
  );
  if (!found) {
    return [{ ...head, status: 'incomplete', because: `${points.length} trials decide nothing, or all have the same place` }];
  }
  const { rho, low, high, n } = found;
  const text = `Spearman ρ of place and residual = ${rho.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}] (n = ${n} trials)`;
  const bounds = `±${LARGEST_POSITION_EFFECT}`;
  if (Math.max(-low, high) < LARGEST_POSITION_EFFECT) return [{ ...head, status: 'pass', because: `${text}, inside ${bounds}` }];
  if (low > 0 || high < 0) {
    return [{ ...head, status: 'fail', because: `${text}: trials influence their successors; the random order spreads it over all cells` }];
  }
  return [{ ...head, status: 'inconclusive', because: `${text}: contains 0 but is wider than ${bounds}` }];
}

function residuals(series: Series): { readonly position: number; readonly residual: number }[] {
  const logs = [...series.rounds].flatMap(([round, outcome]) =>
    outcome.status === 'ok' && outcome.value > 0 ? [{ position: series.positions.get(round) ?? 0, log: Math.log(outcome.value) }] : [],
  );
  if (logs.length < 2) return [];
  const centre = median(logs.map(({ log }) => log));
  return logs.map(({ position, log }) => ({ position, residual: log - centre }));
}

/** Drift of the host: the same fixed computation at the start of every round, its first third against its last. */
export function judgeHostDrift(input: JudgeInput): Verdict[] {
  const [series] = input.series(`${input.scenario}:host/control/fixed-js`, 'host_control');
  if (!series) return [];
  const head = {
    id: 'host-drift',
    scenario: input.scenario,
    kind: 'check',
    claim: 'the host kept its speed: a fixed computation takes the same time at the start and at the end',
  } as const;
  const values = okValues(series);
  const change = hostChange(values);
  if (change === undefined) {
    return [{ ...head, status: 'incomplete', because: `${values.length} of at least ${SMALLEST_N_FOR_VERDICT} rounds have a value` }];
  }
  const text = `last third ÷ first third = ${change.toFixed(3)}${serialText(values)} (n = ${values.length} rounds)`;
  if (isSteady(change)) return [{ ...head, status: 'pass', because: text }];
  const advice = 'single medians mix two speeds of the host; paired ratios do not';
  return [{ ...head, status: 'fail', because: `${text}: ${advice}` }];
}

/** Lag-1 autocorrelation and runs test, printed beside the change: they see states and alternation that two thirds do not. */
function serialText(values: readonly number[]): string {
  const lag1 = lag1Autocorrelation(values);
  const runs = runsTest(values);
  if (lag1 === undefined || !runs) return '';
  return `, lag-1 correlation ${lag1.toFixed(2)}, runs test p = ${runs.pValue.toPrecision(2)}`;
}
