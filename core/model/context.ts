/** Everything impure that runners, probes and the conductor may use, made once in scripts/bench.ts. */

export interface Found {
  readonly path: string;
  readonly version: string;
}
export interface Missing {
  /** why it is not there */
  readonly missing: string;
  /** the exact command that would add it */
  readonly remedy: string;
}
export type Tool = Found | Missing;

export function isFound(tool: Tool): tool is Found {
  return 'path' in tool;
}

/** What preparation has put into the cache folder or found on the host. */
export interface Toolbox {
  readonly launcher: Tool;
  readonly wasmHost: Tool;
  /** folder with one `<workload>/{native,module.wasm}` per built-in workload */
  readonly guests: Tool;
  /** root file system tar of the locally made Debian base image */
  readonly debianBase: Tool;
  /** `engine.json` of the private engine's files; missing where the host's own Docker is used */
  readonly privateEngine: Tool;
  /** our containerd shim, `containerd-shim-thirdwave-v1` */
  readonly shim: Tool;
  /** static wasmtime command line, the program of the image “runc + a Wasm runtime inside” */
  readonly wasmRun: Tool;
  /** youki with its wasmtime handler */
  readonly youki: Tool;
  /** qemu-system-x86_64 and its firmware */
  readonly qemu: Tool;
  /** first process of a guest: starts the workload, passes its output and exit code out */
  readonly vmInit: Tool;
  /** reads the `power` events of perf (perf_event_open) */
  readonly powerReader: Tool;
  /** Debian’s cloud kernel */
  readonly vmKernelCloud: Tool;
  /** a small kernel built here from Debian’s linux-source, only when asked for */
  readonly vmKernelSmall: Tool;
}

/** A Docker Engine that answers on a socket. */
export interface Engine {
  readonly socketPath: string;
  /** `host`: found, never reconfigured · `private`: started by this run, stopped with it */
  readonly ownership: 'host' | 'private';
  /** cgroup that holds the daemons and their shims, where known (private engine) */
  readonly cgroup: CgroupRef | undefined;
  /** pids of dockerd and containerd, where visible */
  readonly daemonPids: readonly number[];
  /** containerd behind the engine, for what speaks to it without Docker; undefined where it cannot be reached */
  readonly containerdSocketPath: string | undefined;
  /** a folder both sides have: its path here and in the engine's own root (equal on the host's engine) */
  readonly shared: { readonly here: string; readonly inside: string };
  /** put before a command, makes it run where the engine's daemons run; empty on the host's engine */
  readonly enter: readonly string[];
}

/** Where one group of processes is accounted, on cgroup v1, v2 or a hybrid; absolute folders. */
export interface CgroupRef {
  readonly memoryV1?: string;
  readonly cpuacctV1?: string;
  readonly v2?: string;
}

export interface Cgroups {
  /**
   * Creates an empty group below `thirdwave/<runId>/`, removed by its dispose.
   * @throws BenchError `cgroup-unavailable` with reason and remedy (not root, no delegation)
   */
  create(name: string): Promise<OwnedCgroup>;
  /** path below the hierarchy root, as the engine's CgroupParent wants it */
  readonly parentPath: string;
}
export interface OwnedCgroup extends AsyncDisposable {
  readonly ref: CgroupRef;
  /** e.g. `/thirdwave/<runId>/<name>` */
  readonly path: string;
  /** every `cgroup.procs` file a process must be written to in order to join */
  readonly procsFiles: readonly string[];
}

export interface Log {
  info(text: string): void;
  warn(text: string): void;
  debug(text: string): void;
}

export interface RunContext {
  readonly runId: string;
  /** ns since the run's origin on CLOCK_MONOTONIC */
  now(): number;
  readonly originNs: bigint;
  /** lets what the last trial left to do (network and group removal in daemons) run out before the next one begins */
  settle(): Promise<void>;
  readonly toolbox: Toolbox;
  /** this run's own temporary folder, removed at its end and by sweep */
  readonly tempDir: string;
  /** persistent folder for derived artifacts (.cwasm, image archives), keyed by content hash */
  readonly cacheDir: string;
  readonly cgroups: Cgroups;
  /** the engine, started at the first call. @throws BenchError `engine-unavailable` with reason and remedy */
  engine(): Promise<Engine>;
  readonly log: Log;
  readonly signal: AbortSignal;
}
