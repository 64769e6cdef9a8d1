import { prepare } from '../compose/prepare.ts';
import type { Io } from '../compose/io.ts';
import { STEPS } from '../setup/setup.ts';

export interface PreparationAsked {
  readonly runners: readonly string[];
  /** one of the suite’s own programs is measured: they must be built */
  readonly builtin: boolean;
  readonly yes: boolean;
  readonly skip: boolean;
}

/** Prepares what these runners need and nothing else: a gate on one module must not build a guest kernel. */
export async function prepareRunners({ runners, builtin, yes, skip }: PreparationAsked, io: Io): Promise<void> {
  if (skip) return;
  const needed = STEPS.filter(({ serves }) => serves.some((runner) => runners.includes(runner))).map(({ id }) => id);
  const only = [...needed, ...(builtin ? ['workloads'] : [])];
  if (only.length > 0) await prepare('bench', { yes, only }, io);
}
