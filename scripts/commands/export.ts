import { writeFile } from 'node:fs/promises';
import { BenchError, EXIT_CODES, messageOf, usageError } from '../../core/model/error.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';
import { hyperfineExport } from '../../results/gate/hyperfine-export.ts';
import type { ReportModel } from '../../core/model/report.ts';
import type { Command } from '../bench.ts';
import { readModel } from '../compose/derive-run.ts';
import { folderOf } from '../compose/run-folder-of.ts';

const FORMATS = ['hyperfine'] as const;

export const command: Command = {
  options: { format: { type: 'string' }, out: { type: 'string' }, metric: { type: 'string' }, results: { type: 'string' } },
  async run({ positionals, values }, io) {
    const { format, out, metric = 'cold_start', results } = values;
    if (!FORMATS.some((known) => known === format))
      throw usage(`--format ${String(format ?? '')}: ${suggestion(String(format ?? ''), FORMATS)}`);
    if (positionals.length === 0) throw usage('no run is named');
    const model = await readModel(await folderOf(positionals, results), io);
    const { results: cells, notes } = hyperfineExport(model, String(metric));
    if (cells.length === 0)
      throw usage(`run ${model.manifest.runId} has no time “${String(metric)}”: ${suggestion(String(metric), times(model))}`);
    for (const note of notes) io.log.info(note);
    const text = `${JSON.stringify({ results: cells }, undefined, 2)}\n`;
    if (typeof out !== 'string') io.data(text);
    else await write(out, text);
    return EXIT_CODES.ok;
  },
};

function times({ metrics }: ReportModel): string[] {
  return metrics.filter(({ unit }) => unit === 's').map(({ id }) => id);
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new BenchError({ code: 'unwritable', message: `${path}: ${messageOf(error)}`, exitCode: EXIT_CODES.usage, cause: error });
  }
}

function usage(message: string): BenchError {
  return usageError(message, 'thirdwave export <run-id> --format hyperfine [--metric cold_start] [--out <file>]');
}
