import { randomBytes } from 'node:crypto';
import type { Toolbox } from '../core/model/context.ts';
import { makeIo } from '../scripts/compose/io.ts';
import { lookAtHost, type Host } from '../scripts/compose/host.ts';
import { openRun, type OpenRun } from '../scripts/compose/run-context.ts';

export interface RealRun extends OpenRun {
  readonly host: Host;
}

/** A run context on the prepared machine, as the suite itself makes it, for tests on real engines; `tools` replaces products of preparation. */
export async function realRun(tools: Partial<Toolbox> = {}): Promise<RealRun> {
  const { signal } = new AbortController();
  const io = makeIo({ json: false, quiet: true, verbose: false, noColour: true, signal });
  const here = await lookAtHost(io);
  const toolbox = { ...here.toolbox, ...tools };
  const host = { ...here, toolbox, context: { ...here.context, toolbox } };
  const runId = `test-${process.pid}-${randomBytes(3).toString('hex')}`;
  const run = await openRun({ runId, originNs: process.hrtime.bigint(), host, io });
  return { host, context: run.context, [Symbol.asyncDispose]: async () => run[Symbol.asyncDispose]() };
}
