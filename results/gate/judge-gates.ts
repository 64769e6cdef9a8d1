import { EXIT_CODES } from '../../core/model/error.ts';
import type { GateRun } from '../../core/model/gate-run.ts';
import { GATE_FORMAT, type GateReport, type GateResult, type GateVerdict } from '../../core/model/gate-report.ts';
import type { Manifest } from '../../core/model/manifest.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { isNoisy, type SelectedGate } from '../../core/plan/gate-selection.ts';
import { gateCellIds } from '../../core/plan/gate-plan.ts';
import { parseShare } from '../../core/model/quantity.ts';
import { controlOf, driftWarnings } from './control.ts';
import { type Decision, decide, type GateRules } from './decide.ts';
import { judgeExact } from './exact.ts';
import { gateEvidence } from './evidence.ts';
import { type FailedTrials, failedText, failedTrials } from './failed-trials.ts';
import { armSeries } from './series.ts';
import { voidText, voidTrials } from './void-trials.ts';

export interface GateInput {
  readonly run: GateRun;
  readonly gates: readonly SelectedGate[];
  readonly plan: Plan;
  readonly samples: readonly Sample[];
  readonly roundsDone: number;
  /** no further round will come: what is open stays inconclusive */
  readonly final: boolean;
}

/** One gate on one cell, judged so far. */
export interface JudgedGate {
  readonly result: GateResult;
  /** a later look may still decide it */
  readonly open: boolean;
}

/**
 * Every gate of a run from the numbers so far: what cannot be judged is said first (missing numbers, failed trials: never a pass), the rest is decided
 * together, since the error budget is shared.
 */
export function judgeGates(input: GateInput): readonly JudgedGate[] {
  const { run, gates, samples, roundsDone, final } = input;
  const { config } = run;
  const arms = armSeries(config.id, samples);
  const measured = { ...input, failed: failedTrials(samples), voided: voidTrials(samples) };
  const found = gates.map((gate) => ({ gate, evidence: gateEvidence(gate, arms(gate), measured) }));
  const decided = decide(
    found.flatMap(({ evidence }) => ('series' in evidence ? [evidence.series] : [])),
    { ...rulesOf(run), family: gates.filter(isNoisy).length },
    roundsDone,
    final,
  );
  const byId = new Map(decided.map((decision) => [decision.id, decision]));
  return found.map(({ gate, evidence }) => {
    const head = headOf(gate, config.rounds.perRound);
    if ('missing' in evidence) {
      return { result: { ...head, verdict: 'incomplete', because: evidence.missing, n: 0 }, open: !evidence.settled && !final };
    }
    if ('exact' in evidence) return { result: { ...head, ...judgeExact(gate, evidence.exact) }, open: false };
    const decision = byId.get(evidence.series.id);
    if (!decision) throw new Error(`gate ${gate.id} was not decided`);
    return { result: { ...head, ...evidence.shown, ...resultOf(decision) }, open: decision.open };
  });
}

export function rulesOf({ config }: GateRun): GateRules {
  return { alpha: parseShare(config.alpha), beta: parseShare(config.beta), looks: config.rounds.looks };
}

function headOf(gate: SelectedGate, perRound: number) {
  const { waiver, minEffect, stat, isExact: _isExact, ...rest } = gate;
  return {
    ...rest,
    perRound,
    ...(minEffect === 0 ? {} : { minEffect }),
    ...(stat === undefined ? {} : { stat }),
    ...(waiver === undefined
      ? {}
      : { waiver: { reason: waiver.reason, expires: waiver.expires, ...(waiver.issue === undefined ? {} : { issue: waiver.issue }) } }),
  };
}

function resultOf({ id: _id, open: _open, atRounds: _at, ...decision }: Decision): Omit<Decision, 'id' | 'open' | 'atRounds'> {
  return decision;
}

/** Why a gate run stops, on record. */
export const EVERY_GATE_DECIDED = 'every gate is decided';

/** Worst first: numbers that are missing outweigh every verdict made of the others (gates notes §3). */
const PRECEDENCE = ['incomplete', 'incomparable', 'fail', 'inconclusive'] as const satisfies readonly GateVerdict[];
const CODES = {
  incomplete: EXIT_CODES.incomplete,
  incomparable: EXIT_CODES.incomparable,
  fail: EXIT_CODES.regression,
  inconclusive: EXIT_CODES.inconclusive,
} as const;
/** what somebody may know and accept; a crash or a broken comparison is not among it */
export const WAIVABLE: readonly GateVerdict[] = ['fail', 'inconclusive'];

