import { openCgroups } from '../../core/host/cgroups.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { Engine, RunContext } from '../../core/model/context.ts';
import { messageOf } from '../../core/model/error.ts';
import { connectEngine } from '../../runners/engine/connect-engine.ts';
import type { Host } from './host.ts';
import type { Io } from './io.ts';
import { createTempFolder, removeTempFolder } from './temp-folder.ts';

/**
 * Between trials: containerd and dockerd go on removing a container's network and groups after the engine has answered. Without a pause that work
 * falls into the next trial, whichever it is (the position check showed ρ = 0.17 [0.05, 0.29] over 264 trials).
 */
const SETTLE_MS = 30;

export interface OpenRun extends AsyncDisposable {
  readonly context: RunContext;
}

interface RunSpec {
  readonly runId: string;
  readonly originNs: bigint;
  readonly host: Host;
  readonly io: Io;
}

/** Everything impure a run uses, and its removal: engine, groups, temporary folder (in this order). */
export async function openRun({ runId, originNs, host, io }: RunSpec): Promise<OpenRun> {
  const tempDir = await createTempFolder(runId);
  const cgroups = await openCgroups(runId);
  let engine: ReturnType<typeof connectEngine> | undefined;
  const context: RunContext = {
    runId,
    originNs,
    now: () => Number(process.hrtime.bigint() - originNs),
    settle: async () => pause(SETTLE_MS),
    toolbox: host.toolbox,
    tempDir,
    cacheDir: host.context.cacheDir,
    cgroups,
    engine: async (): Promise<Engine> => {
      engine ??= connectEngine({
        runId,
        toolbox: host.toolbox,
        cacheDir: host.context.cacheDir,
        tempDir,
        cgroups,
        log: io.log,
        signal: io.signal,
      });
      return engine;
    },
    log: io.log,
    signal: io.signal,
  };
  return {
    context,
    [Symbol.asyncDispose]: async () => {
      const steps: readonly (() => Promise<unknown>)[] = [
        async () => (await engine?.catch(() => undefined))?.[Symbol.asyncDispose](),
        async () => cgroups[Symbol.asyncDispose](),
        async () => removeTempFolder(tempDir),
      ];
      for (const step of steps)
        await step().catch((error: unknown) => io.log.warn(`left over: ${messageOf(error)}; “thirdwave sweep” removes it`));
    },
  };
}
