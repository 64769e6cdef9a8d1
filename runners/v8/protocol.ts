import type { Activity } from '../../core/model/vocabulary.ts';

/** What the worker tells about itself: one JSON line with this prefix, the last line on its stderr. Times: ns since the run's origin. */
export const STORY_PREFIX = 'thirdwave-v8 ';

export interface Story {
  /** first statement of the worker: Node itself is up */
  readonly workerNs: number;
  readonly readNs: number;
  readonly compiledNs: number;
  readonly instantiatedNs: number;
  readonly returnedNs: number;
  /** message of the WebAssembly.RuntimeError that ended the guest */
  readonly trap?: string | undefined;
  readonly loops: readonly { readonly metric: string; readonly secondsPerCall: number }[];
}

export interface WorkerArguments {
  readonly module: string;
  readonly originNs: string;
  readonly activity: Activity;
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly loopFunction: string | undefined;
}

/** The story at the end of a worker's stderr, and what the guest itself wrote before it. */
export function splitStory(stderr: string): { story: Story | undefined; guestStderr: string } {
  const start = stderr.lastIndexOf(STORY_PREFIX);
  if (start < 0) return { story: undefined, guestStderr: stderr };
  try {
    return { story: JSON.parse(stderr.slice(start + STORY_PREFIX.length)) as Story, guestStderr: stderr.slice(0, start) };
  } catch {
    return { story: undefined, guestStderr: stderr };
  }
}
