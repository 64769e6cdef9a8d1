import type { Baseline, BaselineSeries } from '../../core/model/baseline.ts';
import { TREND_SCHEMA, type Trend, type TrendPoint, type TrendSeries } from '../../core/model/trend.ts';
import { groupedBy } from '../derive/grouped-by.ts';
import { medianInterval } from '../stats/median-interval.ts';
import { at, median } from '../stats/quantile.ts';

/** Accepted runs as series over time, by host, cell and metric; entries in the order in which they were accepted. */
export function trendOf(baselines: readonly Baseline[]): Trend {
  const hosts = groupedBy(baselines, ({ host }) => host.key);
  return {
    schema: TREND_SCHEMA,
    hosts: [...hosts.values()].map((ofHost) => ({
      key: ofHost[0]?.host.key ?? '',
      fields: ofHost[0]?.host.fields ?? {},
      series: ofHost.flatMap(seriesOf),
    })),
  };
}

function seriesOf({ config, entries }: Baseline): TrendSeries[] {
  const all = entries.flatMap((entry) => entry.numbers.series.map((series) => ({ entry, series })));
  return [...groupedBy(all, ({ series }) => seriesKey(series)).values()].flatMap((points): TrendSeries[] => {
    const [first] = points;
    if (!first) return [];
    const { program, runner, variant, metric, role, unit } = first.series;
    const medians = points.map(({ series }) => median(series.rounds));
    const step = standingOut(medians);
    return [
      {
        config,
        program,
        runner,
        variant,
        metric,
        role,
        unit,
        points: points.map(({ entry, series }, index): TrendPoint => {
          const interval = medianInterval(series.rounds);
          const { runId, acceptedAt, reason, label, commit, restart } = entry;
          return {
            runId,
            acceptedAt,
            reason,
            label,
            ...(commit === undefined ? {} : { commit }),
            ...(restart === undefined ? {} : { restart }),
            n: series.rounds.length,
            median: at(medians, index),
            ...(interval ? { low: interval.low, high: interval.high } : {}),
            ...ratios(medians, index),
            ...(index === step ? { lookHere: true as const } : {}),
          };
        }),
      },
    ];
  });
}

function seriesKey({ program, runner, variant, metric, role }: BaselineSeries): string {
  return [program, runner, variant, metric, role].join(' ');
}

/** No ratio to a value that is not positive. */
function ratios(medians: readonly number[], index: number): Pick<TrendPoint, 'toPrevious' | 'toFirst'> {
  if (index === 0) return {};
  const [first, previous, value] = [at(medians, 0), at(medians, index - 1), at(medians, index)];
  return { ...(previous > 0 ? { toPrevious: value / previous } : {}), ...(first > 0 ? { toFirst: value / first } : {}) };
}

const FEWEST_STEPS = 4;
const TIMES_OTHERS = 4;
const SMALLEST_STEP = Math.log(1.03);

/**
 * Index of the point whose step from the one before should be looked at: the largest adjacent log ratio, if it is 4 times the usual step (1.4826 × the
 * median of the other steps’ sizes, as of a normal σ) and more than 3 %. Below five points nothing is usual yet. A hint for the eye: it has no error rate.
 */
export function standingOut(medians: readonly number[]): number | undefined {
  if (!medians.every((value) => value > 0)) return undefined;
  const sizes = medians.slice(1).map((value, index) => Math.abs(Math.log(value / at(medians, index))));
  if (sizes.length < FEWEST_STEPS) return undefined;
  const largest = sizes.indexOf(Math.max(...sizes));
  const usual = 1.4826 * median(sizes.filter((_, index) => index !== largest));
  const stands = at(sizes, largest) > Math.max(TIMES_OTHERS * usual, SMALLEST_STEP);
  return stands ? largest + 1 : undefined;
}
