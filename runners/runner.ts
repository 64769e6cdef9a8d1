import type { CgroupRef, OwnedCgroup, RunContext } from '../core/model/context.ts';
import type { Activity, CacheState, Role, Rung } from '../core/model/vocabulary.ts';
import type { Workload } from '../core/model/workload.ts';

/**
 * The port every technology implements: one file or folder in this directory whose default export is a `Runner`. Nothing else
 * needs to change: the registry finds it, the contract suite runs it, doctor and planner include it. See docs/adding-a-runner.md.
 */
export interface Runner {
  readonly id: string;
  readonly title: string;
  readonly isolation: 'none' | 'process' | 'container' | 'wasm-sandbox' | 'virtual-machine';
  /** hidden from list and doctor: a tool of the suite's own tests */
  readonly testOnly?: boolean;
  readonly capabilities: Capabilities;
  /** all variants this runner can have; `default` ones are planned when a scenario names none */
  readonly variants: readonly Variant[];
  /** No side effects: which variants can run here, with evidence, or why not and what would help. */
  detect(host: DetectContext): Promise<Detection>;
  /** Opens what outlives a trial (launcher process, engine connection). Untimed. */
  open(context: RunContext): Promise<RunnerSession>;
  /** Removes whatever a crash left, found by label; `runId` undefined: of every run. Returns what was removed, in words. */
  sweep(host: DetectContext, runId: string | undefined): Promise<readonly string[]>;
}

export interface Capabilities {
  readonly activities: readonly Activity[];
  /** which form of a workload it runs, first that exists wins */
  readonly consumes: readonly ('binary' | 'wasm' | 'image')[];
}

export interface Variant {
  readonly id: string;
  readonly title: string;
  readonly default: boolean;
  readonly rung: Rung;
  /** e.g. { compile_mode: 'aot', allocator: 'pooling' }: part of the cell, printed in every row */
  readonly factors: Readonly<Record<string, string>>;
  /** what it can be asked, where it is not all that the runner can */
  readonly activities?: readonly Activity[];
  /** form of the workload this variant takes, where it is not the runner's */
  readonly consumes?: readonly ('binary' | 'wasm' | 'image')[];
  /** where the variant itself decides it: an AOT module is `pre-warmed` by definition */
  readonly cacheState?: CacheState;
}

export type Availability =
  | {
      readonly available: true;
      readonly version: string;
      readonly evidence: string;
      /** factors only this host decides (an accelerator), added to the variant's */
      readonly factors?: Readonly<Record<string, string>>;
      /** runs in emulation here: its times say nothing about the technology, so no ratio to the reference is taken */
      readonly emulated?: boolean;
    }
  | { readonly available: false; readonly reason: string; readonly remedy: string };

/** Availability per variant id. */
export type Detection = Readonly<Record<string, Availability>>;

/** What detection and sweep may look at; a RunContext is one too. */
export type DetectContext = Pick<RunContext, 'toolbox' | 'cacheDir' | 'log' | 'signal'>;

export interface RunnerSession extends AsyncDisposable {
  /**
   * Makes the artifact of one variant; untimed, cached by digest.
   * @throws BenchError when it cannot be made: the cell's trials then fail with that code
   */
  prepare(variant: Variant, workload: Workload): Promise<Prepared>;
  /** One life of one instance. The launch call (t0) happens inside. */
  start(prepared: Prepared, spec: StartSpec): Promise<Instance>;
  /**
   * What the instances of one held trial share. Absent: they share nothing, and `start` makes each of them.
   * @throws BenchError as `start` does
   */
  openFleet?(prepared: Prepared, spec: StartSpec): Promise<Fleet>;
}

/** The instances of one held trial, as far as they share something: a host process, an engine's daemons. Disposed after all of them. */
export interface Fleet extends AsyncDisposable {
  start(spec: StartSpec): Promise<Instance>;
  /** roles that stand whether an instance lives or not */
  standing(): Promise<readonly RoleTarget[]>;
}

