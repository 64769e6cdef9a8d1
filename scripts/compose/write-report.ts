import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportModel } from '../../core/model/report.ts';
import { assetsFolder, loadReportAssets } from '../../reports/html/build-assets.ts';
import { renderHtml } from '../../reports/html/render.ts';
import { impactFramework } from '../../reports/impact-framework.ts';
import { sciMarkdown } from '../../reports/sci-disclosure.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import { unwritable } from '../../results/record/event-log.ts';
import type { RunFolder } from '../../results/record/run-folder.ts';
import type { Io } from './io.ts';
import { PROJECT_ROOT } from './paths.ts';

/** HTML, SCI disclosure and Impact Framework manifest to reports/out/<run-id>.* and latest.*, the summary to stdout, the paths to stderr. */
export async function writeReport(model: ReportModel, folder: RunFolder, reportsRoot: string, io: Io): Promise<void> {
  const path = await writePage(model, folder, reportsRoot);
  const manifest = impactFramework(model);
  const carbon = [
    { suffix: 'sci.md', text: sciMarkdown(model) },
    { suffix: 'impact-framework.yaml', text: manifest.text },
  ];
  for (const { suffix, text } of carbon) await writeBeside(reportsRoot, folder.runId, suffix, text);
  io.data(io.json ? JSON.stringify(model) : renderTerminal(model, { colour: io.colour, width: io.width }));
  io.log.info(`report   ${path}`);
  for (const { suffix, text } of carbon) if (text !== undefined) io.log.info(`carbon   ${join(reportsRoot, `${folder.runId}.${suffix}`)}`);
  io.log.info(`data     ${folder.file('summary')}`);
  io.log.info(`         ${folder.file('samples')}`);
}

/** The page alone, as <run-id>.html and latest.html; its path. @throws BenchError `record-unwritable` */
export async function writePage(model: ReportModel, folder: RunFolder, reportsRoot: string): Promise<string> {
  const html = renderHtml(model, await loadReportAssets(assetsFolder(PROJECT_ROOT)));
  const path = join(reportsRoot, `${folder.runId}.html`);
  try {
    await mkdir(reportsRoot, { recursive: true });
    await writeFile(path, html);
    await writeFile(join(reportsRoot, 'latest.html'), html);
  } catch (error) {
    throw unwritable(path, error);
  }
  return path;
}

/** What the run has no figures for must not stay from an earlier one. */
async function writeBeside(reportsRoot: string, runId: string, suffix: string, text: string | undefined): Promise<void> {
  for (const name of [runId, 'latest']) {
    const path = join(reportsRoot, `${name}.${suffix}`);
    try {
      await (text === undefined ? rm(path, { force: true }) : writeFile(path, text));
    } catch (error) {
      throw unwritable(path, error);
    }
  }
}
