import { GateConfig } from '../../core/model/gate-config.ts';
import type { GateRun } from '../../core/model/gate-run.ts';
import { MARK_METRICS } from '../../core/model/metrics.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { gatePlan, gateScenario, type GateWorkloads } from '../../core/plan/gate-plan.ts';
import { type SelectedGate, selectGates } from '../../core/plan/gate-selection.ts';
import { makePlan } from '../../core/plan/make-plan.ts';
import { seededNormal } from './seeded-normal.ts';

export interface PlannedGate {
  readonly run: GateRun;
  readonly plan: Plan;
  readonly gates: readonly SelectedGate[];
}

const SIZE = {
  id: 'artifact_bytes_binary',
  title: 'Binary',
  unit: 'B',
  better: 'lower',
  noise: 'exact',
  definition: 'the executable',
} as const;

/** A gate run of one program as a host process, planned as the command plans it. `config`: keys of gates.yaml that differ. */
export function plannedGate(config: Readonly<Record<string, unknown>> = {}, available = true): PlannedGate {
  const parsed = GateConfig.parse({
    version: 1,
    programs: [{ id: 'app', base: { binary: 'old' }, head: { binary: 'new' } }],
    cells: [{ runner: 'process' }],
    gates: [{ id: 'cold', select: { metric: 'cold_start' }, maxRegression: '10%' }],
    ...config,
  });
  const arm = (id: string) => ({ id, binary: `/${id}`, args: [], env: {}, expect: { stdout: 'x\n' } });
  const programs: GateWorkloads[] = [{ program: 'app', base: arm('app.base'), head: arm('app.head') }];
  const unavailable = { reason: 'no process here', remedy: 'find one' };
  const native = { id: 'native', default: true, rung: 'host-process', factors: {} } as const;
  const planned = makePlan({
    scenarios: [gateScenario(parsed, programs, false)],
    runners: [
      { id: 'process', activities: ['run', 'hold'], consumes: ['binary'], variants: [available ? native : { ...native, unavailable }] },
    ],
    workloads: ['app.base', 'app.head'].map((id) => ({ id, forms: ['binary'], holdable: true, loopable: false })),
    seed: 1,
  });
  const metrics = [...MARK_METRICS, SIZE].map((metric) => ({ ...metric, activities: ['run'] as const }));
  const today = '2026-11-29';
  const { gates, warnings } = selectGates({
    config: parsed,
    cells: [{ runner: 'process', variant: 'native', program: 'app' }],
    metrics,
    today,
  });
  const artifacts = (['base', 'head'] as const).map((side) => ({ program: 'app', arm: side, label: side }));
  const run: GateRun = {
    schema: 'thirdwave/gate-run/1',
    config: parsed,
    artifacts,
    against: 'base',
    reproduce: 'thirdwave gate',
    today,
    warnings: [...warnings],
  };
  return { run, plan: gatePlan(planned, parsed, programs), gates };
}

/** Cold starts of every planned trial of these rounds, log-normal around 10 ms; `head` multiplies those of head. */
export function coldStarts({ plan }: PlannedGate, rounds: number, head = 1, spread = 0.05): Sample[] {
  const normal = seededNormal(7);
  return plan.trials
    .filter(({ round }) => round <= rounds)
    .map((trial) => {
      const ratio = trial.cell.endsWith('.head') ? head : 1;
      return sampleOf(trial, { status: 'ok', value: 0.01 * ratio * Math.exp(spread * normal()) });
    });
}

export function sampleOf(trial: Plan['trials'][number], outcome: Outcome): Sample {
  const { id, cell, round, position } = trial;
  return { cell, trialId: id, round, position, metric: 'cold_start', role: 'instance', unit: 's', outcome };
}
