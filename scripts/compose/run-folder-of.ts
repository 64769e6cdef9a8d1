import { BenchError, EXIT_CODES } from '../../core/model/error.ts';
import { suggestion } from '../../core/plan/did-you-mean.ts';
import { listRuns, RunFolder } from '../../results/record/run-folder.ts';
import { DEFAULT_RESULTS } from './paths.ts';

/** The run a command names: its id or `latest`. @throws BenchError `run-not-found`, exit 2 */
export async function folderOf(positionals: readonly string[], results: string | boolean | undefined): Promise<RunFolder> {
  const root = typeof results === 'string' ? results : DEFAULT_RESULTS;
  const runs = await listRuns(root);
  const [wanted = 'latest', ...more] = positionals;
  const runId = wanted === 'latest' ? runs[0] : runs.find((run) => run === wanted);
  if (runId !== undefined && more.length === 0) return new RunFolder(root, runId);
  throw new BenchError({
    code: more.length > 0 ? 'usage' : 'run-not-found',
    message: more.length > 0 ? 'one run at a time' : `no run “${wanted}” in ${root}: ${suggestion(wanted, runs.slice(0, 8))}`,
    remedy: '“thirdwave list runs” shows the runs there are; “latest” names the newest',
    exitCode: EXIT_CODES.usage,
  });
}
