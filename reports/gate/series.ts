import type { GateVerdict } from '../../core/model/gate-report.ts';
import type { SelftestRun } from '../../core/model/gate-series.ts';
import { clopperPearsonUpper } from '../../results/stats/binomial.ts';
import { median } from '../../results/stats/quantile.ts';
import { type Align, type Line, tableLines, wrap } from '../text-layout.ts';

/** Gate runs of one subject under one condition. */
export interface SeriesCounts {
  readonly title: string;
  readonly runs: number;
  readonly counts: Readonly<Record<GateVerdict, number>>;
  /** runs in which some gate called head faster, as surely as it would have failed: under A/A as wrong as a failure */
  readonly improved: number;
  /** one-sided 95 % bound on the share of runs that fail (Clopper & Pearson 1934) */
  readonly failsAtMost: number;
  readonly medianRounds: number;
  readonly medianSeconds: number;
  readonly longestSeconds: number;
  /** median over runs of head ÷ base of the first gate */
  readonly change: number | undefined;
}

const VERDICTS = ['fail', 'pass', 'inconclusive', 'incomparable', 'incomplete'] as const satisfies readonly GateVerdict[];

/** Runs counted per subject, injection and hog, in their order. */
export function countSeries(runs: readonly SelftestRun[]): readonly SeriesCounts[] {
  const groups = new Map<string, SelftestRun[]>();
  for (const run of runs) groups.set(titleOf(run), [...(groups.get(titleOf(run)) ?? []), run]);
  return [...groups].map(([title, group]) => {
    const count = (verdict: GateVerdict): number => group.filter((run) => run.verdict === verdict).length;
    const seconds = group.map(({ timeToVerdictNs }) => timeToVerdictNs / 1e9);
    const changes = group.flatMap(({ gates: [first] }) => first?.change?.estimate ?? []);
    return {
      title,
      runs: group.length,
      counts: Object.fromEntries(VERDICTS.map((verdict) => [verdict, count(verdict)])) as Record<GateVerdict, number>,
      improved: group.filter(({ gates }) => gates.some(({ improved }) => improved === true)).length,
      failsAtMost: clopperPearsonUpper(count('fail'), group.length, 0.95),
      medianRounds: median(group.map(({ rounds }) => rounds)),
      medianSeconds: median(seconds),
      longestSeconds: Math.max(...seconds),
      change: changes.length === 0 ? undefined : median(changes),
    };
  });
}

const COLUMNS: readonly { readonly title: string; readonly align: Align; readonly text: (counts: SeriesCounts) => string }[] = [
  { title: 'Gate runs of', align: 'left', text: ({ title }) => title },
  { title: 'n', align: 'right', text: ({ runs }) => String(runs) },
  ...VERDICTS.map((verdict) => ({ title: verdict, align: 'right' as const, text: ({ counts }: SeriesCounts) => String(counts[verdict]) })),
  { title: 'improved', align: 'right', text: ({ improved }) => String(improved) },
  { title: 'fails at most', align: 'right', text: ({ failsAtMost }) => `${(failsAtMost * 100).toFixed(1)} %` },
  { title: 'head ÷ base', align: 'right', text: ({ change }) => (change === undefined ? '–' : change.toFixed(3)) },
  { title: 'rounds', align: 'right', text: ({ medianRounds }) => String(medianRounds) },
  {
    title: 'to verdict (longest)',
    align: 'right',
    text: ({ medianSeconds, longestSeconds }) => `${medianSeconds.toFixed(1)} s (${longestSeconds.toFixed(1)} s)`,
  },
];

/** The self-test on real engines, for the terminal. */
export function seriesTable(runs: readonly SelftestRun[], { width }: { readonly width: number }): string {
  const lines: Line[] = countSeries(runs).map((counts) => ({ cells: COLUMNS.map(({ text }) => text(counts)) }));
  const table = tableLines(
    COLUMNS.map(({ title }) => title),
    COLUMNS.map(({ align }) => align),
    lines,
    width,
    (text) => text,
  );
  const note =
    'fails at most: one-sided 95 % bound on the share of runs that fail (Clopper–Pearson). rounds, to verdict, head ÷ base: medians over runs, of the first gate.';
  return [...table, '', ...wrap(note, width, '  ')].join('\n');
}

function titleOf({ subject, injection, effect, hog }: SelftestRun): string {
  const what = injection === 'none' ? 'A/A' : `${injection} +${(effect * 100).toFixed(0)} %`;
  return `${subject}, ${what}${hog ? ', hog half of the time' : ''}`;
}
