import { z } from 'zod';
import { Identifier, Role, Unit } from './vocabulary.ts';

/**
 * One line of events.jsonl. All times are integer ns since the run's origin on the host's CLOCK_MONOTONIC (`originNs` of the
 * manifest), so they stay exact in a double.
 */
const base = {
  seq: z.int().min(0),
  /** a trial of the plan, or `prepare.<cell index>` / `host.<round>` for readings that belong to no single trial */
  trialId: Identifier,
  atNs: z.int(),
};

/** DESIGN §4: t0 launch call · t1 first byte seen by the host · t2 exit · t3 everything cleaned up. */
export const MarkName = z.enum(['t0', 't1', 't2', 't3']);
export type MarkName = z.infer<typeof MarkName>;

export const TrialEvent = z.strictObject({
  ...base,
  kind: z.literal('trial'),
  /** `begin` carries what was to run; `end` says that every event of the trial is on disk before this line */
  state: z.enum(['begin', 'end']),
  cell: Identifier,
  round: z.int().min(0),
  position: z.int().min(0),
});

export const MarkEvent = z.strictObject({ ...base, kind: z.literal('mark'), mark: MarkName });

/** An interval of the breakdown; `layer` names who spent it. `atNs` is its start. */
export const PhaseEvent = z.strictObject({
  ...base,
  kind: z.literal('phase'),
  phase: Identifier,
  layer: Identifier,
  endNs: z.int(),
});

/** A number a probe read, uncorrected; or the reason why there is none. */
export const ReadingEvent = z.strictObject({
  ...base,
  kind: z.literal('reading'),
  probe: Identifier,
  metric: Identifier,
  role: Role,
  unit: Unit,
  value: z.number().optional(),
  unavailable: z.string().optional(),
  /** file, cgroup or API it came from */
  origin: z.string(),
});

/** Something a reader must know that does not void the trial. */
export const WarningEvent = z.strictObject({ ...base, kind: z.literal('warning'), code: Identifier, message: z.string() });

/** The trial's output as verified: `correct` false comes with a `failure` event `wrong-output`. */
export const OutputEvent = z.strictObject({
  ...base,
  kind: z.literal('output'),
  bytes: z.int().min(0),
  sha256: z.string(),
  correct: z.boolean(),
});

/** The trial failed: none of its numbers is used. `censoredAtNs`: it was cut off by a time limit, the true value is larger. */
export const FailureEvent = z.strictObject({
  ...base,
  kind: z.literal('failure'),
  code: Identifier,
  message: z.string(),
  remedy: z.string().optional(),
  censoredAfterNs: z.int().optional(),
});

/** One step of a density ramp: so many instances lived, and whether that was still acceptable. */
export const LevelEvent = z.strictObject({
  ...base,
  kind: z.literal('level'),
  instances: z.int().min(0),
  ok: z.boolean(),
  /** why it was not; names the limit as in `limit` */
  because: z.string().optional(),
  /** answer times of `probeCount` requests at this level */
  probeP95Ns: z.int().optional(),
  probeCount: z.int().optional(),
  /** what the fleet's own group cannot give back */
  memoryBytes: z.int().optional(),
  hostAvailableBytes: z.int().optional(),
  /** CPUs that the daemons kept busy while this level was reached */
  daemonCpus: z.number().optional(),
});

/** How near one limit of the host, the engine or the process was when the ramp ended; `max` absent: there is none. */
export const HeadroomEvent = z.strictObject({
  ...base,
  kind: z.literal('headroom'),
  limit: Identifier,
  used: z.number(),
  max: z.number().optional(),
  origin: z.string(),
});

/** What ended a ramp: the binding limit with its evidence, and the largest fleet that was still acceptable. */
export const LimitEvent = z.strictObject({
  ...base,
  kind: z.literal('limit'),
  limit: Identifier,
  instances: z.int().min(0),
  evidence: z.string(),
});

export const Event = z.discriminatedUnion('kind', [
  TrialEvent,
  MarkEvent,
  PhaseEvent,
  ReadingEvent,
  WarningEvent,
  OutputEvent,
  FailureEvent,
  LevelEvent,
  HeadroomEvent,
  LimitEvent,
]);
export type Event = z.infer<typeof Event>;

type WithoutBase<E> = E extends Event ? Omit<E, 'seq' | 'trialId'> : never;
/** What a trial hands to the recorder, which adds `seq` and `trialId`. */
export type EventBody = WithoutBase<Event>;