export interface Prepared {
  readonly variant: Variant;
  readonly workload: Workload;
  /** `sha256:<hex>` of what is launched */
  readonly digest: string;
  readonly versions: Readonly<Record<string, string>>;
  /** what the image-size probe weighs */
  readonly artifacts: readonly Artifact[];
}

export interface Artifact {
  /** `oci-archive`: tar with OCI layout as written by `docker save` */
  readonly form: 'file' | 'oci-archive';
  readonly kind: 'binary' | 'wasm' | 'cwasm' | 'image' | 'kernel' | 'initrd' | 'runtime';
  readonly path: string;
}

export interface StartSpec {
  /** unique among all instances of a run */
  readonly trialId: string;
  readonly activity: Activity;
  /** activity `place`: how many instances */
  readonly instances?: number;
  /** held trials: the group all instances of the trial are accounted in; absent: none could be made, or a timed run */
  readonly fleetGroup?: OwnedCgroup | undefined;
  readonly readyTimeoutNs: number;
  readonly exitTimeoutNs: number;
  readonly signal: AbortSignal;
}

export interface Instance extends AsyncDisposable {
  /** processes and groups by role, as far as they exist right now */
  target(): Promise<Target>;
  /**
   * For `hold`: resolves once the first output byte was seen. For `run` it may resolve at once where waking the suite for a message
   * would disturb the run; t1 then comes with the exit facts. @throws BenchError code `timeout` (censored), or the launch failure
   */
  ready(): Promise<void>;
  /**
   * Activity `hold`: writes `input` to its stdin and waits for `replyBytes` more bytes of stdout. Absent: it cannot be asked.
   * @throws BenchError `ended` (it ended before the answer was whole), `timeout`
   */
  request?(input: Uint8Array, replyBytes: number): Promise<Reply>;
  /** Lets a held instance finish (end-of-file on its stdin). No-op for other activities. */
  release(): Promise<void>;
  /** Resolves at the exit. @throws BenchError code `timeout` */
  exited(): Promise<ExitFacts>;
}

/** Times: ns since the run's origin; from just before the write until the host had the whole answer. */
export interface Reply {
  readonly sentNs: number;
  readonly repliedNs: number;
}

export interface Target {
  readonly roles: readonly RoleTarget[];
}

export interface RoleTarget {
  readonly role: Role;
  readonly pids: readonly number[];
  /** where it is accounted; empty: no group of its own. Several: instances that each have their own */
  readonly cgroups: readonly CgroupRef[];
  /** the role in whose group this one's memory is counted (a private engine's shims: the daemons') */
  readonly countedIn?: Role;
}

/** What is known once the instance is gone. Times: ns since the run's origin. */
export interface ExitFacts {
  readonly t0Ns: number;
  /** undefined: it ended without a byte of output */
  readonly t1Ns: number | undefined;
  readonly t2Ns: number;
  readonly exitCode: number | undefined;
  /** signal, trap or engine message, where it did not exit by itself */
  readonly abnormal: string | undefined;
  readonly stdout: Uint8Array;
  readonly stdoutTruncated: boolean;
  readonly stderrTail: string;
  readonly phases: readonly Phase[];
  /** CPU time by role that only the parent of the process can know (wait4, CLOCK_PROCESS_CPUTIME_ID) */
  readonly cpu: readonly CpuFact[];
  /** warm-loop results of activity `loop` */
  readonly loops: readonly LoopFact[];
}

export interface Phase {
  readonly phase: string;
  readonly layer: string;
  readonly startNs: number;
  readonly endNs: number;
}

export interface CpuFact {
  readonly role: Role;
  readonly cpuNs: number;
  readonly origin: string;
}

/** Seconds per call, the median of the batch means; `metric` is declared in core/model/metrics.ts (LOOP_METRICS). */
export type LoopFact = { readonly metric: string; readonly origin: string } & (
  | { readonly secondsPerCall: number }
  | { readonly unavailable: string }
);
