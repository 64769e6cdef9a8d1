import {
  NoiseFamily,
  SELFTEST_FORMAT,
  type SelftestCell,
  type SelftestMethod,
  type SelftestReport,
  TrialLayout,
} from '../../../core/model/gate-selftest.ts';
import { decide, type Decision, type GateRules } from '../decide.ts';
import { type PairedTest, signedRankTest, studentTest } from '../paired-test.ts';
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
  readonly onProgress?: (done: number, all: number) => void;
}

const GATES = 12;
const PER_ROUND = 4;
const ALLOWED = 0.1;
export const SELFTEST_EFFECTS: readonly number[] = [0, -0.2, 0.05, 0.1, 0.2, 0.5];
const DEFAULT_RULES: GateRules = { alpha: 0.01, beta: 0.05, looks: [10, 20, 40] };
const REPORTED_EVERY = 100;

/**
 * How often the gate cries wolf, and how often it finds a change, on runs of twelve gates made from a seed; and what the rules that others use say
 * of the same trials. One gate of the twelve changes by the effect. Needs no engine; the same options give the same report.
 */
export function syntheticSelftest(options: SelftestOptions): SelftestReport {
  const { runs, seed, families = NoiseFamily.options, effects = SELFTEST_EFFECTS, rules = DEFAULT_RULES, onProgress } = options;
  const all = families.length * effects.length * runs;
  let done = 0;
  const advance = (): void => {
    done += 1;
    if (done % REPORTED_EVERY === 0 || done === all) onProgress?.(done, all);
  };
  const asked: Asked = { runs, seed, effects, rules, tests: options.signedRank ? [GATE, SIGNED_RANK] : [GATE], advance };
  const cells = families.flatMap((family) => cellsOf(family, asked));
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
    claims: selftestClaims(cells, rules.alpha, ALLOWED),
  };
}

interface GateTest {
  readonly method: SelftestMethod;
  readonly test: PairedTest;
}

const GATE: GateTest = { method: 'gate', test: studentTest };
const SIGNED_RANK: GateTest = { method: 'gate-signed-rank', test: signedRankTest };
const RIVALS = TrialLayout.options.flatMap((layout) => RIVAL_METHODS.map((method) => ({ method, layout })));

interface Asked {
  readonly runs: number;
  readonly seed: number;
  readonly effects: readonly number[];
  readonly rules: GateRules;
  readonly tests: readonly GateTest[];
  readonly advance: () => void;
}

/** Every effect is put on the same runs, so that effects differ in nothing else. */
function cellsOf(family: NoiseFamily, asked: Asked): SelftestCell[] {
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
    for (const { effect, counts } of tallies) {
      const perGate = [rivalsOf(withEffect(firstOf(run), effect)), ...unchanged.slice(1)];
      const answers = [
        ...tests.map(({ test }) => gateAnswers(run, effect, rules, test)),
        ...RIVALS.map((_, place) => perGate.flatMap((rivals) => rivals[place] ?? [])),
      ];
      for (const [place, each] of counts.entries()) each.add(answers[place] ?? []);
      asked.advance();
    }
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
function gateAnswers(run: SyntheticRun, effect: number, rules: GateRules, test: PairedTest): Answer[] {
  let decisions: readonly Decision[] = [];
  for (const look of rules.looks) {
    run.extendTo(look);
    const series = [withEffect(firstOf(run), effect), ...run.gates.slice(1)].map((gate) => gate.series);
    decisions = decide(series, rules, look, false, test);
    if (!decisions.some(({ open }) => open)) break;
  }
  return decisions.map(({ verdict, improved, atRounds }): Answer => {
    return { failed: verdict === 'fail', more: { passed: verdict === 'pass', improved: improved === true, rounds: atRounds } };
  });
}

function firstOf(run: SyntheticRun): SyntheticGate {
  const [first] = run.gates;
  if (!first) throw new RangeError('a run without gates');
  return first;
}
