import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchError, messageOf } from '../../core/model/error.ts';
import type { ReportAssets } from './render.ts';

/** Where the built files lie, below the root of the project. */
const BUILT = 'dist/reports/html/assets';

/**
 * Bundles the browser side (client/main.ts with chart.js, client/report.css) into dist/reports/html/assets/report.{js,css}.
 * Run once per build, after tsc; esbuild is loaded here only, so that showing a report never needs it.
 */
export async function buildReportAssets(projectRoot: string): Promise<void> {
  const { build } = await import('esbuild');
  const client = join(projectRoot, 'reports/html/client');
  const outdir = join(projectRoot, BUILT);
  await mkdir(outdir, { recursive: true });
  await build({
    entryPoints: [
      { in: join(client, 'main.ts'), out: 'report' },
      { in: join(client, 'report.css'), out: 'report' },
    ],
    outdir,
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
export async function loadReportAssets(projectRoot: string): Promise<ReportAssets> {
  const read = async (name: string): Promise<string> => {
    try {
      // The script stands inside an HTML element: only a closing tag could end it early.
      return (await readFile(join(projectRoot, BUILT, name), 'utf8')).trim();
    } catch (error) {
      throw new BenchError({
        code: 'report-assets-missing',
        message: `the report's ${name} is not built: ${messageOf(error)}`,
        remedy: 'npm run setup',
        cause: error,
      });
    }
  };
  const script = (await read('report.js')).replaceAll('</script', String.raw`<\/script`);
  const style = await read('report.css');
  return { script, style, scriptSha256: sha256(script), styleSha256: sha256(style) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
