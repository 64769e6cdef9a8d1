import type { Command } from '../bench.ts';
import { DEFAULT_REPORTS } from '../compose/paths.ts';
import { folderOf } from '../compose/run-folder-of.ts';
import { concludeGate } from './conclude-gate.ts';
import { gateOptions } from './options.ts';

/** `gate report <run-id>`: the verdict once more from the record, with other outputs if wanted. */
export const rejudge: Command['run'] = async (arguments_, io) => {
  const { results, reports, outputs, onInconclusive } = gateOptions(arguments_);
  const folder = await folderOf(arguments_.positionals, results);
  return concludeGate(folder, { reportsRoot: reports ?? DEFAULT_REPORTS, outputs, onInconclusive }, io);
};
