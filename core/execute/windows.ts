import { setTimeout as sleep } from 'node:timers/promises';
import type { EventBody } from '../model/event.ts';
import type { RunContext } from '../model/context.ts';
import type { ExitFacts, Target } from '../../runners/runner.ts';
import type { MeterTrace, Probe, Reading, WindowReader } from '../../probes/probe.ts';
import { messageOf } from '../model/error.ts';
import { type OpenProbe, readingEvent, type TrialLife } from './trial-life.ts';

type WindowName = Extract<EventBody, { kind: 'window' }>['window'];

/** What happens in a window. `lived` tells the probes of a life that has ended in it. @returns functional units done */
export type WindowWork = (lived: (exit: ExitFacts, target: Target) => Promise<void>) => Promise<number>;

export interface WindowInput {
  readonly window: WindowName;
  readonly target: Target;
  readonly context: Pick<RunContext, 'now'>;
  readonly work: WindowWork;
}

/**
 * One stretch of time over which the probes read (activity `window`, metered fleets): opened with the sensitive ones last, closed with them first, so that
 * what one probe does lies outside the window of a more sensitive one. The record gets the window, then what was read over it.
 * @throws what the work throws; then nothing of the window is on record
 */
export async function readWindow(life: TrialLife, probes: readonly OpenProbe[], input: WindowInput): Promise<void> {
  const { window, target, context, work } = input;
  const readers: { readonly probe: Probe; readonly reader: WindowReader }[] = [];
  const lost: EventBody[] = [];
  const lose = (probe: Probe, error: unknown): void => {
    const unavailable = `probe failed: ${messageOf(error)}`;
    for (const { id } of probe.metrics)
      lost.push({
        ...readingEvent(probe, { metric: id, role: 'host', origin: probe.id, unavailable }, context.now()),
        window,
      } as EventBody);
  };
  for (const { probe, session } of probes) {
    try {
      const reader = await session.window?.(target);
      if (reader) readers.push({ probe, reader });
    } catch (error) {
      lose(probe, error);
    }
  }
  const startNs = context.now();
  let operations: number | undefined;
  const read: EventBody[] = [];
  let endNs = startNs;
  try {
    operations = await work(async (exit, lifeTarget) => {
      for (const { reader } of readers) await reader.lived?.(exit, lifeTarget);
    });
  } finally {
    endNs = context.now();
    for (const { probe, reader } of readers.toReversed()) {
      try {
        for (const item of await reader.close()) read.push(eventOf(probe, item, window, context.now()));
      } catch (error) {
        lose(probe, error);
      }
    }
  }
  life.events.push({ kind: 'window', window, atNs: startNs, endNs, operations }, ...read, ...lost);
}

/** Nothing for so long; the work of an idle window. @throws BenchError `interrupted` */
export function idleFor(ns: number, { signal }: Pick<RunContext, 'signal'>): () => Promise<number> {
  return async () => {
    try {
      await sleep(ns / 1e6, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
    return 0;
  };
}

function eventOf(probe: Probe, item: Reading | MeterTrace, window: WindowName, atNs: number): EventBody {
  if (!('kind' in item)) return { ...readingEvent(probe, item, atNs), window } as EventBody;
  return item.kind === 'meter' ? { ...item, atNs } : { ...item, atNs, window };
}
