import { isFound, type Toolbox } from '../../core/model/context.ts';
import { loadRunners } from '../../runners/registry.ts';
import type { DetectContext, Runner } from '../../runners/runner.ts';
import { cacheRoot } from '../setup/cache-root.ts';
import { readToolbox } from '../setup/toolbox.ts';
import type { Io } from './io.ts';

/** What detection needs: no run, no side effects. */
export interface Host {
  readonly toolbox: Toolbox;
  readonly runners: readonly Runner[];
  readonly context: DetectContext;
}

export async function lookAtHost(io: Io): Promise<Host> {
  const cacheDir = cacheRoot();
  const [toolbox, all] = await Promise.all([readToolbox(cacheDir), loadRunners()]);
  const runners = all.filter((runner) => runner.testOnly !== true);
  return { toolbox, runners, context: { toolbox, cacheDir, log: io.log, signal: io.signal } };
}

/** Tools in words, for doctor. */
export function toolLines(
  toolbox: Toolbox,
): readonly { readonly tool: string; readonly found: boolean; readonly text: string; readonly remedy: string }[] {
  return Object.entries(toolbox).map(([tool, state]: [string, Toolbox[keyof Toolbox]]) =>
    isFound(state)
      ? { tool, found: true, text: `${state.version} (${state.path})`, remedy: '' }
      : { tool, found: false, text: state.missing, remedy: state.remedy },
  );
}
