import { seededRandom } from '../../core/plan/random.ts';
import type { HostFacts, Manifest } from '../../core/model/manifest.ts';
import type { Plan } from '../../core/model/plan.ts';
import { REPORT_SCHEMA, ReportModel } from '../../core/model/report.ts';
import type { Summary } from '../../core/model/summary.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { deriveDensities } from '../../results/derive/derive-densities.ts';
import { deriveDifferences } from '../../results/derive/derive-differences.ts';
import { deriveMemory } from '../../results/derive/derive-memory.ts';
import { deriveReconciliations } from '../../results/derive/derive-reconciliations.ts';
import { summarise } from '../../results/derive/summarise.ts';
import { sampleEnergy } from './sample-energy.ts';
import { SAMPLE_METRICS } from './sample-metrics.ts';
import { rampEvents } from './sample-ramps.ts';
import { samplePlan } from './sample-plan.ts';
import { noiseOf, trialSamples } from './sample-readings.ts';

/**
 * A believable finished run with invented numbers: 23 + 21 + 4 cells, lines and ramps of fleets, skipped cells, time-outs, a cell that
 * always fails, invalid
 * and unavailable values. The summaries are computed by results/derive, so the report is tested with the
 * shapes it will get.
 */
export function sampleModel(seed = 20_261_124): ReportModel {
  const plan = samplePlan(seed);
  const leaking = { started: 0 };
  const noise = noiseOf(seededRandom(seed));
  const cells = new Map(plan.cells.map((cell) => [cell.id, cell]));
  const samples = plan.trials.flatMap((trial) => {
    const cell = cells.get(trial.cell);
    return cell ? trialSamples(trial, cell, noise, leaking) : [];
  });
  const summaries = summarise(plan, samples, SAMPLE_METRICS);
  const { fits } = deriveMemory(plan, samples);
  return ReportModel.parse({
    schema: REPORT_SCHEMA,
    manifest: manifestOf(plan),
    seed: plan.seed,
    scenarios: plan.scenarios,
    cells: plan.cells,
    skipped: plan.skipped,
    metrics: SAMPLE_METRICS.map(({ id, title, unit, better, noise, definition }) => ({
      id,
      title,
      unit,
      better,
      noise,
      definition,
    })),
    samples,
    summaries,
    differences: deriveDifferences(plan, samples),
    memoryFits: fits,
    reconciliations: deriveReconciliations(fits),
    densities: deriveDensities(plan, rampEvents(plan, samples), fits),
    energy: sampleEnergy('measured'),
    verdicts: verdictsOf(summaries),
    notes: [
      { kind: 'failure', code: 'timeout', text: 'no first byte within 20 s', count: 3 },
      {
        kind: 'failure',
        code: 'wrong-output',
        text: 'the output differs from the expected one at byte 17',
        count: 30,
      },
      {
        kind: 'warning',
        code: 'governor',
        text: 'CPU governor is “powersave”: clocks rise during a trial',
        count: 1,
      },
    ],
  });
}

function manifestOf(plan: Plan): Manifest {
  return {
    schema: 'thirdwave/manifest/1',
    runId: '2026-11-24T035210-7c1f',
    status: 'complete',
    startedAt: '2026-11-24T03:52:10.000Z',
    endedAt: '2026-11-24T03:55:31.000Z',
    originNs: '2864012345678901',
    bootId: '0b7c1d0e-4b0f-4d9e-8a55-0f3c6f1b2a90',
    suite: { version: '0.1.0', commit: 'a877874f5be2', dirty: false, node: 'v20.20.2' },
    configHash: 'sha256:5d41402abc4b2a76b9719d911017c592',
    argv: ['bench', '--yes'],
    host: HOST,
    artifacts: plan.cells.slice(0, 12).map(({ id }, index) => ({
      cell: id,
      digest: `sha256:${String(index).padStart(2, '0')}c1d0e4b0f4d9e8a550f3c6f1b2a90e4b0f4d9e8a550f3c6f1b2a9012`,
      versions: { rustc: '1.85.0', engine: '26.1.5' },
    })),
    stops: [
      { scenario: 'cold-start', rounds: 30, because: 'all planned rounds are done' },
      { scenario: 'footprint', rounds: 6, because: 'all planned rounds are done' },
      { scenario: 'memory', rounds: 5, because: 'all planned rounds are done' },
      { scenario: 'placing', rounds: 3, because: 'all planned rounds are done' },
      { scenario: 'density', rounds: 3, because: 'all planned rounds are done' },
      { scenario: 'warm-loops', rounds: 10, because: 'all planned rounds are done' },
    ],
    wallNs: 201_000_000_000,
    insideTrialsNs: 121_000_000_000,
    files: {
      'events.jsonl': 'sha256:9b74c9897bac770ffc029102a200c5de',
      'plan.json': 'sha256:e2fc714c4727ee9395f324cd2e7f331f',
    },
  };
}

const HOST: HostFacts = {
  key: 'sha256:3f786850e387550fdab836ed7e6dc881de23001b',
  keyFields: ['cpu_model', 'cores', 'memory_gib', 'kernel'],
  facts: {
    cpu_model: { value: 'AMD EPYC 9R14' },
    cores: { value: 2 },
    memory_gib: { value: 24 },
    os: { value: 'Debian GNU/Linux 12 (bookworm)' },
    kernel: { value: 'Linux 6.1.0' },
    virtualisation: { value: 'kvm' },
    turbo: { unavailable: 'the hypervisor does not show it' },
    rapl: { unavailable: 'no powercap zone' },
  },
};

function verdictsOf(summaries: readonly Summary[]): Verdict[] {
  const twin = summaries.find(({ cell, metric }) => cell.endsWith(':twin') && metric === 'cold_start')?.ratio;
  const check = { scenario: 'cold-start', kind: 'check' } as const;
  return [
    {
      ...check,
      id: 'aa-twin',
      status: 'pass',
      claim: 'The reference measured twice gives a ratio of 1',
      because: 'the whole interval lies within ±10 % of 1 (30 pairs)',
      ...(twin ? { evidence: twin } : {}),
    },
    {
      ...check,
      id: 'position-effect',
      status: 'inconclusive',
      claim: 'The place within a round does not matter',
      because: 'the rank correlation of place and time is 0.11 [−0.05, 0.26], n = 690',
    },
    {
      ...check,
      id: 'floor',
      status: 'fail',
      claim: 'Every cold start is at least ten times the floor',
      because: 'process/native/noop is 1.2 times the floor: its value is mostly the launch itself',
    },
    {
      id: 'debian-is-close',
      scenario: 'cold-start',
      kind: 'claim',
      status: 'incomplete',
      claim: 'A Debian base costs less than 5 % more than scratch',
      because: 'only 8 of 30 rounds have both values',
    },
  ];
}
