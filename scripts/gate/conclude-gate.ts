import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BenchError, EXIT_CODES, type ExitCode } from '../../core/model/error.ts';
import type { GateReport } from '../../core/model/gate-report.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { selectGates } from '../../core/plan/gate-selection.ts';
import { annotations } from '../../reports/gate/annotations.ts';
import { GATE_OUTPUTS } from '../../reports/gate/outputs.ts';
import { stepSummary } from '../../reports/gate/step-summary.ts';
import { renderGate } from '../../reports/gate/terminal.ts';
import { parseEvents } from '../../results/derive/parse-events.ts';
import { failedTrials } from '../../results/gate/failed-trials.ts';
import { judgeAgainstBaseline } from '../../results/gate/judge-baseline.ts';
import { gateReport, overall } from '../../results/gate/judge-gates.ts';
import { unwritable } from '../../results/record/event-log.ts';
import type { RunFolder } from '../../results/record/run-folder.ts';
import { deriveRun } from '../compose/derive-run.ts';
import type { Io } from '../compose/io.ts';
import { allMetricsByActivity } from '../compose/metrics.ts';
import { writePage } from '../compose/write-report.ts';
import { headCells } from './plan-gate.ts';
import type { OutputWanted } from './options.ts';
import { timeToVerdict } from './time-to-verdict.ts';

export interface Conclusion {
  readonly reportsRoot: string;
  readonly outputs: readonly OutputWanted[];
  /** instead of what gates.yaml says */
  readonly onInconclusive?: 'warn' | 'fail' | undefined;
}

/** From the record to the answer, every output that was asked for, and the exit code. A function of the run’s folder: `gate report` does it again. */
export async function concludeGate(folder: RunFolder, { reportsRoot, outputs, onInconclusive }: Conclusion, io: Io): Promise<ExitCode> {
  const model = await deriveRun(folder, io);
  const report = await judgeRecord(folder, model, onInconclusive);
  await folder.write('gate', GATE_OUTPUTS.json(report));
  for (const { format, file } of outputs) await writeTo(file, GATE_OUTPUTS[format](report));
  const page = await writePage(model, folder, reportsRoot);
  await tellGitHub(report, io);
  io.data(io.json ? GATE_OUTPUTS.json(report) : renderGate(report, { colour: io.colour, width: io.width, verbose: io.verbose }));
  io.log.info(`answer   ${folder.file('gate')}`);
  io.log.info(`report   ${page}`);
  for (const { file } of outputs) io.log.info(`         ${file}`);
  return exitCodeOf(report);
}

/** The gate’s answer from its record. @throws BenchError `not-a-gate-run` (exit 2), `not-complete` (exit 13): half a run has no verdict */
async function judgeRecord(folder: RunFolder, model: ReportModel, onInconclusive: Conclusion['onInconclusive']): Promise<GateReport> {
  const asked = await folder.readGates();
  if (!asked) {
    const message = `run ${folder.runId} is no gate run: it has no gates.json`;
    throw new BenchError({ code: 'not-a-gate-run', message, remedy: 'name a run of “thirdwave gate”', exitCode: EXIT_CODES.usage });
  }
  const { status, statusReason = 'no reason on record' } = model.manifest;
  if (status !== 'complete') {
    const message = `run ${folder.runId} is ${status} (${statusReason}): half a run has no verdict`;
    throw new BenchError({ code: 'not-complete', message, remedy: 'run the gate again', exitCode: EXIT_CODES.incomplete });
  }
  const run = onInconclusive === undefined ? asked : { ...asked, config: { ...asked.config, onInconclusive } };
  const plan = await folder.readPlan();
  const { events } = parseEvents(await folder.readEventsText());
  const { manifest, samples } = model;
  const { config, today, baseline } = run;
  const { gates } = selectGates({ config, cells: headCells(config, plan), metrics: await allMetricsByActivity(), today });
  const roundsDone = manifest.stops[0]?.rounds ?? 0;
  const timeToVerdictNs = timeToVerdict(events);
  const report = gateReport({ run, gates, plan, samples, roundsDone, final: true, manifest, timeToVerdictNs });
  if (!baseline) return report;
  const failed = failedTrials(samples);
  return judgeAgainstBaseline({ report, model, ...baseline, today, overall: (results) => overall(results, config.onInconclusive, failed) });
}

/** On GitHub Actions: the step summary to its file, annotations to the log (both streams are read for commands there). */
async function tellGitHub(report: GateReport, io: Io): Promise<void> {
  const { GITHUB_ACTIONS, GITHUB_STEP_SUMMARY } = process.env;
  if (GITHUB_STEP_SUMMARY !== undefined && GITHUB_STEP_SUMMARY !== '') {
    await appendFile(GITHUB_STEP_SUMMARY, stepSummary(report)).catch((error: unknown) => {
      throw unwritable(GITHUB_STEP_SUMMARY, error);
    });
  }
  if (GITHUB_ACTIONS !== 'true') return;
  // Not words to a reader but commands to the runner: also with --quiet, and on the stream that carries no JSON.
  for (const line of annotations(report)) (io.json ? process.stderr : process.stdout).write(`${line}\n`);
}

async function writeTo(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function exitCodeOf({ exitCode }: GateReport): ExitCode {
  return Object.values(EXIT_CODES).find((known) => known === exitCode) ?? EXIT_CODES.crash;
}
