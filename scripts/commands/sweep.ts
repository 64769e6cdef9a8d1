import { sweepCgroups } from '../../core/host/cgroups.ts';
import { restoreAbandoned } from '../../core/host/tune.ts';
import { EXIT_CODES } from '../../core/model/error.ts';
import { sweepEngines } from '../../runners/engine/sweep-engines.ts';
import type { Command } from '../bench.ts';
import { lookAtHost } from '../compose/host.ts';
import { knownRuns, removeTempFolder } from '../compose/temp-folder.ts';

/** Removes what killed runs left; what belongs to a live run stays. */
export const command: Command = {
  options: {},
  async run(_, io) {
    const { runners, context } = await lookAtHost(io);
    const runs = await knownRuns();
    const alive = new Set(runs.filter((run) => run.alive).map((run) => run.runId));
    const removed: string[] = [];
    for (const run of runs.filter((candidate) => !candidate.alive)) {
      for (const runner of runners) removed.push(...(await runner.sweep(context, run.runId)));
    }
    removed.push(...(await sweepEngines(context, alive)));
    removed.push(...(await sweepCgroups(alive)));
    removed.push(...(await restoreAbandoned(context.cacheDir)).map((text) => `raised limit ${text}`));
    for (const run of runs.filter((candidate) => !candidate.alive)) {
      await removeTempFolder(run.path);
      removed.push(`temporary folder of run ${run.runId}`);
    }
    io.data(
      io.json
        ? JSON.stringify({ removed, aliveRuns: [...alive] })
        : [...removed.map((text) => `removed ${text}`), summary(removed, alive)].join('\n'),
    );
    return EXIT_CODES.ok;
  },
};

function summary(removed: readonly string[], alive: ReadonlySet<string>): string {
  const others = alive.size === 0 ? '' : `; left alone: ${[...alive].join(', ')} (still running)`;
  return removed.length === 0 ? `nothing to remove${others}` : `${removed.length} things removed${others}`;
}
