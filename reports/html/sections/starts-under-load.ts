import { densityPanels } from '../../fleets.ts';
import type { Cell } from '../../../core/model/plan.ts';
import type { Summary } from '../../../core/model/summary.ts';
import { percent, times } from '../../format.ts';
import { byRung, type View } from '../../view.ts';
import { cellName, notMeasured, noInterval } from '../../words.ts';
import { html } from '../markup.ts';
import type { Section } from '../section.ts';
import { count, type DataTable, type Field, measured, tableMarkup } from '../table.ts';

/** `cold_start_at_<share of the density>_c<starts at once>` */
const LOADED = /^cold_start_at_(\d+)_c(\d+)$/;

interface Start {
  readonly cell: Cell;
  readonly residents: number;
  readonly atOnce: number;
  readonly summary: Summary;
}

/** Cold starts beside resident instances, one or several at the same instant. */
export function startsUnderLoad(view: View): Section | undefined {
  const starts = startsOf(view);
  if (starts.length === 0) return undefined;
  const body = html`<p>
      Cold starts while a share of the density just reached is already resident, alone and several at one instant; the starts of one burst
      do not wait for each other. One value per round: the median of its starts. Not on one axis with the cold starts above: those had the
      machine for themselves.
    </p>
    ${tableMarkup(tableOf(starts))}`;
  return { id: 'starts-under-load', title: 'Starts under load', body, charts: [] };
}

function startsOf(view: View): Start[] {
  const ramped = byRung(densityPanels(view).flatMap((panel) => panel.map(({ cell }) => cell)));
  return ramped.flatMap((cell) =>
    view
      .metrics('cold_start_at_')
      .flatMap(({ id }) => {
        const [, share, atOnce] = LOADED.exec(id) ?? [];
        return view
          .summaries(cell.id, id)
          .flatMap((summary) => (share === undefined ? [] : [{ cell, residents: Number(share) / 100, atOnce: Number(atOnce), summary }]));
      })
      .toSorted((a, b) => a.residents - b.residents || a.atOnce - b.atOnce),
  );
}

function tableOf(starts: readonly Start[]): DataTable {
  return {
    id: 'starts-under-load-table',
    caption: 'Cold start by resident share and starts at one instant; seconds in the CSV',
    columns: [
      { key: 'technology', title: 'Technology' },
      { key: 'workload', title: 'Workload' },
      { key: 'rung', title: 'Rung' },
      { key: 'residents', title: 'Resident', numeric: true },
      { key: 'at_once', title: 'At once', numeric: true },
      { key: 'median_s', title: 'Median', numeric: true },
      { key: 'ci_low_s', title: 'CI low', numeric: true },
      { key: 'ci_high_s', title: 'CI high', numeric: true },
      { key: 'against_alone', title: '× empty and alone', numeric: true },
      { key: 'n_ok', title: 'n', numeric: true },
    ],
    rows: starts.map((start) => fields(start, starts)),
  };
}

function fields({ cell, residents, atOnce, summary }: Start, all: readonly Start[]): Field[] {
  const { median, interval, counts } = summary;
  const none = median === undefined ? 'not measured' : noInterval(summary);
  const alone = all.find((other) => other.cell === cell && other.residents === 0 && other.atOnce === 1)?.summary.median;
  const ratio = median === undefined || alone === undefined ? undefined : median / alone;
  return [
    { text: cellName(cell) },
    { text: cell.workload },
    { text: cell.rung },
    { value: residents, text: percent(residents) },
    count(atOnce),
    measured(median, 's', notMeasured(summary)),
    measured(interval?.low, 's', none),
    measured(interval?.high, 's', none),
    ratio === undefined ? { missing: 'needs both' } : { value: ratio, text: times(ratio) },
    count(counts.ok),
  ];
}