/**
 * Verdict and exit code of a whole run: of the gates of level error that no waiver covers. Trials that failed where no such gate looks ask for the code of
 * failed trials, after everything else.
 */
export function overall(
  results: readonly GateResult[],
  onInconclusive: 'warn' | 'fail',
  failed: readonly FailedTrials[],
): Pick<GateReport, 'verdict' | 'exitCode' | 'exitCodes'> {
  const counting = results.filter(({ level, waiver, verdict }) => level === 'error' && !(waiver && WAIVABLE.includes(verdict)));
  const found = PRECEDENCE.filter((verdict) => counting.some((result) => result.verdict === verdict));
  const asked = found.filter((verdict) => verdict !== 'inconclusive' || onInconclusive === 'fail').map((verdict) => CODES[verdict]);
  const exitCodes = [...asked, ...(failed.length > 0 ? [EXIT_CODES.trialsFailed] : [])];
  return { verdict: found[0] ?? 'pass', exitCode: exitCodes[0] ?? EXIT_CODES.ok, exitCodes };
}

export interface ReportInput extends GateInput {
  readonly manifest: Manifest;
  /** ns from the first trial’s begin to the last one’s end */
  readonly timeToVerdictNs: number;
}

/** The gate’s answer: the only input of its outputs. */
export function gateReport(input: ReportInput): GateReport {
  const { run, manifest, plan, roundsDone } = input;
  const { config } = run;
  const gates = judgeGates({ ...input, final: true }).map(({ result }) => result);
  const failed = failedTrials(input.samples);
  const control = controlOf(input.samples);
  const { alpha, beta, looks } = rulesOf(run);
  return {
    formatVersion: GATE_FORMAT,
    runId: manifest.runId,
    config: config.id,
    ...overall(gates, config.onInconclusive, failed),
    against: run.against,
    alpha,
    beta,
    looks: [...looks],
    rounds: roundsDone,
    gates,
    artifacts: artifactsOf(run, plan, manifest),
    ...(control && { control }),
    warnings: [
      ...run.warnings,
      ...driftWarnings(control),
      ...digestWarnings(run, plan, manifest),
      ...failed.map((one) => `${one.cell}: ${failedText(one)} failed`),
      ...voidTrials(input.samples).map((one) => `${one.cell}: ${voidText(one)}`),
      ...endWarnings(manifest),
    ],
    host: manifest.host,
    suite: manifest.suite,
    startedAt: manifest.startedAt,
    timeToVerdictNs: input.timeToVerdictNs,
    reproduce: run.reproduce,
  };
}

/** How a run ends that has said all it was asked for. */
const WHOLE: readonly string[] = [EVERY_GATE_DECIDED, 'all rounds done'];

function endWarnings({ stops }: Manifest): string[] {
  return stops
    .filter(({ because }) => !WHOLE.includes(because))
    .map(({ rounds, because }) => `the run ended after ${rounds} rounds: ${because}`);
}

function placesOf(plan: Plan, run: GateRun) {
  return plan.cells.flatMap(({ runner, variant, workload, role }) => {
    const artifact = run.artifacts.find(({ program, arm }) => workload === `${program}.${arm}`);
    return artifact === undefined || role === 'twin' ? [] : [{ runner, variant, ...artifact }];
  });
}

function digestOf(run: GateRun, manifest: Manifest, place: { runner: string; variant: string; program: string }, arm: 'base' | 'head') {
  const cell = gateCellIds(run.config.id, place)[arm];
  return manifest.artifacts.find((artifact) => artifact.cell === cell)?.digest;
}

function artifactsOf(run: GateRun, plan: Plan, manifest: Manifest): GateReport['artifacts'] {
  return placesOf(plan, run).flatMap((place) => {
    const digest = digestOf(run, manifest, place, place.arm);
    return digest === undefined ? [] : [{ ...place, digest }];
  });
}

/** The same bytes in both arms: legal (an A/A run), but seldom meant. Said once per program and digest, however many technologies run it. */
function digestWarnings(run: GateRun, plan: Plan, manifest: Manifest): string[] {
  const heads = placesOf(plan, run).filter(({ arm }) => arm === 'head');
  const said = heads.flatMap((place) => {
    const digest = digestOf(run, manifest, place, 'head');
    if (digest === undefined || digest !== digestOf(run, manifest, place, 'base')) return [];
    const base = run.artifacts.find(({ program, arm }) => program === place.program && arm === 'base')?.label ?? 'base';
    return [`program ${place.program}: base ${base} and head ${place.label} are the same (${digest}): nothing but noise is compared`];
  });
  return [...new Set(said)];
}
