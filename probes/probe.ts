import type { RunContext } from '../core/model/context.ts';
import type { CounterEvent, MeterEvent } from '../core/model/event.ts';
import type { Cell, SettleRule } from '../core/model/plan.ts';
import type { Activity, MetricDeclaration, Role } from '../core/model/vocabulary.ts';
import type { ExitFacts, Prepared, Target } from '../runners/runner.ts';
import type { z } from 'zod';

/**
 * The port every reading implements: one file in this directory whose default export is a `Probe`. The same probe measures every
 * technology; runners never read their own memory or energy.
 */
export interface Probe {
  readonly id: string;
  readonly title: string;
  readonly metrics: readonly MetricDeclaration[];
  /** `instance`: opened per trial · `host`: per trial, about the machine · `image`: once per prepared artifact, before the rounds */
  readonly scope: 'instance' | 'host' | 'image';
  /** sensitive probes open last and close first, nearest to the window they read */
  readonly sensitive: boolean;
  /** which activities it reads in; a memory reading would disturb a timed run */
  readonly activities: readonly Activity[];
  /** One session per trial (scope `image`: one for all cells). Cells on rung `docker-engine` have their engine running by now. */
  open(context: RunContext, cell: Cell): Promise<ProbeSession>;
}

/** All hooks are optional and may return readings. A hook that throws costs its metrics (a reading with the reason), not the trial. */
export interface ProbeSession {
  /** just before the launch call */
  before?(): Promise<readonly Reading[]>;
  /** all instances of the trial printed their first output and live (activities `hold`, `place`, and a window of operations after its windows); `settle`: what to wait for before reading */
  held?(target: Target, settle: SettleRule | undefined): Promise<readonly Reading[]>;
  /** after the exit, before disposal; `target` as last seen alive */
  after?(exit: ExitFacts, target: Target): Promise<readonly Reading[]>;
  /**
   * Activity `window`, and metered fleets after `held`: opens a window on the target. Of fleets only where `meters` is set.
   * Every window of a trial is opened and closed once, never two at a time.
   */
  window?(target: Target): Promise<WindowReader>;
  /** an energy meter can be read: windows have the length that needs, idle ones stand around the work */
  readonly meters?: boolean;
  /** scope `image` only; `all`: everything prepared in this run, to tell shared from unique */
  weigh?(prepared: Prepared, all: readonly Prepared[]): Promise<readonly Reading[]>;
}

export interface WindowReader {
  /** after each unit of a window of work that is one life of an instance, before its disposal */
  lived?(exit: ExitFacts, target: Target): Promise<void>;
  /** readings over the window, and the raw counters behind it */
  close(): Promise<readonly (Reading | MeterTrace)[]>;
}

/** Raw lines of an energy meter for the record; the conductor adds times and window. */
export type MeterTrace =
  | Omit<z.infer<typeof MeterEvent>, 'seq' | 'trialId' | 'atNs'>
  | Omit<z.infer<typeof CounterEvent>, 'seq' | 'trialId' | 'atNs' | 'window'>;

export type Reading = {
  readonly metric: string;
  readonly role: Role;
  readonly origin: string;
} & ({ readonly value: number } | { readonly unavailable: string });
