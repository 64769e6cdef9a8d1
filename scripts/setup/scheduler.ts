import { isFound, type Tool } from '../../core/model/context.ts';
import { BenchError, messageOf } from '../../core/model/error.ts';
import type { Step, StepContext } from './step.ts';

export interface StepReport {
  readonly id: string;
  readonly title: string;
  readonly status: 'ready' | 'done' | 'skipped' | 'failed';
  readonly reason?: string;
  readonly remedy?: string;
  readonly seconds: number;
  readonly path?: string;
}

export interface SchedulerOptions {
  readonly signal: AbortSignal;
  /** seconds on any steady clock */
  readonly clock: () => number;
  /** makes a step's product; throws on failure */
  readonly make: (step: Step) => Promise<void>;
  readonly onStart: (step: Step) => void;
  readonly onEnd: (report: StepReport) => void;
}

/**
 * Runs steps as their needs are met: downloads beside compiling, one compilation at a time. A step that fails or is skipped takes its dependents
 * with it, nothing else. Never throws for a step; throws the signal's reason when aborted.
 */
export async function runSteps(steps: readonly Step[], context: StepContext, options: SchedulerOptions): Promise<readonly StepReport[]> {
  const finished = new Map<string, Promise<StepReport>>();
  const compiling = new Lane();
  const run = async (step: Step): Promise<StepReport> => {
    const needs = await Promise.all(step.needs.flatMap((id) => finished.get(id) ?? []));
    const broken = needs.find((need) => need.status === 'failed' || need.status === 'skipped');
    const startS = options.clock();
    const end = (report: Omit<StepReport, 'id' | 'title' | 'seconds'>): StepReport => {
      const whole = { id: step.id, title: step.title, seconds: options.clock() - startS, ...report };
      options.onEnd(whole);
      return whole;
    };
    const before = await step.check(context);
    if (isFound(before)) return end({ status: 'ready', path: before.path });
    if (broken)
      return end({
        status: 'skipped',
        reason: `needs “${broken.title}”, which is missing: ${broken.reason ?? ''}`,
        remedy: broken.remedy ?? before.remedy,
      });
    const obstacle = await step.obstacle?.(context);
    if (obstacle) return end({ status: 'skipped', ...obstacle });
    try {
      const work = async (): Promise<Tool> => {
        options.signal.throwIfAborted();
        options.onStart(step);
        await options.make(step);
        return step.check(context);
      };
      const after = await (step.lane === 'compile' ? compiling.use(work) : work());
      return isFound(after)
        ? end({ status: 'done', path: after.path })
        : end({ status: 'failed', reason: after.missing, remedy: after.remedy });
    } catch (error) {
      options.signal.throwIfAborted();
      const remedy = error instanceof BenchError && error.remedy !== undefined ? error.remedy : before.remedy;
      return end({ status: 'failed', reason: messageOf(error), remedy });
    }
  };
  for (const step of inOrder(steps)) finished.set(step.id, run(step));
  return Promise.all(finished.values());
}

/** Needs before what needs them. @throws Error for a circle */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  const sorted: Step[] = [];
  const visit = (step: Step, path: readonly string[]): void => {
    if (sorted.includes(step)) return;
    if (path.includes(step.id)) throw new Error(`steps need each other: ${[...path, step.id].join(' → ')}`);
    for (const id of step.needs) {
      const need = steps.find((candidate) => candidate.id === id);
      if (need) visit(need, [...path, step.id]);
    }
    sorted.push(step);
  };
  for (const step of steps) visit(step, []);
  return sorted;
}

/** One at a time, in the order of asking. */
class Lane {
  #last: Promise<unknown> = Promise.resolve();

  async use<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}
