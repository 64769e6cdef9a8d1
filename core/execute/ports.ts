import type { EventBody } from '../model/event.ts';
import type { Cell, RoundRules } from '../model/plan.ts';
import type { Workload } from '../model/workload.ts';
import type { Probe, Reading } from '../../probes/probe.ts';
import type { RunContext } from '../model/context.ts';
import type { Prepared, Runner } from '../../runners/runner.ts';

/** Where events go. Implemented by results/record. */
export interface Recorder {
  /** resolves once the kernel has the lines: they survive `kill -9` */
  append(trialId: string, events: readonly EventBody[]): Promise<void>;
  /** resolves once the medium has them; called between rounds */
  sync(): Promise<void>;
}

/** What the conductor tells the terminal. No animation while a trial runs: it would wake the CPU that is being read. */
export interface Progress {
  preparing(cell: Cell, index: number, of: number): void;
  roundStarts(rules: RoundRules, round: number): void;
  trialEnds(cell: Cell, failure: string | undefined): void;
  roundEnds(rules: RoundRules, round: number, elapsedNs: number): void;
}

export interface ExecuteDependencies {
  readonly context: RunContext;
  readonly runners: readonly Runner[];
  readonly probes: readonly Probe[];
  readonly workload: (scenario: string, id: string) => Promise<Workload>;
  readonly recorder: Recorder;
  readonly progress: Progress;
  /** host-speed control, measured once before every round */
  readonly hostControl: HostControl;
  /** precision rule at a round boundary: the sentence why to stop, or undefined to go on */
  readonly enough: (rules: RoundRules, round: number) => string | undefined;
  /** trials that are already on record (resume) */
  readonly alreadyBegun: ReadonlySet<string>;
}

export interface HostControl extends Pick<Probe, 'id' | 'metrics'> {
  measure(): Promise<readonly Reading[]>;
}

export interface ExecuteResult {
  readonly stops: readonly { readonly scenario: string; readonly rounds: number; readonly because: string }[];
  readonly prepared: readonly { readonly cell: string; readonly prepared: Prepared }[];
  readonly insideTrialsNs: number;
  readonly failedTrials: number;
  readonly interrupted: boolean;
}
