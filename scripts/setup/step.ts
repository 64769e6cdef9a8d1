import type { Tool } from '../../core/model/context.ts';
import type { AptCall } from './private-apt.ts';

/** What preparation is for: only what the purpose needs is made. */
export type Purpose = 'bench' | 'test' | 'self-bench';

export interface StepContext {
  /** cache root: the only folder a step writes to */
  readonly cacheDir: string;
}

export interface StepWork extends StepContext, Omit<AptCall, 'progress'> {
  readonly progress: (line: string) => void;
}

/**
 * One thing preparation brings, made once and kept under a name that holds the hash of what it was made from. check → make → check again:
 * a step is done only when its own check finds the product.
 */
export interface Step {
  readonly id: string;
  readonly title: string;
  /** why, in a few words, and what it costs */
  readonly why: string;
  /** ids of the steps whose products it uses */
  readonly needs: readonly string[];
  readonly purposes: readonly Purpose[];
  /** ids of the runners that cannot do without its product: a gate prepares what its own cells need and nothing else */
  readonly serves: readonly string[];
  /** `compile` steps use every core, so one runs at a time; `light` ones overlap with everything */
  readonly lane: 'light' | 'compile';
  /** Debian packages that only `apt-get install` can bring: asked for, never taken */
  readonly aptPackages?: readonly string[];
  /** Finds the product, fast and without side effects; or says what is missing and the command that brings it. */
  readonly check: (context: StepContext) => Promise<Tool>;
  /** Why the step cannot work here at all (not root, no cargo …), with what would help; undefined: it can. */
  readonly obstacle?: (context: StepContext) => Promise<{ readonly reason: string; readonly remedy: string } | undefined>;
  readonly make: (work: StepWork) => Promise<void>;
}

/** The remedy every missing product has. */
export function setupCommand(id: string): string {
  return `npm run setup -- --only ${id}`;
}
