import { JsonLineProcess } from '../../core/host/json-line-process.ts';

/** One counter of perf_event_open(2): everything that runs on `cpu` is counted. */
export interface PerfEvent {
  readonly type: number;
  readonly config: number;
  readonly cpu: number;
}

/** `latencyNs`: from before to after the read; `atNs`: its middle, ns since the origin. `raw`: decimal, counted since the opening. */
export interface PerfRead {
  readonly atNs: number;
  readonly latencyNs: number;
  readonly raw?: string;
  /** name of the error number, `EOF`, or `reader-ended` */
  readonly errno?: string;
}

/** Client of native/power-reader (native/README.md): one process, which holds the counters open. */
export class PowerReader implements AsyncDisposable {
  readonly #process: JsonLineProcess;

  private constructor(process: JsonLineProcess) {
    this.#process = process;
  }

  /** @throws BenchError `helper-failed` when the program cannot be started */
  static async start(path: string, originNs: bigint): Promise<PowerReader> {
    return new PowerReader(await JsonLineProcess.start({ argv: [path, '--origin-ns', String(originNs)] }));
  }

  /** Adds counters. Per event the name of the error with which the kernel refused it, undefined where it counts. @throws BenchError */
  async open(events: readonly PerfEvent[]): Promise<readonly (string | undefined)[]> {
    const { opened } = await this.#process.call({ op: 'open', events });
    return (opened as readonly { readonly errno?: string }[]).map(({ errno }) => errno);
  }

  /** All counters once, in the order of opening; those that were refused with that error. @throws BenchError when the program has ended */
  async read(): Promise<readonly PerfRead[]> {
    const { reads } = await this.#process.call({ op: 'read' });
    return reads as readonly PerfRead[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
