import type { MemoryFit } from '../../core/model/density.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { fitLine, type LineEstimate, type LineFit } from '../stats/fit-line.ts';
import { median } from '../stats/quantile.ts';
import { type FleetSeries, fleetSeries } from './fleet-series.ts';
import { groupedBy } from './grouped-by.ts';
import { reasonOf } from './summarise.ts';

/**
 * M(N) = F + s·N of every reading of every role (method §4.6): what one more instance costs and what is paid once. One line per fleet key, metric and
 * role that was read at all; a line that cannot be drawn says why.
 */
export function deriveMemoryFits(plan: Plan, samples: readonly Sample[]): MemoryFit[] {
  return fleetSeries(plan, samples).map(memoryFit);
}

function memoryFit(series: FleetSeries): MemoryFit {
  const { key, metric, role, unit, sizes } = series;
  const points = sizes.flatMap(({ instances, rounds }) =>
    [...rounds].flatMap(([round, outcome]) => (outcome.status === 'ok' ? [{ round, x: instances, y: outcome.value }] : [])),
  );
  const fit = fitLine(points);
  const notes = [missingText(series), fit ? fit.note : unfitted(points.length)].filter((text) => text !== undefined);
  return {
    ...key,
    metric,
    role,
    unit,
    points: points.length,
    rounds: new Set(points.map(({ round }) => round)).size,
    medians: [...groupedBy(points, ({ x }) => x)].map(([instances, at]) => ({
      instances,
      value: median(at.map(({ y }) => y)),
      count: at.length,
    })),
    ...(fit ? lineOf(fit) : {}),
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}

function lineOf({ slope, intercept, curvature }: LineFit): Pick<MemoryFit, 'slope' | 'intercept' | 'curvature'> {
  const { status, relative } = curvature;
  return {
    slope: estimateOf(slope),
    intercept: estimateOf(intercept),
    curvature: { status, ...(relative === undefined ? {} : { relative }) },
  };
}

function estimateOf({ estimate, interval }: LineEstimate): NonNullable<MemoryFit['slope']> {
  return { estimate, ...(interval ? { interval } : {}) };
}

function unfitted(points: number): string {
  return points === 0 ? 'no line: no value counts' : 'no line: all values are of one number of instances';
}

/** Why rounds are missing, each reason with its number, most frequent first. */
function missingText({ sizes }: FleetSeries): string | undefined {
  const counts = new Map<string, number>();
  for (const outcome of sizes.flatMap(({ rounds }) => [...rounds.values()])) {
    const reason = reasonOf(outcome);
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  const ranked = [...counts].toSorted(([x, most], [y, least]) => least - most || (x < y ? -1 : 1));
  return `left out: ${ranked.map(([reason, count]) => `${reason} ×${count}`).join(', ')}`;
}
