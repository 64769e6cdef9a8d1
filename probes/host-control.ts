import { repeat } from '../core/host/tinybench-adapter.ts';
import type { MetricDeclaration } from '../core/model/vocabulary.ts';
import type { Reading } from './probe.ts';

/*
 * Reads: the time of a fixed JavaScript computation in this process, once before every round.
 * Shows: drift of the host's speed over a run (frequency, neighbours, steal) that every cell shares.
 * Cannot see: what only the kernel or only the disk feels. It is printed beside the results, never used to correct them.
 */

const METRIC: MetricDeclaration = {
  id: 'host_control',
  title: 'Host-speed control',
  unit: 's',
  better: 'neither',
  noise: 'noisy',
  definition: 'fastest of 5 batches of a fixed integer computation in JavaScript, before the round',
};

const STEPS = 200_000;

/** Xorshift over a fixed number of steps; the result is kept so that nothing is optimised away. */
function computation(): void {
  let state = 2463534242;
  for (let step = 0; step < STEPS; step += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
  }
  if (state === 0) throw new Error('xorshift reached zero, which it cannot');
}

/** Not a per-trial probe: the conductor asks it at each round's start. */
export const hostControl = {
  id: 'host-control',
  metrics: [METRIC],
  async measure(): Promise<readonly Reading[]> {
    const secondsPerCall = await repeat({ name: 'host-control', fn: computation, iterations: 5, batches: 5 });
    return [{ metric: METRIC.id, role: 'host', origin: 'tinybench, fastest of 5 batches', value: Math.min(...secondsPerCall) }];
  },
};
