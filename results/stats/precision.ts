import type { Cell, Plan, RoundRules } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { HEADLINE_METRICS } from '../derive/headline.ts';
import { pairedRatio } from '../derive/paired-ratio.ts';
import { okValues, type Series, seriesKey, seriesOf } from '../derive/round-values.ts';
import { medianInterval } from './median-interval.ts';
import { ratioHalfWidth } from './paired-log-ratio.ts';

/**
 * Whether a scenario may stop: the sentence why, or undefined to go on. Reached when the interval of every headline figure (the
 * paired ratio where the cell has a reference, else the median) is at most ±`targetHalfWidth` wide. It never looks at where an
 * interval lies. Looking every five rounds keeps the error of stopping at 4–6 %, where peeking at significance has 20 %
 * (reference notes, method §4.3): the caller asks at that rhythm. Twins, floors and cells without any value hold no run up.
 */
export function precisionReached(plan: Plan, samples: readonly Sample[], rules: RoundRules): string | undefined {
  const target = rules.targetHalfWidth;
  if (target === undefined) return undefined;
  const all = seriesOf(samples);
  const byKey = new Map(all.map((series) => [seriesKey(series.cell, series), series]));
  const judged = plan.cells.filter((cell) => cell.scenario === rules.scenario && isJudged(plan, cell));
  const widths = judged.flatMap((cell) =>
    all
      .filter((series) => series.cell === cell.id && HEADLINE_METRICS[cell.activity].includes(series.metric))
      .filter((series) => okValues(series).length > 0)
      .map((series) => halfWidth(series, cell.reference === undefined ? undefined : byKey.get(seriesKey(cell.reference, series)))),
  );
  const widest = Math.max(...widths);
  if (widths.length === 0 || !(widest <= target)) return undefined;
  return `precision reached: every interval within ±${percent(target)}, the widest ±${percent(widest)}`;
}

/** A reference is judged through the ratios to it; alone in its scenario by its own median. */
function isJudged(plan: Plan, cell: Cell): boolean {
  if (cell.role === 'twin' || cell.role === 'floor') return false;
  return !plan.cells.some((other) => other.reference === cell.id && other.role !== 'twin');
}

function halfWidth(series: Series, reference: Series | undefined): number {
  const interval = reference ? pairedRatio(series, reference, 'noisy')?.interval : medianInterval(okValues(series));
  return interval && interval.low > 0 ? ratioHalfWidth(interval) : Number.POSITIVE_INFINITY;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
