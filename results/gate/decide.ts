import type { Change, GateVerdict } from '../../core/model/gate-report.ts';
import { budgetEvidence } from './budget-evidence.ts';
import { decisionWords } from './decision-words.ts';
import type { Evidence, Finding, Look } from './finding.ts';
import type { GateRules, GateSeries } from './gate-series.ts';
import { holm, type HolmResult } from './holm.ts';
import { type PairedTest, studentTest } from './paired-test.ts';
import { relativeEvidence } from './relative-evidence.ts';

export type { BudgetSeries, GateRules, GateSeries, RelativeSeries, RoundPair } from './gate-series.ts';
export { cannotDecide } from './cannot-decide.ts';

export interface Decision {
  readonly id: string;
  readonly verdict: GateVerdict;
  /** inconclusive so far, and a later look may decide */
  readonly open: boolean;
  /** rounds after which it was decided, or last looked at */
  readonly atRounds: number;
  /** rounds in which both sides have a value (budget: values) */
  readonly n: number;
  readonly because: string;
  /** one-sided p of “no regression” and the level it was held against */
  readonly p?: number;
  readonly threshold?: number;
  /** head ÷ base with the interval whose upper bound decides a pass */
  readonly change?: Change;
  readonly improved?: true;
  /** smallest true ratio that the last look would find with 95 % certainty */
  readonly minimumDetectable?: number;
  readonly twin?: Change;
  /** medians of rounds (budget: the figure itself), in the metric's unit */
  readonly base?: number;
  readonly head?: number;
}

/**
 * Decides every gate from the rounds 1 … roundsDone. Both error budgets are split evenly over the looks; at each look Holm's procedure
 * runs over all
 * gates of the run, those that passed before included. The first look that decides a gate fixes it. Looks that lie ahead stay open unless
 * `final`: then one last look at what there is takes the place of the next one (docs/decisions/0011).
 */
export function decide(
  series: readonly GateSeries[],
  rules: GateRules,
  roundsDone: number,
  final: boolean,
  evidence: EvidenceOf = evidenceBy(studentTest),
): readonly Decision[] {
  const decisions: Decision[] = series.map(({ id }) => notYet(id, roundsDone));
  let failed = 0;
  for (const look of looksDone(Math.max(series.length, rules.family ?? 0), rules, roundsDone, final)) {
    const open = decisions.flatMap((decision, index) => (decision.open ? [index] : []));
    const findings = open.map((index) => ({ index, finding: evidence(series[index] as GateSeries, look) }));
    for (const { index, decision } of decideLook(findings, look, failed)) {
      decisions[index] = { id: (series[index] as GateSeries).id, ...decision };
    }
    failed = decisions.filter(({ verdict }) => verdict === 'fail').length;
  }
  return decisions;
}

/** What a look finds about one gate, from its rounds up to the look’s. */
export type EvidenceOf = (series: GateSeries, look: Look) => Finding;

export function evidenceBy(test: PairedTest): EvidenceOf {
  return (series, look) => (series.kind === 'relative' ? relativeEvidence(series, look, test) : budgetEvidence(series, look));
}

/** The planned looks that are behind; where the run ended between two, the rounds there are take the place of the next one. */
function looksDone(family: number, { alpha, beta, looks }: GateRules, roundsDone: number, final: boolean): Look[] {
  const count = looks.length;
  const behind = looks.filter((rounds) => rounds <= roundsDone);
  const early = final && behind.length < count && roundsDone > (behind.at(-1) ?? -1) ? [roundsDone] : [];
  const all = [...behind, ...early];
  return all.map((rounds, index) => ({
    rounds,
    isLast: index === count - 1 || (final && index === all.length - 1),
    least: looks[0] ?? rounds,
    alpha: alpha / count,
    beta: beta / count,
    family,
    // An early end has no further rounds: what they would have found is not said.
    lastRounds: early.length > 0 ? roundsDone : (looks.at(-1) ?? rounds),
  }));
}

interface Found {
  readonly index: number;
  readonly finding: Finding;
}

interface Decided {
  readonly index: number;
  readonly decision: Omit<Decision, 'id'>;
}

/** Gates that failed before are rejected already and leave the family; all others stay in it, with or without a p of their own. */
function decideLook(findings: readonly Found[], look: Look, failed: number): Decided[] {
  const withEvidence = findings.flatMap(({ index, finding }) => (finding.kind === 'evidence' ? [{ index, finding }] : []));
  const worse = holm(
    withEvidence.map(({ finding }) => finding.p),
    look.alpha,
    look.family - failed,
  );
  const better = holm(
    withEvidence.map(({ finding }) => finding.pImproved),
    look.alpha,
    look.family - failed,
  );
  const decided = withEvidence.map(({ index, finding }, place): Decided => {
    return { index, decision: fromEvidence(finding, look, worse[place] as HolmResult, (better[place] as HolmResult).rejected) };
  });
  const refused = findings.flatMap(({ index, finding }): Decided[] => {
    if (finding.kind === 'evidence') return [];
    const open = finding.kind === 'short' && !look.isLast;
    // Rounds that were never run are no missing numbers.
    const verdict = open || (finding.kind === 'short' && look.rounds > 0 && look.rounds < look.least) ? 'inconclusive' : 'incomplete';
    return [{ index, decision: { verdict, open, atRounds: look.rounds, n: finding.n, because: finding.because } }];
  });
  return [...decided, ...refused];
}

function fromEvidence(finding: Evidence, look: Look, worse: HolmResult, better: boolean): Omit<Decision, 'id'> {
  const verdict = verdictOf(finding, look, worse);
  return {
    verdict,
    open: verdict === 'inconclusive' && !look.isLast,
    atRounds: look.rounds,
    n: finding.n,
    because: decisionWords(finding, verdict, worse),
    p: finding.p,
    threshold: worse.threshold,
    ...finding.numbers,
    ...(verdict === 'pass' && better && finding.beyondImproved ? { improved: true } : {}),
  };
}

/** A twin too wide to show that base equals itself never lets a gate pass; a regression that is larger than its whole width still fails. */
function verdictOf({ beyond, inside, twinStatus, clearOfTwin }: Evidence, look: Look, { rejected, threshold }: HolmResult): GateVerdict {
  const worse = rejected && beyond;
  if (twinStatus === undefined || twinStatus === 'equivalent') {
    if (worse) return 'fail';
    return inside ? 'pass' : 'inconclusive';
  }
  if (twinStatus === 'wide') return worse && clearOfTwin(threshold) ? 'fail' : 'inconclusive';
  return look.isLast ? 'incomparable' : 'inconclusive';
}

function notYet(id: string, roundsDone: number): Decision {
  return {
    id,
    verdict: 'inconclusive',
    open: true,
    atRounds: roundsDone,
    n: 0,
    because: `${roundsDone} rounds are done, the first look is ahead`,
  };
}
