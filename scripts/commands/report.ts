import { EXIT_CODES } from '../../core/model/error.ts';
import type { Command } from '../bench.ts';
import { ASSUMPTION_OPTIONS, assumptionsFrom, keepAssumptions } from '../compose/assumptions.ts';
import { deriveRun } from '../compose/derive-run.ts';
import { DEFAULT_REPORTS } from '../compose/paths.ts';
import { folderOf } from '../compose/run-folder-of.ts';
import { writeReport } from '../compose/write-report.ts';

export const command: Command = {
  options: { results: { type: 'string' }, reports: { type: 'string' }, ...ASSUMPTION_OPTIONS },
  async run({ positionals, values }, io) {
    const assumptions = assumptionsFrom(values);
    const folder = await folderOf(positionals, values['results']);
    await keepAssumptions(folder, assumptions);
    const model = await deriveRun(folder, io);
    const { reports } = values;
    await writeReport(model, folder, typeof reports === 'string' ? reports : DEFAULT_REPORTS, io);
    return EXIT_CODES.ok;
  },
};
