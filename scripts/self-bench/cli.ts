import { join } from 'node:path';
import { PROJECT_ROOT } from '../compose/paths.ts';
import { alternating, type SelfBenchmark } from './benchmark.ts';
import { hyperfineMedian } from './hyperfine.ts';

/** Start of the CLI against Node doing nothing. */
export const cli: SelfBenchmark = {
  id: 'cli',
  rounds: 12,
  async measure(context, rounds) {
    const pairs = [];
    for (let round = 0; round < rounds; round += 1) {
      const help = `${process.execPath} ${join(PROJECT_ROOT, 'scripts', 'entry.mjs')} --help`;
      const [ours, theirs] = await alternating(
        round,
        async () => hyperfineMedian(context, help, 10),
        async () => hyperfineMedian(context, `${process.execPath} -e 0`, 10),
      );
      pairs.push({ ours, theirs });
    }
    return [{ id: 'cli-start', claim: 'thirdwave --help ÷ node -e 0, medians of 10', atMost: 2, unit: 's', rounds: pairs }];
  },
};
