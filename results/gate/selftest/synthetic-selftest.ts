import {
  NoiseFamily,
  SELFTEST_FORMAT,
  type SelftestCell,
  type SelftestMethod,
  type SelftestReport,
  TrialLayout,
} from '../../../core/model/gate-selftest.ts';
import { decide, type Decision, evidenceBy, type EvidenceOf, type GateRules } from '../decide.ts';
import { signedRankTest, studentTest } from '../paired-test.ts';
import type { Finding } from '../finding.ts';
import type { GateSeries } from '../gate-series.ts';
import { selftestClaims } from './claims.ts';
import { NOISE_WORDS } from './noise.ts';
import { BATCH_ROUNDS, batchesOf, RIVAL_METHODS, rivalAnswers } from './rival-rules.ts';
import { type SyntheticGate, type SyntheticRun, syntheticRun, withEffect } from './synthetic-run.ts';
import { type Answer, tally } from './tally.ts';

export interface SelftestOptions {
  /** per family and effect */
  readonly runs: number;
  readonly seed: number;
  readonly families?: readonly NoiseFamily[];
  /** true changes of one of the gates, as shares */
  readonly effects?: readonly number[];
  readonly rules?: GateRules;
  /** also decide with signed ranks in place of Student’s t (docs/decisions/0011); takes several times as long */
  readonly signedRank?: boolean;
}

export interface SelftestProgress {
  /** runs, over all families and effects */
  readonly done: number;
  readonly all: number;
}

const GATES = 12;
const PER_ROUND = 4;
const ALLOWED = 0.1;
export const SELFTEST_EFFECTS: readonly number[] = [0, -0.2, 0.05, 0.1, 0.2, 0.5];
const DEFAULT_RULES: GateRules = { alpha: 0.01, beta: 0.05, looks: [10, 20, 40] };
const RUNS_PER_STEP = 20;

/**
 * How often the gate cries wolf, and how often it finds a change, on runs of twelve gates made from a seed; and what the rules that
 * others use say
 * of the same trials. One gate of the twelve changes by the effect. Needs no engine; the same options give the same report.
 */
export function syntheticSelftest(
  options: SelftestOptions & { readonly onProgress?: (progress: SelftestProgress) => void },
): SelftestReport {
  const steps = selftestSteps(options);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    options.onProgress?.(step.value);
  }
}

/** The same in steps of some tenths of a second, so that a caller can stop between them. */
export function* selftestSteps(options: SelftestOptions): Generator<SelftestProgress, SelftestReport> {
  const { runs, seed, families = NoiseFamily.options, effects = SELFTEST_EFFECTS, rules = DEFAULT_RULES } = options;
  const asked: Asked = { runs, seed, effects, rules, tests: options.signedRank === true ? [GATE, SIGNED_RANK] : [GATE] };
  const cells: SelftestCell[] = [];
  for (const [index, family] of families.entries()) {
    const steps = familySteps(family, asked);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) {
      yield { done: (index * runs + step.value) * effects.length, all: families.length * runs * effects.length };
    }
    cells.push(...step.value);
  }
  return {
    formatVersion: SELFTEST_FORMAT,
    kind: 'synthetic',
    seed,
    runs,
    gates: GATES,
    perRound: PER_ROUND,
    ...rules,
    looks: [...rules.looks],
    allowed: ALLOWED,
    families: families.map((id) => ({ id, noise: NOISE_WORDS[id] })),
    effects: [...effects],
    cells,
    claims: selftestClaims(cells, rules, ALLOWED),
  };
}

interface GateTest {
  readonly method: SelftestMethod;
  readonly evidence: EvidenceOf;
}

const GATE: GateTest = { method: 'gate', evidence: evidenceBy(studentTest) };
const SIGNED_RANK: GateTest = { method: 'gate-signed-rank', evidence: evidenceBy(signedRankTest) };
const RIVALS = TrialLayout.options.flatMap((layout) => RIVAL_METHODS.map((method) => ({ method, layout })));

