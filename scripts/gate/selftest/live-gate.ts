import type { Recorder } from '../../../core/execute/ports.ts';
import { runPlan } from '../../../core/execute/run-plan.ts';
import type { Event } from '../../../core/model/event.ts';
import type { GateResult } from '../../../core/model/gate-report.ts';
import { Scenario } from '../../../core/model/scenario.ts';
import { hostControl } from '../../../probes/host-control.ts';
import type { Probe } from '../../../probes/probe.ts';
import { deriveSamples } from '../../../results/derive/derive-samples.ts';
import { failedTrials } from '../../../results/gate/failed-trials.ts';
import { judgeGates, overall } from '../../../results/gate/judge-gates.ts';
import type { Host } from '../../compose/host.ts';
import type { OpenRun } from '../../compose/run-context.ts';
import { resolveWorkload } from '../../compose/workloads.ts';
import { gateStop } from '../gate-stop.ts';
import type { PlannedGate } from '../plan-gate.ts';
import { timeToVerdict } from '../time-to-verdict.ts';

/** What stays open over all gate runs of a self-test: engine, groups, temporary folder. */
export interface Live {
  readonly host: Host;
  readonly run: OpenRun;
  readonly probes: readonly Probe[];
}

export interface LiveAnswer {
  readonly verdict: ReturnType<typeof overall>['verdict'];
  readonly results: readonly GateResult[];
  readonly rounds: number;
  /** first trial to last, ns */
  readonly timeToVerdictNs: number;
}

/** One whole gate run on real engines, its record in memory: the conductor, the rules and the looks are those of `thirdwave gate`. */
export async function liveGate({ plan, run, gates }: PlannedGate, { host, run: open, probes }: Live): Promise<LiveAnswer> {
  const events: Event[] = [];
  const recorder: Recorder = {
    append: async (trialId, bodies) => {
      for (const body of bodies) events.push({ seq: events.length, trialId, ...body });
    },
    sync: async () => {},
  };
  const scenarios = plan.sources.map((source) => Scenario.parse(source));
  const result = await runPlan(plan, {
    context: open.context,
    runners: host.runners,
    probes,
    workload: async (scenarioId, id) => {
      const scenario = scenarios.find((candidate) => candidate.id === scenarioId);
      if (!scenario) throw new Error(`the plan has no scenario ${scenarioId}`);
      return resolveWorkload(scenario, id, host.toolbox);
    },
    recorder,
    progress: { preparing: () => {}, roundStarts: () => {}, trialEnds: () => {}, roundEnds: () => {} },
    hostControl,
    enough: gateStop({ run, gates })(plan, events),
    alreadyBegun: new Set(),
  });
  open.context.signal.throwIfAborted();
  const rounds = result.stops[0]?.rounds ?? 0;
  const samples = deriveSamples(plan, events);
  const results = judgeGates({ run, gates, plan, samples, roundsDone: rounds, final: true }).map((one) => one.result);
  return { verdict: overall(results, 'warn', failedTrials(samples)).verdict, results, rounds, timeToVerdictNs: timeToVerdict(events) };
}
