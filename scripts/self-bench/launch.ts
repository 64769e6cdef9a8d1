import { isFound } from '../../core/model/context.ts';
import { median } from '../../results/stats/quantile.ts';
import { loadRunners } from '../../runners/registry.ts';
import type { ExitFacts } from '../../runners/runner.ts';
import { resolveBuiltin } from '../compose/workloads.ts';
import { alternating, type SelfBenchmark } from './benchmark.ts';
import { hyperfineMedian } from './hyperfine.ts';

const LAUNCHES = 40;

/** process/noop as the suite reports it against hyperfine -N on the same binary. */
export const launch: SelfBenchmark = {
  id: 'launch',
  rounds: 12,
  async measure(context, rounds) {
    const { run, toolbox } = context;
    const noop = await resolveBuiltin('noop', toolbox);
    const runner = (await loadRunners()).find((candidate) => candidate.id === 'process');
    const variant = runner?.variants[0];
    if (!runner || !variant || !isFound(toolbox.guests)) throw new Error('the process runner or its workload is missing');
    await using session = await runner.open(run.context);
    const prepared = await session.prepare(variant, noop);
    const suite = async (): Promise<readonly ExitFacts[]> => {
      const exits = [];
      for (let index = 0; index < LAUNCHES + 2; index += 1) {
        const spec = {
          trialId: `launch.${index}`,
          activity: 'run',
          readyTimeoutNs: 10e9,
          exitTimeoutNs: 10e9,
          signal: run.context.signal,
        } as const;
        await using instance = await session.start(prepared, spec);
        exits.push(await instance.exited());
      }
      return exits.slice(2);
    };
    const exit = [];
    const firstByte = [];
    for (let round = 0; round < rounds; round += 1) {
      const [exits, theirs] = await alternating(round, suite, async () => hyperfineMedian(context, noop.artifacts.binary ?? '', LAUNCHES));
      exit.push({ ours: median(exits.map((one) => one.t2Ns - one.t0Ns)) / 1e9, theirs });
      firstByte.push({ ours: median(exits.map((one) => (one.t1Ns ?? Number.NaN) - one.t0Ns)) / 1e9, theirs });
    }
    return [
      { id: 'launch-to-exit', claim: `process/noop t0→exit ÷ hyperfine -N, medians of ${LAUNCHES}`, atMost: 1.02, unit: 's', rounds: exit },
      {
        id: 'launch-to-first-byte',
        claim: `process/noop t0→first byte ÷ hyperfine -N (exit), medians of ${LAUNCHES}`,
        atMost: 1,
        unit: 's',
        rounds: firstByte,
      },
    ];
  },
};
