import type { Cell, Trial } from '../../core/model/plan.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Role } from '../../core/model/vocabulary.ts';
import { isFleet } from '../view.ts';
import { fleetSamples, type Leaking } from './sample-fleets.ts';
import { type Make, type Noise, ok } from './sample-tools.ts';
import { PHASES, SAMPLE_METRICS } from './sample-metrics.ts';

/** Seconds to the first byte, of the right order of magnitude; a workload multiplies or adds. */
const COLD_START_S: Readonly<Record<string, number>> = {
  'process/native': 1.15e-3,
  'container/runc-scratch': 0.241,
  'container/runc-debian': 0.259,
  'wasmtime/jit': 12.4e-3,
  'wasmtime/aot': 210e-6,
  'wasmtime/aot-pooled': 148e-6,
  'v8/jit': 41e-3,
};
const WORK_S: Readonly<Record<string, number>> = { noop: 0, hash: 9.5e-3, json: 4.1e-3, nop: -0.2e-3 };
const UNITS = new Map(SAMPLE_METRICS.map((metric) => [metric.id, metric.unit]));

export function noiseOf(random: () => number): Noise {
  return (cv) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.exp(cv * normal) * (random() < 0.04 ? 1.5 : 1);
  };
}

/** Everything one trial left behind. */
export function trialSamples(trial: Trial, cell: Cell, noise: Noise, leaking: Leaking): Sample[] {
  const sample = (metric: string, outcome: Outcome, role: Role = 'instance'): Sample => ({
    cell: cell.id,
    trialId: trial.id,
    round: trial.round,
    position: trial.position,
    metric,
    role,
    unit: UNITS.get(metric) ?? '1',
    outcome,
  });
  const own = isFleet(cell) ? fleetSamples(cell, noise, sample, leaking) : instanceSamples(trial, cell, noise, sample);
  const measured = [...own, ...(trial.round === 1 ? sizeSamples(cell, sample) : [])];
  return [
    ...measured,
    sample('host_steal_share', { status: 'ok', value: trial.position === 4 ? 0.004 : 0 }, 'host'),
    sample('host_psi_cpu_some_share', { status: 'unavailable', reason: 'no /proc/pressure on this kernel' }, 'host'),
  ];
}

function instanceSamples(trial: Trial, cell: Cell, noise: Noise, sample: Make): Sample[] {
  if (cell.activity === 'run') return runSamples(trial, cell, noise, sample);
  if (cell.activity === 'hold') return memorySamples(cell, noise, sample);
  const scale = cell.runner === 'v8' ? 9 : cell.variant === 'aot-pooled' ? 0.25 : 1;
  const loops: Sample[] = [
    sample('warm_instantiate_call', ok(11e-6 * scale * noise(0.03))),
    sample('warm_call', ok(24e-9 * (scale > 1 ? 2 : 1) * noise(0.02))),
  ];
  return cell.factors['compile_mode'] === 'jit' ? [sample('warm_compile', ok(5.2e-3 * noise(0.05))), ...loops] : loops;
}

function runSamples(trial: Trial, cell: Cell, noise: Noise, sample: Make): Sample[] {
  const phases = PHASES[cell.runner] ?? [];
  const broken = brokenTrial(trial, cell);
  if (broken) {
    const metrics = ['cold_start', 'run_time', ...phases.map(([phase]) => phaseId(phase))];
    return metrics.map((metric) => sample(metric, broken));
  }
  const name = `${cell.runner}/${cell.variant}`;
  const slower = cell.runner === 'wasmtime' || cell.runner === 'v8' ? 1.6 : 1;
  const coldS = ((COLD_START_S[name] ?? 0) + (WORK_S[cell.workload] ?? 0) * slower) * noise(cell.runner === 'container' ? 0.05 : 0.07);
  const runS = coldS * (cell.runner === 'container' ? 1.45 : 1.12);
  const invalid = cell.runner === 'v8' && cell.workload === 'json' && trial.round === 11;
  const cold: Outcome = invalid ? { status: 'invalid', rule: 'host-steal', value: coldS } : ok(coldS);
  const silent = cell.workload === 'nop';
  return [
    sample('cold_start', silent ? { status: 'unavailable', reason: 'the program prints nothing, so there is no first byte' } : cold),
    sample('run_time', ok(runS)),
    ...phases.map(([phase, , share]) => sample(phaseId(phase), ok(runS * share * noise(0.02)))),
    sample(
      'cpu_time',
      cell.runner === 'container' ? { status: 'unavailable', reason: 'the cgroup was gone before it was read' } : ok(coldS * 0.8),
    ),
  ];
}

function brokenTrial(trial: Trial, cell: Cell): Outcome | undefined {
  if (cell.variant === 'runc-debian' && cell.workload === 'json' && trial.round % 9 === 0) {
    return { status: 'failed', code: 'timeout', censoredAfter: 20 };
  }
  if (cell.variant === 'jit' && cell.runner === 'wasmtime' && cell.workload === 'json') {
    return { status: 'failed', code: 'wrong-output' };
  }
  return undefined;
}

function memorySamples(cell: Cell, noise: Noise, sample: Make): Sample[] {
  const bytes = (value: number): Outcome => ok(Math.round((value * noise(0.01)) / 4096) * 4096);
  const both = (role: Role, value: number): Sample[] => [
    sample('memory_unreclaimable', bytes(value), role),
    sample('memory_pss', bytes(value * 1.15), role),
  ];
  if (cell.runner === 'container') return [...both('instance', 0.6e6), ...both('shim', 9.2e6), ...both('daemon', 96e6)];
  if (cell.runner === 'wasmtime') {
    const why: Outcome = {
      status: 'unavailable',
      reason: 'an in-process instance has no cgroup or process of its own',
    };
    return [sample('memory_unreclaimable', why), sample('memory_pss', why), ...both('host-process', 21e6)];
  }
  return both('instance', cell.runner === 'v8' ? 38e6 : 0.31e6);
}

function sizeSamples(cell: Cell, sample: Make): Sample[] {
  const bytes = 410_384 + cell.workload.length * 1024;
  if (cell.runner === 'process') return [sample('artifact_bytes_binary', ok(bytes))];
  if (cell.runner === 'container') {
    const base = cell.variant === 'runc-debian' ? 118_400_512 : 0;
    return [sample('image_bytes_compressed', ok(Math.round((base + bytes) * 0.38))), sample('image_bytes_unpacked', ok(base + bytes))];
  }
  const wasm = sample('artifact_bytes_wasm', ok(46_112 + cell.workload.length * 512));
  return cell.factors['compile_mode'] === 'aot' ? [wasm, sample('artifact_bytes_cwasm', ok(152_336))] : [wasm];
}

function phaseId(phase: string): string {
  return `phase_${phase.replaceAll('-', '_')}`;
}
