import { Bench } from 'tinybench';

export interface RepeatSpec {
  readonly name: string;
  readonly fn: () => void;
  /** calls per batch: choose it so that a batch lasts well over the timer's resolution */
  readonly iterations: number;
  readonly batches: number;
}

/**
 * Seconds per call, one value per batch, by tinybench. Its defaults suit a race between functions, not a measurement (reference notes,
 * method §2): they take 16 warm-ups and at least a second, call a plain function once at `add()` to find out whether it is async, and sort the samples
 * they keep. So: one Bench per measurement, fixed iterations, `async` stated, failures thrown, samples kept; a batch is one task run.
 * @throws what `fn` throws
 */
export async function repeat({ name, fn, iterations, batches }: RepeatSpec): Promise<readonly number[]> {
  const bench = new Bench({
    iterations: batches,
    time: 0,
    warmup: false,
    throws: true,
    retainSamples: true,
    timestampProvider: 'hrtimeNow',
  });
  const batch = (): void => {
    for (let call = 0; call < iterations; call += 1) fn();
  };
  bench.add(name, batch, { async: false });
  await bench.run();
  const [task] = bench.tasks;
  const result = task?.result;
  if (result === undefined || !('latency' in result)) throw new Error(`tinybench measured nothing for ${name}`);
  const samplesMs = result.latency.samples ?? [];
  return samplesMs.map((milliseconds) => milliseconds / 1000 / iterations);
}
