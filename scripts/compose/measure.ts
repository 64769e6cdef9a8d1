import { createHash, randomBytes } from 'node:crypto';
import { runPlan } from '../../core/execute/run-plan.ts';
import type { ExecuteDependencies, ExecuteResult, Recorder } from '../../core/execute/ports.ts';
import { readHostFacts } from '../../core/host/facts.ts';
import type { Assumptions } from '../../core/model/energy.ts';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import type { Event, EventBody } from '../../core/model/event.ts';
import { type Manifest, MANIFEST_SCHEMA } from '../../core/model/manifest.ts';
import type { Plan } from '../../core/model/plan.ts';
import { Scenario } from '../../core/model/scenario.ts';
import { hostControl } from '../../probes/host-control.ts';
import { loadProbes } from '../../probes/registry.ts';
import { EventLog } from '../../results/record/event-log.ts';
import { RunFolder } from '../../results/record/run-folder.ts';
import { parseEvents } from '../../results/derive/parse-events.ts';
import { loadRunners } from '../../runners/registry.ts';
import type { Host } from './host.ts';
import type { Io } from './io.ts';
import { precisionRule } from './precision-rule.ts';
import { terminalProgress } from './progress.ts';
import { openRun } from './run-context.ts';
import { suiteFacts } from './suite-facts.ts';
import { resolveWorkload } from './workloads.ts';

export interface Measured {
  readonly folder: RunFolder;
  readonly failedTrials: number;
  readonly interrupted: boolean;
}

/** What is to be measured where, and what was said about energy and carbon, which is kept with it. */
export interface Wanted {
  readonly plan: Plan;
  readonly host: Host;
  readonly resultsRoot: string;
  readonly assumptions: Assumptions;
  /** what else belongs to the record, by file: the gates of a gate run */
  readonly attached?: Readonly<Partial<Record<'gates', string>>>;
  /** when a scenario may stop, given the events so far; default: the precision rule */
  readonly stopRule?: StopRule;
}

export type StopRule = (plan: Plan, events: readonly Event[]) => ExecuteDependencies['enough'];

/** Executes a plan into a new run folder. @throws BenchError when the record cannot be written or nothing can run here */
export async function measure(wanted: Wanted, io: Io): Promise<Measured> {
  const { plan, host, resultsRoot, assumptions, attached = {}, stopRule = precisionRule } = wanted;
  if (plan.cells.length === 0) throw nothingToRun(plan);
  const startedAt = new Date();
  const runId = `${startedAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${randomBytes(2).toString('hex')}`;
  const folder = new RunFolder(resultsRoot, runId);
  await folder.create();
  const planText = `${JSON.stringify(plan, undefined, 2)}\n`;
  const originNs = process.hrtime.bigint();
  const facts = await readHostFacts();
  const manifest: Manifest = {
    schema: MANIFEST_SCHEMA,
    runId,
    status: 'running',
    startedAt: startedAt.toISOString(),
    originNs: String(originNs),
    bootId: facts.bootId,
    suite: await suiteFacts(),
    configHash: createHash('sha256').update(JSON.stringify(plan.sources)).digest('hex'),
    argv: process.argv.slice(2),
    host: facts.host,
    artifacts: [],
    stops: [],
    files: {},
  };
  await folder.write('plan', planText);
  await folder.writeAssumptions(assumptions);
  if (attached.gates !== undefined) await folder.write('gates', attached.gates);
  await folder.writeManifest(manifest);
  return execute({ plan, manifest, folder, originNs, host, io, begun: [], stopRule });
}

/** Goes on with an interrupted run: trials that began are not repeated. @throws BenchError `incomparable` after a reboot */
export async function resume(folder: RunFolder, host: Host, io: Io): Promise<Measured> {
  const manifest = await folder.readManifest();
  const plan = await folder.readPlan();
  const facts = await readHostFacts();
  if (manifest.status === 'complete') {
    throw new BenchError({ code: 'already-complete', message: `run ${folder.runId} is complete`, exitCode: EXIT_CODES.usage });
  }
  if ((await folder.readGates()) !== undefined) {
    const message = `run ${folder.runId} is a gate run: its looks are fixed, and both arms may have been built anew since`;
    throw new BenchError({ code: 'gate-run', message, remedy: 'run “thirdwave gate” again', exitCode: EXIT_CODES.usage });
  }
  if (facts.bootId !== manifest.bootId || facts.host.key !== manifest.host.key) {
    throw new BenchError({
      code: 'incomparable',
      message: `run ${folder.runId} began ${facts.bootId === manifest.bootId ? 'on another host configuration' : 'before a reboot'}: its rounds and new ones do not mix`,
      remedy: 'start a new run; “derive” still reads the finished rounds of the old one',
      exitCode: EXIT_CODES.incomparable,
    });
  }
  const { events, problem } = parseEvents(await folder.readEventsText());
  if (problem) {
    const message = `events.jsonl line ${problem.line}: ${problem.reason}`;
    throw new BenchError({ code: 'record-damaged', message, remedy: 'derive it as it is, or start a new run', exitCode: EXIT_CODES.usage });
  }
  return execute({ plan, manifest, folder, originNs: BigInt(manifest.originNs), host, io, begun: events, stopRule: precisionRule });
}