interface Asked {
  readonly runs: number;
  readonly seed: number;
  readonly effects: readonly number[];
  readonly rules: GateRules;
  readonly tests: readonly GateTest[];
}

/** Every effect is put on the same runs, so that effects differ in nothing else. Yields the number of runs done. */
function* familySteps(family: NoiseFamily, asked: Asked): Generator<number, SelftestCell[]> {
  const { effects, rules, tests } = asked;
  const methods: readonly Pick<SelftestCell, 'method' | 'layout'>[] = [
    ...tests.map(({ method }) => ({ method, layout: 'interleaved' as const })),
    ...RIVALS,
  ];
  const tallies = effects.map((effect) => ({ effect, counts: methods.map(() => tally(effect)) }));
  for (let index = 0; index < asked.runs; index += 1) {
    const run = syntheticRun(family, asked.seed, index, { gates: GATES, perRound: PER_ROUND, allowed: ALLOWED });
    run.extendTo(2 * BATCH_ROUNDS);
    const unchanged = run.gates.map(rivalsOf);
    const evidences = tests.map(({ evidence }) => remembered(evidence));
    for (const { effect, counts } of tallies) {
      const perGate = [rivalsOf(withEffect(firstOf(run), effect)), ...unchanged.slice(1)];
      const answers = [
        ...evidences.map((evidence) => gateAnswers(run, effect, rules, evidence)),
        ...RIVALS.map((_, place) => perGate.flatMap((rivals) => rivals[place] ?? [])),
      ];
      for (const [place, each] of counts.entries()) each.add(answers[place] ?? []);
    }
    if ((index + 1) % RUNS_PER_STEP === 0 || index + 1 === asked.runs) yield index + 1;
  }
  return tallies.flatMap(({ effect, counts }) =>
    methods.flatMap((method, place): SelftestCell[] => {
      const counted = counts[place];
      return counted ? [{ family, effect, ...method, ...counted.result() }] : [];
    }),
  );
}

/** What all rivals say of one gate, in the order of `RIVALS`. */
function rivalsOf(gate: SyntheticGate): readonly Answer[] {
  const answers = {
    interleaved: rivalAnswers(batchesOf(gate, 'interleaved', PER_ROUND)),
    separate: rivalAnswers(batchesOf(gate, 'separate', PER_ROUND)),
  };
  return RIVALS.map(({ method, layout }) => ({ failed: answers[layout][method] }));
}

/** Look by look as a real run goes: until every gate is decided or the last look is over. */
function gateAnswers(run: SyntheticRun, effect: number, rules: GateRules, evidence: EvidenceOf): Answer[] {
  let decisions: readonly Decision[] = [];
  for (const look of rules.looks) {
    run.extendTo(look);
    const series = [withEffect(firstOf(run), effect), ...run.gates.slice(1)].map((gate) => gate.series);
    decisions = decide(series, rules, look, false, evidence);
    if (!decisions.some(({ open }) => open)) break;
  }
  return decisions.map(({ verdict, improved, atRounds }): Answer => {
    return { failed: verdict === 'fail', more: { passed: verdict === 'pass', improved: improved === true, rounds: atRounds } };
  });
}

/** The unchanged gates of a run are the same for every effect; rounds are only ever added, so what a look saw stays as it was. */
function remembered(evidence: EvidenceOf): EvidenceOf {
  const known = new Map<GateSeries, Map<number, Finding>>();
  return (series, look) => {
    const ofSeries = known.get(series) ?? new Map<number, Finding>();
    known.set(series, ofSeries);
    const found = ofSeries.get(look.rounds) ?? evidence(series, look);
    ofSeries.set(look.rounds, found);
    return found;
  };
}

function firstOf(run: SyntheticRun): SyntheticGate {
  const [first] = run.gates;
  if (!first) throw new RangeError('a run without gates');
  return first;
}
