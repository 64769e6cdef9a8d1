import { randomBytes } from 'node:crypto';
import { makeIo } from '../scripts/compose/io.ts';
import { lookAtHost, type Host } from '../scripts/compose/host.ts';
import { openRun, type OpenRun } from '../scripts/compose/run-context.ts';

export interface RealRun extends OpenRun {
  readonly host: Host;
}

/** A run context on the prepared machine, as the suite itself makes it, for tests on real engines. */
export async function realRun(signal: AbortSignal = new AbortController().signal): Promise<RealRun> {
  const io = makeIo({ json: false, quiet: true, verbose: false, noColour: true, signal });
  const host = await lookAtHost(io);
  const runId = `test-${process.pid}-${randomBytes(3).toString('hex')}`;
  const run = await openRun({ runId, originNs: process.hrtime.bigint(), host, io });
  return { host, context: run.context, [Symbol.asyncDispose]: async () => run[Symbol.asyncDispose]() };
}
