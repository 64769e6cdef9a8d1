import type { EventBody } from '../../core/model/event.ts';
import { GATE_FORMAT, type GateReport, type GateResult } from '../../core/model/gate-report.ts';
import type { HostFacts, Manifest } from '../../core/model/manifest.ts';
import { MARK_METRICS } from '../../core/model/metrics.ts';
import type { Cell, Plan } from '../../core/model/plan.ts';
import type { ReportModel } from '../../core/model/report.ts';
import type { Event } from '../../core/model/event.ts';
import { buildReport } from '../derive/build-report.ts';
import { life, smallEvents, smallPlan } from './small-run.ts';

export interface SmallGateOptions {
  readonly runId?: string;
  /** seconds to the first byte of head’s trial; undefined: it crashes */
  readonly cold: (round: number, pass: number) => number | undefined;
  readonly rounds?: number;
  readonly perRound?: number;
  /** seconds of the floor’s launch and of the fixed computation */
  readonly floor?: number;
  readonly control?: number;
  readonly host?: Readonly<Record<string, string | number>>;
  readonly factors?: Readonly<Record<string, string>>;
  readonly versions?: Readonly<Record<string, string>>;
  readonly status?: Manifest['status'];
}

export interface SmallGate {
  readonly manifest: Manifest;
  readonly plan: Plan;
  readonly events: readonly Event[];
  readonly model: ReportModel;
}

const HOST = { cpu_model: 'AMD EPYC 9R14', cpu_count: 2, kernel: '6.1.0' };

export function smallHost(fields: Readonly<Record<string, string | number>> = {}): HostFacts {
  const facts = { ...HOST, ...fields };
  // The key need not be a hash here: it must differ exactly where a field does.
  const text = JSON.stringify(facts);
  let code = 7;
  for (let index = 0; index < text.length; index += 1) code = (code * 31 + text.charCodeAt(index)) % 2 ** 40;
  return {
    key: code.toString(16).padStart(12, '0').repeat(5),
    keyFields: Object.keys(facts),
    facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, { value }])),
  };
}

/** A run of gate `g` without base, as it is held against a stored baseline: cell `process/native/app.head` and the floor. */
export function smallGate(options: SmallGateOptions): SmallGate {
  const { rounds = 10, perRound = 2, floor = 0.001, control = 0.002 } = options;
  const cells = [cell('app.head', 'subject', options.factors ?? {}), cell('nop', 'floor', {})];
  const made = smallPlan([], rounds);
  const trials = Array.from({ length: rounds * perRound }, (_, index) => index).flatMap((index) =>
    cells.map(({ id }, place) => {
      const [round, position] = [Math.floor(index / perRound) + 1, (index % perRound) * cells.length + place];
      return { id: `g.r${round}.p${position}`, scenario: 'g', round, position, cell: id };
    }),
  );
  const plan: Plan = { ...made, scenarios: made.scenarios.map((rules) => ({ ...rules, scenario: 'g' })), cells, trials };
  const passes = new Map<string, number>();
  const lives = smallEvents(plan, ({ id, role }, round) => {
    const pass = passes.get(`${id} ${round}`) ?? 0;
    passes.set(`${id} ${round}`, pass + 1);
    const seconds = role === 'floor' ? floor : options.cold(round, pass);
    return seconds === undefined ? [{ kind: 'failure', atNs: 1, code: 'exit-code', message: 'exit code 3' }] : life(seconds);
  });
  const events = [...lives, ...Array.from({ length: rounds }, (_, index) => controlEvents(index + 1, control)).flat()].map(
    (event, seq): Event => ({ ...event, seq }),
  );
  const manifest = manifestOf(options, cells);
  return { manifest, plan, events, model: buildReport({ manifest, plan, events, metrics: [...MARK_METRICS] }) };
}

function cell(workload: string, role: Cell['role'], factors: Readonly<Record<string, string>>): Cell {
  const id = `g:process/native/${workload}${role === 'floor' ? ':floor' : ''}`;
  const place = { id, scenario: 'g', role, runner: 'process', variant: 'native', workload } as const;
  return { ...place, activity: 'run', rung: 'host-process', cacheState: 'page-warm', factors };
}

function controlEvents(round: number, value: number): Event[] {
  const place = { atNs: 0, cell: 'g:host/control/fixed-js', round, position: 0 };
  const reading = {
    kind: 'reading',
    atNs: 0,
    probe: 'host-control',
    metric: 'host_control',
    role: 'host',
    unit: 's',
    origin: 'made',
  } as const;
  const bodies: EventBody[] = [
    { kind: 'trial', state: 'begin', ...place },
    { ...reading, value },
    { kind: 'trial', state: 'end', ...place },
  ];
  return bodies.map((body) => ({ seq: 0, trialId: `host.g.${round}`, ...body }));
}

function manifestOf(
  { runId = 'run-1', host, versions = { rustc: '1.85.0' }, status = 'complete' }: SmallGateOptions,
  cells: readonly Cell[],
): Manifest {
  return {
    schema: 'thirdwave/manifest/1',
    runId,
    status,
    startedAt: '2026-11-24T03:52:10.000Z',
    originNs: '1',
    bootId: 'boot',
    suite: { version: '0.1.0', commit: 'a877874f5be2', dirty: false, node: 'v20.20.2' },
    configHash: 'sha256:00',
    argv: ['gate'],
    host: smallHost(host),
    artifacts: cells.map(({ id }) => ({ cell: id, digest: 'sha256:01', versions: { ...versions } })),
    stops: [{ scenario: 'g', rounds: 10, because: 'all rounds done' }],
    files: {},
  };
}

/** What the gate says of that run before a baseline is looked at: its relative gates have no base. */
export function smallGateReport({ manifest }: Pick<SmallGate, 'manifest'>, gates: readonly Partial<GateResult>[] = [{}]): GateReport {
  const { runId, host, suite, startedAt } = manifest;
  return {
    formatVersion: GATE_FORMAT,
    runId,
    config: 'g',
    verdict: 'pass',
    exitCode: 0,
    exitCodes: [],
    against: 'baseline',
    alpha: 0.01,
    beta: 0.05,
    looks: [10],
    rounds: 10,
    gates: gates.map((gate) => ({ ...GATE, ...gate })),
    artifacts: [{ program: 'app', arm: 'head', runner: 'process', variant: 'native', label: 'target/app', digest: 'sha256:01' }],
    warnings: [],
    host,
    suite,
    startedAt,
    timeToVerdictNs: 1,
    reproduce: 'thirdwave gate',
  };
}

const GATE: GateResult = {
  id: 'start',
  gate: 'start',
  program: 'app',
  runner: 'process',
  variant: 'native',
  metric: 'cold_start',
  unit: 's',
  kind: 'relative',
  level: 'error',
  verdict: 'incomplete',
  because: 'base has no cold_start',
  limit: 1.1,
  n: 0,
  perRound: 2,
};
