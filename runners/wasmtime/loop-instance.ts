import type { RunContext } from '../../core/model/context.ts';
import type { ExitFacts, Instance, LoopFact, Target } from '../runner.ts';

/** Warm loops: no start to time, no output; the host's own batches are the result. */
export class LoopInstance implements Instance {
  readonly #result: Promise<ExitFacts>;

  constructor(loops: () => Promise<readonly LoopFact[]>, context: Pick<RunContext, 'now'>) {
    this.#result = this.#run(loops, context);
    this.#result.catch(() => {});
  }

  async target(): Promise<Target> {
    return { roles: [] };
  }
  async ready(): Promise<void> {}
  async release(): Promise<void> {}

  async exited(): Promise<ExitFacts> {
    return this.#result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#result.catch(() => {});
  }

  async #run(loops: () => Promise<readonly LoopFact[]>, { now }: Pick<RunContext, 'now'>): Promise<ExitFacts> {
    const t0Ns = now();
    const facts = await loops();
    return {
      t0Ns,
      t1Ns: undefined,
      t2Ns: now(),
      exitCode: 0,
      abnormal: undefined,
      stdout: new Uint8Array(),
      stdoutTruncated: false,
      stderrTail: '',
      phases: [],
      cpu: [],
      loops: facts,
    };
  }
}
