import type { Toolbox } from '../../core/model/context.ts';
import type { OpenRun } from '../compose/run-context.ts';
import type { Io } from '../compose/io.ts';

/** What a self-benchmark may use. */
export interface SelfBenchContext {
  readonly run: OpenRun;
  readonly toolbox: Toolbox;
  /** path of hyperfine, or why there is none */
  readonly hyperfine: { readonly path: string } | { readonly missing: string; readonly remedy: string };
  readonly io: Io;
}

/** One comparison: `ours` and `theirs` in `unit`, measured in the same round, in alternating order. */
export interface Comparison {
  readonly id: string;
  readonly claim: string;
  /** the ratio's promised upper bound */
  readonly atMost: number;
  readonly unit: 's' | 'B';
  readonly rounds: readonly { readonly ours: number; readonly theirs: number }[];
}

export interface SelfBenchmark {
  readonly id: string;
  readonly rounds: number;
  measure(context: SelfBenchContext, rounds: number): Promise<readonly Comparison[]>;
}

/** Runs both arms in an order that alternates by round, so that neither always follows the other. */
export async function alternating<A, B>(round: number, first: () => Promise<A>, second: () => Promise<B>): Promise<readonly [A, B]> {
  if (round % 2 === 0) return [await first(), await second()];
  const late = await second();
  return [await first(), late];
}
