import type { Baseline, BaselineEntry, BaselineNumbers } from '../../core/model/baseline.ts';
import type { GateResult } from '../../core/model/gate-report.ts';
import { median } from '../stats/quantile.ts';
import { percentText } from './words.ts';

type Place = Pick<GateResult, 'program' | 'runner' | 'variant'>;
type Series = BaselineNumbers['series'][number];

/** The accepted runs that count: from the last restart on, without the run that is judged itself. */
export function entriesOf(baseline: Baseline, runId: string): readonly BaselineEntry[] {
  const restart = baseline.entries.findLastIndex((entry) => entry.restart === true);
  return baseline.entries.slice(Math.max(0, restart)).filter((entry) => entry.runId !== runId);
}

export interface EarlierRuns {
  /** median of this run; undefined: it has none */
  readonly now: number | undefined;
  /** rounds behind it, and behind each of `medians` */
  readonly rounds: number;
  readonly roundsThen: readonly number[];
  /** median of each accepted run that was measured under the same circumstances, oldest first */
  readonly medians: readonly number[];
  /** in what the newest accepted run was measured otherwise */
  readonly differs: string | undefined;
}

/** One gate’s numbers now and in the accepted runs. Of several roles the instance’s own counts. */
export function earlierRuns(
  gate: Place & Pick<GateResult, 'metric'>,
  numbers: BaselineNumbers,
  entries: readonly BaselineEntry[],
): EarlierRuns {
  const found = seriesOf(numbers, gate);
  const cell = cellOf(numbers, gate);
  const measured = entries.filter((entry) => seriesOf(entry.numbers, gate) !== undefined);
  const newest = measured.at(-1);
  const differences = newest ? differing(cellOf(newest.numbers, gate), cell) : [];
  const alike = measured.filter((entry) => differing(cellOf(entry.numbers, gate), cell).length === 0);
  const then = alike.map((entry) => seriesOf(entry.numbers, gate)?.rounds ?? []).filter((rounds) => median(rounds) > 0);
  return {
    now: found && median(found.rounds),
    rounds: found?.rounds.length ?? 0,
    roundsThen: then.map((rounds) => rounds.length),
    medians: then.map((rounds) => median(rounds)),
    differs: differences.length === 0 ? undefined : `the newest accepted run was measured otherwise: ${differences.join('; ')}`,
  };
}

function seriesOf(numbers: BaselineNumbers, gate: Place & Pick<GateResult, 'metric'>): Series | undefined {
  const all = numbers.series.filter((series) => isAt(series, gate) && series.metric === gate.metric);
  return all.find(({ role }) => role === 'instance') ?? all[0];
}

function cellOf(numbers: BaselineNumbers, gate: Place) {
  return numbers.cells.find((cell) => isAt(cell, gate));
}

function isAt(one: Place, other: Place): boolean {
  return one.program === other.program && one.runner === other.runner && one.variant === other.variant;
}

type CellFacts = BaselineNumbers['cells'][number];

function differing(then: CellFacts | undefined, now: CellFacts | undefined): string[] {
  const facts = (cell: CellFacts | undefined): Record<string, string> => ({ cache_state: cell?.cacheState ?? 'unknown', ...cell?.factors });
  const [before, after] = [facts(then), facts(now)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name} ${before[name] ?? 'absent'} then, ${after[name] ?? 'absent'} now`);
}

/** A control that differs by more than this from the accepted runs says that the host did (gates notes §3). */
const LARGEST_DRIFT = 0.05;

/** Why the host is not what it was when the runs were accepted, by the controls; undefined: nothing says so. */
export function contamination(numbers: BaselineNumbers, entries: readonly BaselineEntry[]): string | undefined {
  if (entries.length === 0) return undefined;
  const controls = numbers.controls.flatMap(({ control, metric, rounds }) => {
    const stored = entries.flatMap((entry) =>
      entry.numbers.controls.filter((one) => one.control === control && one.metric === metric).map((one) => median(one.rounds)),
    );
    return stored.length === 0 ? [] : [{ control, ratio: median(rounds) / median(stored) }];
  });
  if (controls.length === 0) return 'no control stands in both this run and an accepted one: nothing tells a change of the host';
  const off = controls.filter(({ ratio }) => !(Math.abs(ratio - 1) <= LARGEST_DRIFT));
  if (off.length === 0) return undefined;
  const said = off.map(({ control, ratio }) => `${NAMES[control]} ${percentText(ratio)}`).join(', ');
  return `the host is not what it was: ${said} against the accepted runs, at most ±${LARGEST_DRIFT * 100} % is tolerated`;
}

const NAMES = { floor: 'the launch of a do-nothing process', host: 'a fixed computation' } as const;
