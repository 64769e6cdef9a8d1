import type { HostRoots } from '../../core/host/host-roots.ts';
import type { Toolbox } from '../../core/model/context.ts';
import type { CounterEvent, MeterZone } from '../../core/model/event.ts';
import type { EnergyMethod } from '../../core/model/vocabulary.ts';
import type { z } from 'zod';

/** One kind of energy meter: looks for it, tells why not, reads it raw. Adding and judging is done in results/energy, from the record alone. */
export interface MeterSource {
  readonly id: 'hwmon' | 'powercap' | 'perf';
  readonly title: string;
  /** looks, and reads each counter twice to see that it lives; changes nothing */
  find(host: EnergyHost): Promise<FoundMeter | MissingMeter>;
}

export interface EnergyHost {
  readonly roots: HostRoots;
  readonly files: EnergyFiles;
  readonly toolbox: Pick<Toolbox, 'powerReader'>;
  /** ns on the clock of the record */
  now(): number;
  sleep(ns: number): Promise<void>;
}

/** The file calls a meter makes; tests put an error in where the kernel would (root ignores permissions). Errors have `code` (errno). */
export interface EnergyFiles {
  list(folder: string): Promise<readonly string[]>;
  real(path: string): Promise<string>;
  /** synchronous: the time of a read must be the read's, not the event loop's */
  read(path: string): string;
}

export interface FoundMeter {
  readonly method: Exclude<z.infer<typeof EnergyMethod>, 'modelled' | 'unavailable'>;
  /** what its joules cover, in words */
  readonly scope: string;
  readonly zones: readonly MeterZone[];
  readonly warnings: readonly string[];
  open(): Promise<OpenMeter>;
}

export interface MissingMeter {
  readonly missing: {
    /** closed list in docs/energy.md: absent, masked, dangling, denied, no-zones, no-range, unreadable, stuck, always-zero, no-tool */
    readonly code: string;
    readonly because: string;
    readonly remedy: string;
  };
}

export interface OpenMeter extends AsyncDisposable {
  /** all zones once, in order; an error of one zone is that zone's */
  read(): Promise<CounterReads>;
  /** zones there are now that were not when it was found */
  appeared(): Promise<readonly string[]>;
}

export type CounterReads = z.infer<typeof CounterEvent>['reads'];

export function isFoundMeter(meter: FoundMeter | MissingMeter): meter is FoundMeter {
  return 'zones' in meter;
}
