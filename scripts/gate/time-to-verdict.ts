import type { Event } from '../../core/model/event.ts';

/** From the first trial’s begin to the last one’s end, ns; preparation is not in it. */
export function timeToVerdict(events: readonly Event[]): number {
  const trials = events.filter((event) => event.kind === 'trial' && event.round > 0);
  return (trials.at(-1)?.atNs ?? 0) - (trials[0]?.atNs ?? 0);
}
