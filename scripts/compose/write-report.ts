import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportModel } from '../../core/model/report.ts';
import { assetsFolder, loadReportAssets } from '../../reports/html/build-assets.ts';
import { renderHtml } from '../../reports/html/render.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import { unwritable } from '../../results/record/event-log.ts';
import type { RunFolder } from '../../results/record/run-folder.ts';
import type { Io } from './io.ts';
import { PROJECT_ROOT } from './paths.ts';

/** HTML to reports/out/<run-id>.html and latest.html, the summary to stdout, the paths to stderr. */
export async function writeReport(model: ReportModel, folder: RunFolder, reportsRoot: string, io: Io): Promise<void> {
  const html = renderHtml(model, await loadReportAssets(assetsFolder(PROJECT_ROOT)));
  const path = join(reportsRoot, `${folder.runId}.html`);
  try {
    await mkdir(reportsRoot, { recursive: true });
    await writeFile(path, html);
    await writeFile(join(reportsRoot, 'latest.html'), html);
  } catch (error) {
    throw unwritable(path, error);
  }
  io.data(io.json ? JSON.stringify(model) : renderTerminal(model, { colour: io.colour, width: io.width }));
  io.log.info(`report   ${path}`);
  io.log.info(`data     ${folder.file('summary')}`);
  io.log.info(`         ${folder.file('samples')}`);
}
