import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError, messageOf } from '../../core/model/error.ts';
import type { ReportAssets } from './render.ts';

/** Where the built files lie unless a caller says otherwise. */
export function assetsFolder(projectRoot: string): string {
  return join(projectRoot, 'dist/reports/html/assets');
}

/**
 * Bundles the browser side (client/main.ts with chart.js, client/report.css) into `report.js` and `report.css`. Run once
 * per build, after tsc; esbuild is loaded here only, so that showing a report never needs it.
 */
export async function buildReportAssets(projectRoot: string, folder = assetsFolder(projectRoot)): Promise<void> {
  const { build } = await import('esbuild');
  const client = join(projectRoot, 'reports/html/client');
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [
      { in: join(client, 'main.ts'), out: 'report' },
      { in: join(client, 'report.css'), out: 'report' },
    ],
    outdir: folder,
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome110', 'firefox115', 'safari16'],
    charset: 'utf8',
    legalComments: 'inline',
    logLevel: 'warning',
  });
}

/**
 * The built browser side with its digests.
 * @throws BenchError `report-assets-missing` where the build has not run
 */
export async function loadReportAssets(folder: string): Promise<ReportAssets> {
  const read = async (name: string): Promise<string> => {
    try {
      return (await readFile(join(folder, name), 'utf8')).trim();
    } catch (error) {
      throw new BenchError({
        code: 'report-assets-missing',
        message: `the report's ${name} is not built: ${messageOf(error)}`,
        remedy: 'npm run setup',
        cause: error,
      });
    }
  };
  // The script stands inside an HTML element, which only a closing tag could end early.
  const script = (await read('report.js')).replaceAll('</script', String.raw`<\/script`);
  const style = await read('report.css');
  return { script, style, scriptSha256: sha256(script), styleSha256: sha256(style) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
