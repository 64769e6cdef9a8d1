import { z } from 'zod';
import { EnergyMethod, Identifier, Role, Unit } from './vocabulary.ts';

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
  /** activity `window` and metered fleets: the window it was read over (a `window` event of the same trial); such readings are no samples by themselves */
  window: Identifier.optional(),
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

/**
 * A stretch of time over which energy and CPU time were read. `idle-before`, `idle-after`: nothing was asked of anything · `work`: `operations` units were
 * done, one after the other · `held`: a fleet stood idle. `atNs` is its start.
 */
export const WindowEvent = z.strictObject({
  ...base,
  kind: z.literal('window'),
  window: z.enum(['idle-before', 'work', 'idle-after', 'held']),
  endNs: z.int(),
  operations: z.int().min(0),
});

/** One counter of an energy meter, as found. */
export const MeterZone = z.strictObject({
  /** e.g. `intel-rapl:0:0` */
  zone: Identifier,
  /** as the kernel calls it: `package-0`, `dram` */
  name: z.string(),
  domain: z.enum(['package', 'dram', 'core', 'uncore', 'psys', 'machine', 'other']),
  /** `uJ`, `uW`: what raw values count, times `scale` (J or W per count is scale × 1e-6) */
  unit: z.enum(['uJ', 'uW']),
  scale: z.number().positive(),
  /** powercap control type, hwmon chip, PMU */
  control: z.string(),
  parent: Identifier.optional(),
  /** raw value at which the counter begins again at 0, decimal; absent: not readable (then no window over it counts), unless `endless` */
  rangeRaw: z.string().optional(),
  /** the counter is 64 bits wide and does not wrap (perf), or is a gauge */
  endless: z.literal(true).optional(),
  /** `constraint_*_max_power_uw`, W */
  maxPowerW: z.number().positive().optional(),
  origin: z.string(),
});
export type MeterZone = z.infer<typeof MeterZone>;

/** An energy meter at the start of a trial: what it has, or why it cannot be read. */
export const MeterEvent = z.strictObject({
  ...base,
  kind: z.literal('meter'),
  meter: Identifier,
  method: EnergyMethod,
  scope: z.string(),
  zones: z.array(MeterZone),
  warnings: z.array(z.string()),
  unavailable: z.strictObject({ code: Identifier, because: z.string(), remedy: z.string() }).optional(),
});

/** All counters of a meter once, raw. `latencyNs`: from before to after the read of that zone; its `atNs` is the middle. */
export const CounterEvent = z.strictObject({
  ...base,
  kind: z.literal('counter'),
  meter: Identifier,
  window: Identifier,
  reads: z.array(
    z.strictObject({
      zone: Identifier,
      atNs: z.int(),
      latencyNs: z.int().min(0),
      /** decimal, as read */
      raw: z.string().optional(),
      /** errno, `not-a-number`, or `appeared`: a zone that the meter event does not know */
      error: Identifier.optional(),
    }),
  ),
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
  WindowEvent,
  MeterEvent,
  CounterEvent,
]);
export type Event = z.infer<typeof Event>;

type WithoutBase<E> = E extends Event ? Omit<E, 'seq' | 'trialId'> : never;
/** What a trial hands to the recorder, which adds `seq` and `trialId`. */
export type EventBody = WithoutBase<Event>;
