import { runSetup, type SetupReport } from '../setup/setup.ts';
import type { Io } from './io.ts';

/** Brings this machine to what the purpose needs; what is refused or impossible becomes skipped cells with reason and remedy. */
export async function prepare(
  purpose: 'bench' | 'test' | 'self-bench',
  options: { readonly yes: boolean; readonly only: readonly string[] | undefined },
  io: Io,
): Promise<SetupReport> {
  const ci = process.env['CI'];
  const yes = options.yes || (ci !== undefined && ci !== '' && ci !== 'false');
  const { only } = options;
  const report = await runSetup({
    purpose,
    yes,
    interactive: io.interactive,
    signal: io.signal,
    log: io.log,
    ...(only === undefined ? {} : { only }),
  });
  io.signal.throwIfAborted();
  return report;
}
