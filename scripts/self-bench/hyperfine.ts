import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import type { SelfBenchContext } from './benchmark.ts';

/** Median wall time in seconds of a command, by hyperfine without a shell. @throws BenchError `hyperfine-missing` */
export async function hyperfineMedian(context: SelfBenchContext, command: string, runs: number): Promise<number> {
  const { hyperfine, run, io } = context;
  if ('missing' in hyperfine) {
    throw new BenchError({
      code: 'hyperfine-missing',
      message: hyperfine.missing,
      remedy: hyperfine.remedy,
      exitCode: EXIT_CODES.hostUnfit,
    });
  }
  const out = join(run.context.tempDir, 'hyperfine.json');
  const options = ['-N', '--warmup', '2', '--runs', String(runs), '--export-json', out, '--style', 'none'];
  await execa(hyperfine.path, [...options, command], { cancelSignal: io.signal });
  const { results } = JSON.parse(await readFile(out, 'utf8')) as { results: readonly { median: number }[] };
  const median = results[0]?.median;
  if (median === undefined) throw new BenchError({ code: 'hyperfine-failed', message: `hyperfine gave no result for ${command}` });
  return median;
}
