import type { Trend, TrendPoint, TrendSeries } from '../../core/model/trend.ts';
import { counted, estimate, significant } from '../format.ts';
import { type Align, tableLines, wrap } from '../text-layout.ts';

export interface TrendOptions {
  readonly colour: boolean;
  /** characters per line */
  readonly width: number;
}

const TITLES = ['accepted', 'median', 'to previous', 'to first', 'n', 'reason'];
const ALIGN: readonly Align[] = ['left', 'left', 'right', 'right', 'right', 'left'];

/** Accepted runs over time, for a terminal: a table and a sparkline per series; what the eye should see is marked, nothing is judged. */
export function renderTrend(trend: Trend, { colour, width }: TrendOptions): string {
  const bold = (text: string): string => (colour ? `\u001B[1m${text}\u001B[22m` : text);
  if (trend.hosts.length === 0) return 'no accepted runs: “thirdwave gate accept <run-id> --reason …” stores one\n';
  const lines = trend.hosts.flatMap(({ key, fields, series }) => [
    ...wrap(`host ${key.slice(0, 12)}: ${hostText(fields)}`, width).map(bold),
    ...series.flatMap((one) => ['', ...seriesLines(one, width, bold)]),
    '',
  ]);
  return `${lines.join('\n').trimEnd()}\n`;
}

const HOST_FIELDS = ['cpu_model', 'cpu_count', 'memory_gib', 'kernel'];

function hostText(fields: Trend['hosts'][number]['fields']): string {
  const known = HOST_FIELDS.flatMap((name) => {
    const fact = fields[name];
    return fact && 'value' in fact ? [`${name.replaceAll('_', ' ')} ${fact.value}`] : [];
  });
  return known.join(' · ') || 'nothing is known of it';
}

function seriesLines(series: TrendSeries, width: number, bold: (text: string) => string): string[] {
  const { runner, variant, program, metric, role, unit, points } = series;
  const role_ = role === 'instance' ? '' : ` (${role})`;
  const spark = sparkline(points.map(({ median }) => median));
  const title = `${runner}/${variant}/${program}  ${metric}${role_}  ${spark}  ${counted(points.length, 'accepted run')}`;
  const rows = points.map((point) => ({
    cells: [
      point.acceptedAt.slice(0, 10),
      estimate(point.median, intervalOf(point), unit),
      ratio(point.toPrevious),
      ratio(point.toFirst),
      String(point.n),
      reasonText(point),
    ],
  }));
  return [...wrap(title, width).map(bold), ...tableLines(TITLES, ALIGN, rows, width, (text) => text)];
}

function intervalOf({ low, high }: TrendPoint) {
  return low === undefined || high === undefined ? undefined : ({ method: 'order-statistic', level: 0.95, low, high } as const);
}

function reasonText({ reason, lookHere, restart, commit }: TrendPoint): string {
  const notes = [lookHere ? '← look here' : '', restart ? '(restart)' : '', commit === undefined ? '' : commit.slice(0, 10)];
  return [reason, ...notes].filter((text) => text !== '').join(' ');
}

function ratio(value: number | undefined): string {
  return value === undefined ? '' : `${significant(value)}×`;
}

const BARS = '▁▂▃▄▅▆▇█';

/** One bar per value between the smallest and the largest; all in the middle where they are equal. The scale begins at the smallest, not at 0. */
export function sparkline(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const steps = BARS.length - 1;
  return values.map((value) => BARS[high === low ? 3 : Math.round(((value - low) / (high - low)) * steps)] ?? '').join('');
}
