import type { Frequency, SelftestCell } from '../../../core/model/gate-selftest.ts';
import { clopperPearsonLower, clopperPearsonUpper } from '../../stats/binomial.ts';

/** What a rule said of one gate of one run. */
export interface Answer {
  readonly failed: boolean;
  /** only of rules that say more than failed or not */
  readonly more?: { readonly passed: boolean; readonly improved: boolean; readonly rounds: number };
}

/** Counts over the runs of one rule. */
interface Counts {
  runs: number;
  unchanged: number;
  failed: number;
  runsFailed: number;
  improved: number;
  undecided: number;
  runsUndecided: number;
  rounds: number;
  runRounds: number;
  changed: { failed: number; passed: number; improved: number; rounds: number };
  saysMore: boolean;
}

export interface Tally {
  /** answers for all gates of one run, the changed one first */
  readonly add: (answers: readonly Answer[]) => void;
  readonly result: () => TallyResult;
}

export type TallyResult = Omit<SelftestCell, 'family' | 'effect' | 'method' | 'layout'>;

/** @param effect true change of the first gate; 0: none of them changed */
export function tally(effect: number): Tally {
  const counts: Counts = {
    runs: 0,
    unchanged: 0,
    failed: 0,
    runsFailed: 0,
    improved: 0,
    undecided: 0,
    runsUndecided: 0,
    rounds: 0,
    runRounds: 0,
    changed: { failed: 0, passed: 0, improved: 0, rounds: 0 },
    saysMore: false,
  };
  return { add: (answers) => addRun(counts, answers, effect !== 0), result: () => resultOf(counts, effect) };
}

function addRun(counts: Counts, answers: readonly Answer[], hasChanged: boolean): void {
  const unchanged = hasChanged ? answers.slice(1) : answers;
  const failed = unchanged.filter((answer) => answer.failed).length;
  counts.runs += 1;
  counts.unchanged += unchanged.length;
  counts.failed += failed;
  if (failed > 0) counts.runsFailed += 1;
  const [first] = answers;
  if (hasChanged && first?.failed === true) counts.changed.failed += 1;
  const more = answers.flatMap((answer) => answer.more ?? []);
  if (more.length === 0) return;
  counts.saysMore = true;
  counts.improved += unchanged.filter((answer) => answer.more?.improved).length;
  const undecided = answers.filter((answer) => !answer.failed && answer.more?.passed !== true).length;
  counts.undecided += undecided;
  if (undecided > 0) counts.runsUndecided += 1;
  counts.rounds += more.reduce((sum, { rounds }) => sum + rounds, 0) / more.length;
  counts.runRounds += Math.max(...more.map(({ rounds }) => rounds));
  if (hasChanged && first?.more) {
    if (first.more.passed) counts.changed.passed += 1;
    if (first.more.improved) counts.changed.improved += 1;
    counts.changed.rounds += first.more.rounds;
  }
}

function resultOf(counts: Counts, effect: number): TallyResult {
  const { runs, unchanged, changed } = counts;
  const gates = unchanged + (effect === 0 ? 0 : runs);
  return {
    falseFailures: frequency(counts.runsFailed, runs),
    falseFailuresOfGates: frequency(counts.failed, unchanged),
    ...(effect === 0 ? {} : { detected: frequency(changed.failed, runs) }),
    ...(counts.saysMore
      ? {
          falseImprovementsOfGates: frequency(counts.improved, unchanged),
          undecided: frequency(counts.undecided, gates),
          undecidedRuns: frequency(counts.runsUndecided, runs),
          ...(effect === 0 ? {} : { passed: frequency(changed.passed, runs), improved: frequency(changed.improved, runs) }),
          meanRounds: {
            gate: counts.rounds / runs,
            run: counts.runRounds / runs,
            ...(effect === 0 ? {} : { changed: changed.rounds / runs }),
          },
        }
      : {}),
  };
}

const LEVEL = 0.95;

function frequency(count: number, of: number): Frequency {
  return { count, of, share: count / of, lower: clopperPearsonLower(count, of, LEVEL), upper: clopperPearsonUpper(count, of, LEVEL) };
}
