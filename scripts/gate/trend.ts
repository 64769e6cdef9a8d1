import { BenchError, EXIT_CODES, type ExitCode } from '../../core/model/error.ts';
import { renderTrend } from '../../reports/gate/trend.ts';
import { trendOf } from '../../results/gate/history.ts';
import type { CommandArguments } from '../bench.ts';
import type { Io } from '../compose/io.ts';
import { DEFAULT_BASELINES, readBaselines } from './baseline-store.ts';

export const TREND_OPTIONS = { baselines: { type: 'string' } } as const;

/** `gate trend`: accepted runs over time. Describes, never judges: exit 0. */
export async function trend({ positionals, values }: CommandArguments, io: Io): Promise<ExitCode> {
  if (positionals.length > 0) {
    const message = `gate trend takes no argument “${positionals.join(' ')}”`;
    throw new BenchError({ code: 'usage', message, remedy: 'thirdwave gate trend [--baselines <folder>]', exitCode: EXIT_CODES.usage });
  }
  const stored = await readBaselines(String(values['baselines'] ?? DEFAULT_BASELINES));
  const known = stored.flatMap((one) => ('baseline' in one ? [one.baseline] : []));
  for (const one of stored) {
    if ('schema' in one) io.log.warn(`a baseline of host ${one.hostFolder} is of schema ${one.schema}, which this version does not read`);
  }
  const found = trendOf(known);
  io.data(io.json ? JSON.stringify(found, undefined, 1) : renderTrend(found, { colour: io.colour, width: io.width }));
  return EXIT_CODES.ok;
}
