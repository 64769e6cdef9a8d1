import type { Outcome } from '../../core/model/outcome.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Interval, Summary } from '../../core/model/summary.ts';
import type { MetricDeclaration } from '../../core/model/vocabulary.ts';
import { medianInterval } from '../stats/median-interval.ts';
import { ascending, at, median, medianAbsoluteDeviation, quantile, smallestCountForTail } from '../stats/quantile.ts';
import { constantOf, pairedRatio } from './paired-ratio.ts';
import { okValues, pairsOf, type Series, seriesKey, seriesOf } from './round-values.ts';

/** Quartiles need a value in every quarter; the spread needs two values. */
const SMALLEST_N_FOR_QUARTILES = 4;
const SMALLEST_N_FOR_MAD = 2;

/** One summary per cell × metric × role, cells in the order of the plan, then the host's own series. n counts rounds. */
export function summarise(plan: Plan, samples: readonly Sample[], metrics: readonly MetricDeclaration[]): Summary[] {
  const noiseOf = new Map<string, MetricDeclaration['noise']>(metrics.map((metric) => [metric.id, metric.noise]));
  const all = seriesOf(samples);
  const byKey = new Map(all.map((series) => [seriesKey(series.cell, series), series]));
  const cells = new Map(plan.cells.map((cell, index) => [cell.id, { cell, index }]));
  const place = (series: Series): number => cells.get(series.cell)?.index ?? plan.cells.length;
  return all
    .toSorted((x, y) => place(x) - place(y))
    .map((series) => {
      const reference = cells.get(series.cell)?.cell.reference;
      const other = reference === undefined ? undefined : byKey.get(seriesKey(reference, series));
      return summariseSeries(series, other, noiseOf.get(series.metric) ?? 'noisy');
    });
}

function summariseSeries(series: Series, reference: Series | undefined, noise: 'exact' | 'noisy'): Summary {
  const { cell, metric, role, unit } = series;
  const outcomes = [...series.rounds.values()];
  const values = okValues(series);
  const comparable = reference !== undefined && role !== 'host' && unit !== '1';
  const ratio = comparable ? pairedRatio(series, reference, noise) : undefined;
  const interval = intervalOf(series, noise);
  const notes = [
    ...(noise === 'exact' && constantOf(series) === undefined && values.length > 0 ? ['declared exact, but it varied between rounds'] : []),
    ...(values.length > 0 && !interval ? [`no interval: ${values.length} of at least 6 values`] : []),
    ...(comparable && !ratio ? [`no ratio: ${ratioProblem(series, reference)}`] : []),
    ...(ratio && !ratio.interval ? [`no interval of the ratio: ${ratio.pairs} of at least 6 pairs`] : []),
  ];
  return {
    cell,
    metric,
    role,
    unit,
    counts: countsOf(outcomes),
    reasons: reasonsOf(outcomes),
    ...statisticsOf(values),
    ...(interval ? { interval } : {}),
    ...(ratio ? { ratio } : {}),
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}

function intervalOf(series: Series, noise: 'exact' | 'noisy'): Interval | undefined {
  const constant = noise === 'exact' ? constantOf(series) : undefined;
  if (constant !== undefined) return { method: 'exact', level: 1, low: constant, high: constant };
  const interval = medianInterval(okValues(series));
  return interval && { method: 'order-statistic', ...interval };
}

function statisticsOf(values: readonly number[]): Partial<Summary> {
  const n = values.length;
  if (n === 0) return {};
  const sorted = ascending(values);
  const tail = (share: number): number | undefined => (n >= smallestCountForTail(share) ? quantile(sorted, share) : undefined);
  const quartile = (share: number): number | undefined => (n >= SMALLEST_N_FOR_QUARTILES ? quantile(sorted, share) : undefined);
  const statistics = {
    median: median(sorted),
    min: at(sorted, 0),
    max: at(sorted, n - 1),
    p5: tail(0.05),
    p25: quartile(0.25),
    p75: quartile(0.75),
    p95: tail(0.95),
    p99: tail(0.99),
    mad: n >= SMALLEST_N_FOR_MAD ? medianAbsoluteDeviation(sorted) : undefined,
  };
  return Object.fromEntries(Object.entries(statistics).filter(([, value]) => value !== undefined));
}

function countsOf(outcomes: readonly Outcome[]): Summary['counts'] {
  const counts = { ok: 0, unavailable: 0, failed: 0, censored: 0, invalid: 0 };
  for (const outcome of outcomes) {
    counts[outcome.status] += 1;
    if (outcome.status === 'failed' && outcome.censoredAfter !== undefined) counts.censored += 1;
  }
  return counts;
}

function reasonsOf(outcomes: readonly Outcome[]): Summary['reasons'] {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) {
    const text = reasonOf(outcome);
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => ({ text, count })).toSorted((x, y) => y.count - x.count || (x.text < y.text ? -1 : 1));
}

/** Why an outcome has no number that counts: its reason, failure code or rule. */
export function reasonOf(outcome: Outcome): string | undefined {
  if (outcome.status === 'unavailable') return outcome.reason;
  if (outcome.status === 'failed') return outcome.code;
  return outcome.status === 'invalid' ? outcome.rule : undefined;
}

function ratioProblem(series: Series, reference: Series): string {
  return pairsOf(series, reference).length === 0
    ? 'no round in which both this cell and its reference have a value'
    : 'a value is not positive, so its logarithm does not exist';
}