interface Execution {
  readonly plan: Plan;
  readonly manifest: Manifest;
  readonly folder: RunFolder;
  readonly originNs: bigint;
  readonly host: Host;
  readonly io: Io;
  /** what is on record already */
  readonly begun: readonly Event[];
  readonly stopRule: StopRule;
}

async function execute(execution: Execution): Promise<Measured> {
  const { plan, manifest, folder, originNs, host, io } = execution;
  const events: Event[] = [...execution.begun];
  const startNs = process.hrtime.bigint();
  let result: ExecuteResult | undefined;
  let reason: string | undefined;
  try {
    await using log = await EventLog.open(folder.file('events'), (events.at(-1)?.seq ?? -1) + 1);
    await using run = await openRun({ runId: folder.runId, originNs, host, io });
    const scenarios = plan.sources.map((source) => Scenario.parse(source));
    result = await runPlan(plan, {
      context: run.context,
      runners: await loadRunners(),
      probes: await loadProbes(),
      workload: async (scenarioId, id) => {
        const scenario = scenarios.find((candidate) => candidate.id === scenarioId);
        if (!scenario) throw new Error(`the plan has no scenario ${scenarioId}`);
        return resolveWorkload(scenario, id, host.toolbox);
      },
      recorder: teeRecorder(log, events),
      progress: terminalProgress(plan, io),
      hostControl,
      enough: execution.stopRule(plan, events),
      alreadyBegun: new Set(events.filter((event) => event.kind === 'trial').map((event) => event.trialId)),
    });
    await log.sync();
  } catch (error) {
    reason = messageOf(error);
    throw error;
  } finally {
    const ended = await endOf(folder, manifest, result, reason, Number(process.hrtime.bigint() - startNs), execution);
    await folder.writeManifest(ended).catch((error: unknown) => io.log.warn(messageOf(error)));
  }
  return { folder, failedTrials: result.failedTrials, interrupted: result.interrupted };
}

/** The manifest of a run that has ended, however it ended. */
async function endOf(
  folder: RunFolder,
  manifest: Manifest,
  result: ExecuteResult | undefined,
  reason: string | undefined,
  wallNs: number,
  { plan }: Execution,
): Promise<Manifest> {
  const complete = result !== undefined && !result.interrupted;
  const prepared = new Map((result?.prepared ?? []).map((entry) => [entry.cell, entry.prepared]));
  return {
    ...manifest,
    status: complete ? 'complete' : 'aborted',
    ...(complete ? {} : { statusReason: reason ?? 'interrupted' }),
    endedAt: new Date().toISOString(),
    artifacts: plan.cells.flatMap((cell) => {
      const one = prepared.get(cell.id);
      return one ? [{ cell: cell.id, digest: one.digest, versions: { ...one.versions } }] : [];
    }),
    stops: [...(result?.stops ?? [])],
    wallNs: (manifest.wallNs ?? 0) + wallNs,
    insideTrialsNs: (manifest.insideTrialsNs ?? 0) + (result?.insideTrialsNs ?? 0),
    files: {
      'plan.json': await folder.sha256('plan').catch(() => ''),
      'events.jsonl': await folder.sha256('events').catch(() => ''),
    },
  };
}

/** Writes to disk and keeps a copy for the precision rule. */
function teeRecorder(log: EventLog, events: Event[]): Recorder {
  return {
    append: async (trialId: string, bodies: readonly EventBody[]) => {
      events.push(...(await log.append(trialId, bodies)));
    },
    sync: async () => log.sync(),
  };
}

function nothingToRun(plan: Plan): BenchError {
  const reasons = plan.skipped.map(({ cell, reason, remedy }) => `  ${cell}: ${reason} → ${remedy}`);
  return new BenchError({
    code: 'nothing-to-run',
    message: ['nothing of this plan can run here:', ...reasons].join('\n'),
    remedy: '“npm run setup” prepares this machine; “thirdwave doctor” explains each technology',
    exitCode: EXIT_CODES.hostUnfit,
  });
}
