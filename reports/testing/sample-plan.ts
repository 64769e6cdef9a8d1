import type { Plan } from '../../core/model/plan.ts';
import { Scenario } from '../../core/model/scenario.ts';
import { makePlan, type PlanInput } from '../../core/plan/make-plan.ts';

const REFERENCE = { runner: 'process', variant: 'native' };
const CELLS = [{ runner: 'process' }, { runner: 'container' }, { runner: 'wasmtime' }, { runner: 'v8' }];

const SCENARIOS = [
  {
    id: 'cold-start',
    question: 'How long from the launch call to the first verified byte, page-warm, for each technology and workload?',
    functionalUnit: 'one cold start',
    workloads: ['noop', 'hash', 'json'],
    reference: REFERENCE,
    cells: CELLS,
    floor: { runner: 'process', variant: 'native', workload: 'nop' },
    rounds: { min: 20, max: 30, targetHalfWidth: '3%', timeBudget: '170s' },
    differences: [
      {
        id: 'engine',
        title: 'what Docker costs',
        of: { runner: 'container', variant: 'runc-scratch' },
        from: REFERENCE,
      },
      { id: 'in-process', title: 'what no process saves', of: { runner: 'wasmtime', variant: 'aot-pooled' }, from: REFERENCE },
      { id: 'crun', title: 'what crun saves', of: { runner: 'container', variant: 'crun-scratch' }, from: REFERENCE },
    ],
  },
  {
    id: 'footprint',
    question: 'How much memory does one held instance take, by role, and how large is what must be shipped?',
    functionalUnit: 'one resident instance',
    activity: 'hold',
    workloads: ['noop', 'hash', 'json'],
    reference: REFERENCE,
    cells: CELLS,
    rounds: { min: 6, max: 6 },
  },
  {
    id: 'warm-loops',
    question: 'What does one more compile, instantiation or call cost inside a live host process?',
    activity: 'loop',
    cacheState: 'pre-warmed',
    workloads: ['nop'],
    cells: [{ runner: 'wasmtime' }, { runner: 'v8' }],
    rounds: { min: 10, max: 10 },
  },
  {
    id: 'memory',
    question: 'What does one more resident instance cost in memory, and what is there before the first?',
    functionalUnit: 'one resident instance',
    activity: 'hold',
    workloads: ['noop'],
    instances: [0, 1, 2, 4, 8, 16, 32],
    states: ['idle', 'after-first-request'],
    cells: [
      { runner: 'process' },
      { runner: 'container' },
      { runner: 'wasmtime', variants: ['aot', 'aot-pooled'], instances: [0, 16, 64, 256] },
      { runner: 'v8' },
    ],
    rounds: { min: 5, max: 5 },
  },
  {
    id: 'placing',
    question: 'How many bare instances live in one process, and how long does it take to place them?',
    functionalUnit: 'one live instance',
    activity: 'place',
    workloads: ['nop'],
    cells: [{ runner: 'wasmtime', variants: ['aot', 'aot-pooled'], instances: [0, 1000, 10_000, 100_000, 1_000_000] }],
    rounds: { min: 3, max: 3 },
  },
  {
    id: 'density',
    question: 'How many instances fit before something gives way, and what gives way?',
    functionalUnit: 'one resident instance',
    activity: 'ramp',
    workloads: ['noop'],
    ramp: { memoryCap: '2GiB', most: 4096, load: {} },
    cells: [
      { runner: 'process' },
      { runner: 'container', variants: ['runc-scratch', 'runc-debian'] },
      { runner: 'wasmtime', variants: ['aot-pooled'] },
      { runner: 'v8' },
    ],
    rounds: { min: 3, max: 3 },
  },
];

const ANY = ['run', 'hold', 'loop', 'place'] as const;

const RUNNERS: PlanInput['runners'] = [
  {
    id: 'process',
    activities: ['run', 'hold'],
    consumes: ['binary'],
    variants: [{ id: 'native', default: true, rung: 'host-process', factors: {} }],
  },
  {
    id: 'container',
    activities: ['run', 'hold'],
    consumes: ['binary', 'image'],
    variants: [
      {
        id: 'runc-scratch',
        default: true,
        rung: 'docker-engine',
        factors: { runtime: 'runc', image: 'scratch' },
      },
      {
        id: 'runc-debian',
        default: true,
        rung: 'docker-engine',
        factors: { runtime: 'runc', image: 'debian' },
      },
      {
        id: 'crun-scratch',
        default: true,
        rung: 'docker-engine',
        factors: { runtime: 'crun', image: 'scratch' },
        unavailable: { reason: 'no OCI runtime crun is installed', remedy: 'apt-get install crun' },
      },
    ],
  },
  {
    id: 'wasmtime',
    activities: ANY,
    consumes: ['wasm'],
    variants: [
      {
        id: 'jit',
        default: true,
        rung: 'instantiate',
        factors: { compile_mode: 'jit', allocator: 'on-demand' },
      },
      {
        id: 'aot',
        default: true,
        rung: 'instantiate',
        factors: { compile_mode: 'aot', allocator: 'on-demand' },
        cacheState: 'pre-warmed',
      },
      {
        id: 'aot-pooled',
        default: true,
        rung: 'instantiate',
        factors: { compile_mode: 'aot', allocator: 'pooling' },
        cacheState: 'pre-warmed',
      },
    ],
  },
  {
    id: 'v8',
    activities: ANY,
    consumes: ['wasm'],
    variants: [{ id: 'jit', default: true, rung: 'host-process', factors: { compile_mode: 'jit' } }],
  },
];

/** The default scenarios, with one runtime missing so that something is skipped. */
export function samplePlan(seed: number): Plan {
  const workloads = ['noop', 'hash', 'json', 'nop'].map((id) => ({
    id,
    forms: ['binary', 'wasm'] as const,
    holdable: id !== 'nop',
    loopable: id === 'nop',
  }));
  return makePlan({
    scenarios: SCENARIOS.map((scenario) => Scenario.parse(scenario)),
    runners: RUNNERS,
    workloads,
    seed,
  });
}
