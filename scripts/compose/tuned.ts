import { tune } from '../../core/host/tune.ts';
import type { CommandArguments } from '../bench.ts';
import type { Host } from './host.ts';
import type { Io } from './io.ts';

/**
 * With `--tune`: the host's limits raised until disposed, however the command ends; a run that was killed is undone by the next one and by sweep.
 * @throws BenchError `tune-refused`, `tune-busy`
 */
export async function tuned(values: CommandArguments['values'], { context }: Host, io: Io): Promise<AsyncDisposable | undefined> {
  if (values['tune'] !== true) return undefined;
  const raised = await tune({ cacheDir: context.cacheDir, openFiles: true });
  for (const change of raised.changes) io.log.info(`raised ${change}`);
  return raised;
}
