import { EXIT_CODES } from '../../core/model/error.ts';
import type { Command } from '../bench.ts';
import { ASSUMPTION_OPTIONS, assumptionsFrom, keepAssumptions } from '../compose/assumptions.ts';
import { deriveRun } from '../compose/derive-run.ts';
import { folderOf } from '../compose/run-folder-of.ts';

export const command: Command = {
  options: { results: { type: 'string' }, ...ASSUMPTION_OPTIONS },
  async run({ positionals, values }, io) {
    const assumptions = assumptionsFrom(values);
    const folder = await folderOf(positionals, values['results']);
    await keepAssumptions(folder, assumptions);
    const model = await deriveRun(folder, io);
    const facts = { runId: folder.runId, samples: model.samples.length, summaries: model.summaries.length, folder: folder.path };
    io.data(io.json ? JSON.stringify(facts) : `${facts.samples} samples, ${facts.summaries} summaries in ${facts.folder}`);
    return EXIT_CODES.ok;
  },
};
