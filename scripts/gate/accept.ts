import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Baseline, BaselineEntry } from '../../core/model/baseline.ts';
import { BenchError, EXIT_CODES, type ExitCode, messageOf } from '../../core/model/error.ts';
import { GateReport } from '../../core/model/gate-report.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { baselineNumbers, labelOf, withEntry } from '../../results/gate/baseline.ts';
import { failedText, failedTrials } from '../../results/gate/failed-trials.ts';
import type { RunFolder } from '../../results/record/run-folder.ts';
import type { CommandArguments } from '../bench.ts';
import { readModel } from '../compose/derive-run.ts';
import type { Io } from '../compose/io.ts';
import { folderOf } from '../compose/run-folder-of.ts';
import { DEFAULT_BASELINES, readBaselines, writeBaseline } from './baseline-store.ts';

/** Beside --results and --baselines. */
export const ACCEPT_OPTIONS = { reason: { type: 'string' }, commit: { type: 'string' }, restart: { type: 'boolean' } } as const;

/** `gate accept <run-id|latest> --reason "…"`: a run becomes part of the stored baseline of its host. A failed one never does. */
export async function accept({ positionals, values }: CommandArguments, io: Io): Promise<ExitCode> {
  const { reason, commit, restart, results, baselines: folder = DEFAULT_BASELINES } = values;
  if (typeof reason !== 'string' || reason.trim() === '') throw refused('a run', 'no reason is given', EXIT_CODES.usage);
  if (positionals.length === 0) throw refused('a run', 'none is named', EXIT_CODES.usage);
  const run = await folderOf(positionals, results);
  const report = await readReport(run);
  const model = await readModel(run, io);
  const stored = await readBaselines(String(folder), report.config);
  const own = stored.flatMap((one) => ('baseline' in one && one.baseline.host.key === report.host.key ? [one.baseline] : []))[0];
  refuseUnfit(report, model, own, io);
  const known = typeof commit === 'string' ? commit : (process.env['GITHUB_SHA'] ?? process.env['CI_COMMIT_SHA']);
  const entry: BaselineEntry = {
    runId: report.runId,
    ...(known === undefined || known === '' ? {} : { commit: known }),
    acceptedAt: new Date().toISOString(),
    reason: reason.trim(),
    label: labelOf(report),
    ...(restart === true ? { restart: true as const } : {}),
    suiteVersion: report.suite.version,
    numbers: baselineNumbers(model, report),
  };
  if (entry.numbers.series.length === 0) throw refused(`run ${report.runId}`, 'its head arms have no number', EXIT_CODES.incomplete);
  const baseline = withEntry(own, report, entry);
  const path = await writeBaseline(String(folder), baseline);
  const facts = { runId: report.runId, path, entries: baseline.entries.length, series: entry.numbers.series.length };
  io.data(io.json ? JSON.stringify(facts) : `accepted ${facts.runId}: entry ${facts.entries} of ${path}, ${facts.series} series`);
  return EXIT_CODES.ok;
}

const VERDICT_CODES = { fail: EXIT_CODES.regression, incomparable: EXIT_CODES.incomparable, incomplete: EXIT_CODES.incomplete } as const;

function refuseUnfit(report: GateReport, model: ReportModel, own: Baseline | undefined, io: Io): void {
  const { status, statusReason } = model.manifest;
  const what = `run ${report.runId}`;
  if (status !== 'complete')
    throw refused(what, `it is ${status}${statusReason === undefined ? '' : ` (${statusReason})`}`, EXIT_CODES.incomplete);
  const failed = failedTrials(model.samples);
  if (failed.length > 0) {
    const named = failed.map((one) => `${one.cell}: ${failedText(one)}`).join('; ');
    throw refused(what, `trials failed: ${named}`, EXIT_CODES.trialsFailed);
  }
  if (own?.entries.some((entry) => entry.runId === report.runId)) throw refused(what, 'it is accepted already', EXIT_CODES.usage);
  const { verdict } = report;
  // The first run of a host cannot be comparable with the runs of another one.
  const firstOfHost = verdict === 'incomparable' && report.against === 'baseline' && own === undefined;
  if (firstOfHost) io.log.warn('no run of this host was accepted before: this is the first entry of its own baseline');
  else if (verdict === 'fail' || verdict === 'incomparable' || verdict === 'incomplete') {
    const because = report.gates.filter((gate) => gate.verdict === verdict).map(({ id, because }) => `${id}: ${because}`);
    throw refused(what, `its verdict is ${verdict} (${because.join('; ')})`, VERDICT_CODES[verdict]);
  }
  if (verdict === 'inconclusive') io.log.warn('the verdict of this run is inconclusive: nothing shows that it is as fast as its base');
}

function refused(what: string, why: string, exitCode: ExitCode): BenchError {
  const waiver = 'an intended regression is accepted by a waiver in gates.yaml (reason, expiry) and a run under it';
  return new BenchError({
    code: 'not-accepted',
    message: `${what} is not accepted: ${why}`,
    ...(exitCode === EXIT_CODES.usage ? { remedy: 'thirdwave gate accept <run-id|latest> --reason "…"' } : {}),
    ...(exitCode === EXIT_CODES.regression ? { remedy: waiver } : {}),
    exitCode,
  });
}

async function readReport(run: RunFolder): Promise<GateReport> {
  try {
    return GateReport.parse(JSON.parse(await readFile(run.file('gate'), 'utf8')));
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const cause = error instanceof z.ZodError ? messageOf(z.prettifyError(error)) : messageOf(error);
    const why = absent ? 'it is no run of a gate' : `${run.file('gate')}: ${cause}`;
    throw refused(`run ${run.runId}`, why, EXIT_CODES.usage);
  }
}
