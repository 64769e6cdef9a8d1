import type { Outcome } from '../../core/model/outcome.ts';
import type { Cell } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Role } from '../../core/model/vocabulary.ts';
import { type Make, type Noise, ok } from './sample-tools.ts';

/** What is true of an invented technology: memory before the first instance and per instance, by role, B. */
interface Truth {
  readonly roles: readonly (readonly [role: Role, fixed: number, each: number])[];
  readonly idleCpu: number;
  /** instances of a ramp, and what ends it */
  readonly density: number;
  readonly coldStartS: number;
}

const TRUTHS: Readonly<Record<string, Truth>> = {
  'process/native': { roles: [['instance', 0, 0.31e6]], idleCpu: 0, density: 4096, coldStartS: 1.15e-3 },
  'container/runc-scratch': container(0.6e6, 172),
  'container/runc-debian': container(0.64e6, 171),
  'wasmtime/aot': { roles: [['host-process', 21e6, 0.19e6]], idleCpu: 2e-6, density: 4096, coldStartS: 210e-6 },
  'wasmtime/aot-pooled': { roles: [['host-process', 24e6, 0.074e6]], idleCpu: 1e-6, density: 1000, coldStartS: 148e-6 },
  'v8/jit': { roles: [['instance', 0, 38e6]], idleCpu: 4e-5, density: 55, coldStartS: 41e-3 },
};

function container(each: number, density: number): Truth {
  return {
    roles: [
      ['instance', 0, each],
      ['shim', 0, 9.2e6],
      ['daemon', 96e6, 1.1e6],
    ],
    idleCpu: 2.1e-4,
    density,
    coldStartS: 0.25,
  };
}

export function truthOf(cell: Pick<Cell, 'runner' | 'variant'>): Truth {
  const truth = TRUTHS[`${cell.runner}/${cell.variant}`];
  if (!truth) throw new Error(`no invented technology ${cell.runner}/${cell.variant}`);
  return truth;
}

/** A request leaves something behind in every instance. */
const AFTER_REQUEST = 1.06;

/** F and s of one role, or of all together. */
export function lineOf(cell: Pick<Cell, 'runner' | 'variant' | 'activity'>, state: string, role: Role): { fixed: number; each: number } {
  if (cell.activity === 'place') return { fixed: 19e6, each: cell.variant === 'aot' ? 8.6e3 : 4.8e3 };
  const grows = state === 'idle' ? 1 : AFTER_REQUEST;
  const mine = truthOf(cell).roles.filter(([name]) => role === 'total' || name === role);
  return {
    fixed: mine.reduce((sum, [, fixed]) => sum + fixed, 0),
    each: mine.reduce((sum, [, , each]) => sum + each * grows, 0),
  };
}

/** Instances that wasmtime has started so far in the scenario: each leaves something behind on the host. */
export interface Leaking {
  started: number;
}
const LEAK_BYTES = 1.2e6;

/** Everything one trial of a fleet left behind. */
export function fleetSamples(cell: Cell, noise: Noise, sample: Make, leaking: Leaking): Sample[] {
  if (cell.activity === 'ramp') return rampSamples(cell, noise, sample);
  const { instances = 0, state = 'idle' } = cell.population ?? {};
  // Each further instance of v8 takes more than the one before.
  const bend = cell.runner === 'v8' ? 1 + (0.25 * instances) / 32 : 1;
  const bytes = (role: Role): number => {
    const { fixed, each } = lineOf(cell, state, role);
    return Math.round(((fixed + each * instances * bend) * noise(0.003)) / 4096) * 4096;
  };
  if (cell.activity === 'place') {
    const placing = instances === 0 ? [] : [sample('phase_place', ok(instances * (cell.variant === 'aot' ? 11e-6 : 6.4e-6) * noise(0.03)))];
    return [...placing, ...(['host-process', 'total'] as const).map((role) => sample('memory_unreclaimable', ok(bytes(role)), role))];
  }
  const roles: readonly Role[] = [...truthOf(cell).roles.map(([role]) => role), 'total'];
  const before = leaking.started * LEAK_BYTES;
  if (cell.runner === 'wasmtime') leaking.started += instances;
  return [
    ...roles.flatMap((role) => [
      sample('memory_unreclaimable', ok(bytes(role)), role),
      sample('memory_pss', ok(bytes(role) * 0.9), role),
      sample('memory_pss_anon', ok(bytes(role) * 0.8), role),
      sample('memory_kernel', ok(bytes(role) * 0.21), role),
    ]),
    sample('idle_cpu', ok(truthOf(cell).idleCpu * instances * noise(0.1)), 'total'),
    sample('memory_before', ok(cell.runner === 'wasmtime' ? 3e9 + before : 3e9), 'host'),
    sample('memory_host_used', hostUsed(cell, bytes('total')), 'host'),
  ];
}

function hostUsed({ runner, variant }: Cell, totalBytes: number): Outcome {
  if (variant === 'runc-debian') return { status: 'unavailable', reason: 'MemAvailable did not settle within 20 s' };
  return ok(totalBytes * (runner === 'v8' ? 1.25 : 1.03));
}

function rampSamples(cell: Cell, noise: Noise, sample: Make): Sample[] {
  const { density, coldStartS } = truthOf(cell);
  const starts = [0, 50, 90].flatMap((share) =>
    [1, 4, 16].map((at) => sample(`cold_start_at_${share}_c${at}`, ok(coldStartS * (1 + share / 200) * (1 + at / 12) * noise(0.05)))),
  );
  return [sample('density_verified', ok(Math.floor(density * Math.min(1, noise(0.005)))), 'host'), ...starts];
}
