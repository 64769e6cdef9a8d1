import type { ExecuteDependencies } from '../core/execute/ports.ts';
import type { RunContext, Toolbox } from '../core/model/context.ts';
import { BenchError } from '../core/model/error.ts';
import type { Event } from '../core/model/event.ts';
import type { Cell, Plan } from '../core/model/plan.ts';
import { Scenario } from '../core/model/scenario.ts';
import type { Workload } from '../core/model/workload.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import fake from '../runners/fake.ts';

/** A workload that needs no file: what the scripted runner “prints”. */
export const SCRIPTED_WORKLOAD: Workload = {
  id: 'noop',
  source: 'builtin',
  artifacts: { binary: '/nowhere/noop' },
  args: [],
  env: {},
  stdin: undefined,
  expected: { kind: 'bytes', bytes: new TextEncoder().encode('thirdwave noop\n') },
  holdArgs: ['hold'],
  loopFunction: undefined,
  versions: {},
};

/** A cell for what needs one and does not look at it. */
export const SCRIPTED_CELL: Cell = {
  id: 's:fake/steady/noop',
  scenario: 's',
  role: 'subject',
  runner: 'fake',
  variant: 'steady',
  workload: 'noop',
  activity: 'window',
  rung: 'host-process',
  cacheState: 'page-warm',
  factors: {},
};

export interface ScriptedRun extends ExecuteDependencies {
  readonly events: Event[];
  readonly said: string[];
}

/** Everything the conductor needs, with a clock that advances 1 ms per look and a recorder in memory. */
export function scriptedRun(change: Partial<ExecuteDependencies> & { signal?: AbortSignal } = {}): ScriptedRun {
  const { signal, ...rest } = change;
  const events: Event[] = [];
  const said: string[] = [];
  let clockNs = 0;
  const missing = { missing: 'scripted', remedy: 'none' };
  const context: RunContext = {
    runId: 'scripted',
    originNs: 0n,
    now: () => (clockNs += 1_000_000),
    settle: async () => {},
    toolbox: new Proxy({} as Toolbox, { get: () => missing }),
    tempDir: '/nowhere',
    cacheDir: '/nowhere',
    cgroups: {
      parentPath: '/nowhere',
      create: async () => {
        throw new BenchError({ code: 'cgroup-unavailable', message: 'scripted' });
      },
    },
    engine: async () => {
      throw new BenchError({ code: 'engine-unavailable', message: 'scripted' });
    },
    log: { info: (text) => said.push(text), warn: (text) => said.push(text), debug: () => {} },
    signal: signal ?? new AbortController().signal,
  };
  return {
    context,
    runners: [fake],
    probes: [],
    workload: async () => SCRIPTED_WORKLOAD,
    recorder: {
      append: async (trialId, bodies) => {
        for (const body of bodies) events.push({ seq: events.length, trialId, ...body });
      },
      sync: async () => {},
    },
    progress: { preparing: () => {}, roundStarts: () => {}, trialEnds: () => {}, roundEnds: () => {} },
    hostControl: { id: 'host-control', metrics: [], measure: async () => [] },
    enough: () => undefined,
    alreadyBegun: new Set(),
    ...rest,
    events,
    said,
  };
}

/** A plan over variants of the scripted runner. */
export function scriptedPlan(variants: readonly string[], rounds: number, change: Record<string, unknown> = {}): Plan {
  const scenario = Scenario.parse({
    id: 's',
    question: 'q',
    workloads: ['noop'],
    cells: [{ runner: 'fake', variants }],
    rounds: { min: rounds, max: rounds },
    timeouts: { ready: '100ms', exit: '200ms' },
    ...change,
  });
  return makePlan({
    scenarios: [scenario],
    runners: [{ id: 'fake', ...fake.capabilities, variants: fake.variants }],
    workloads: [{ id: 'noop', forms: ['binary'], holdable: true, loopable: true }],
    seed: 1,
  });
}
