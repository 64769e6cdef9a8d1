import { deferred } from './deferred.ts';
import { JsonLineProcess, type JsonObject, textOf } from '../../core/host/json-line-process.ts';
import { type Launched, type Launcher, type LaunchExit, type LaunchSpec, STDOUT_LIMIT_BYTES, type WriteStamps } from './launcher.ts';

/** Client of native/launcher: vfork semantics, pidfd, its own time stamps (native/README.md). */
export class RustLauncher implements Launcher {
  readonly kind = 'rust';
  readonly #process: JsonLineProcess;

  private constructor(process: JsonLineProcess) {
    this.#process = process;
  }

  /** `command`: the launcher, or what starts it elsewhere with the launcher as last word */
  static async start(command: readonly [string, ...string[]], originNs: bigint): Promise<RustLauncher> {
    return new RustLauncher(await JsonLineProcess.start({ argv: [...command, '--origin-ns', String(originNs)] }));
  }

  async launch(spec: LaunchSpec): Promise<Launched> {
    return new RustLaunch(this.#process, spec);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

class RustLaunch implements Launched {
  readonly pid: Promise<number>;
  readonly firstByte: Promise<void>;
  readonly exited: Promise<LaunchExit>;
  readonly #process: JsonLineProcess;
  readonly #id: number;

  constructor(process: JsonLineProcess, spec: LaunchSpec) {
    this.#process = process;
    const pid = deferred<number>();
    const firstByte = deferred<void>();
    const exited = deferred<LaunchExit>();
    let spawned: JsonObject = {};
    let firstByteNs: number | undefined;
    const open = process.request(requestOf(spec), (event) => {
      if (event['event'] === 'spawned') {
        spawned = event;
        pid.resolve(Number(event['pid']));
      } else if (event['event'] === 'first-byte') {
        firstByteNs = Number(event['atNs']);
        firstByte.resolve();
      } else if (event['event'] === 'exit') {
        open.close();
        firstByte.resolve();
        exited.resolve(exitOf(spawned, firstByteNs, event));
      } else {
        open.close();
        const error = process.errorOf(event);
        for (const waiting of [pid, firstByte, exited]) waiting.reject(error);
      }
    });
    this.#id = open.id;
    this.pid = pid.promise;
    this.firstByte = firstByte.promise;
    this.exited = exited.promise;
    for (const promise of [this.pid, this.firstByte, this.exited]) promise.catch(() => {});
  }

  async write(bytes: Uint8Array, replyBytes: number): Promise<WriteStamps> {
    const bytesBase64 = Buffer.from(bytes).toString('base64');
    const { sentNs, repliedNs } = await this.#process.call({ op: 'write', of: this.#id, bytesBase64, replyBytes });
    return { sentNs: Number(sentNs), repliedNs: Number(repliedNs) };
  }

  release(): void {
    this.#process.request({ op: 'release', of: this.#id }, () => {}).close();
  }

  kill(): void {
    this.#process.request({ op: 'kill', of: this.#id }, () => {}).close();
  }
}

function requestOf(spec: LaunchSpec): JsonObject {
  const { stdin } = spec;
  return {
    op: 'spawn',
    argv: spec.argv,
    env: spec.env,
    stdin: stdin.kind === 'bytes' ? { kind: 'bytes', base64: Buffer.from(stdin.bytes).toString('base64') } : stdin,
    cgroupProcsFiles: spec.cgroupProcsFiles,
    readyTimeoutMs: Math.ceil(spec.readyTimeoutNs / 1e6),
    timeoutMs: Math.ceil(spec.exitTimeoutNs / 1e6),
    stdoutLimitBytes: STDOUT_LIMIT_BYTES,
  };
}

function exitOf(spawned: JsonObject, firstByteNs: number | undefined, event: JsonObject): LaunchExit {
  const { code, signal } = event;
  return {
    t0Ns: Number(spawned['t0Ns']),
    spawnedNs: Number(spawned['spawnedNs']),
    firstByteNs,
    exitNs: Number(event['atNs']),
    code: typeof code === 'number' ? code : undefined,
    signal: signal === null || signal === undefined ? undefined : `signal ${JSON.stringify(signal)}`,
    timedOut: event['timedOut'] === true,
    cpuNs: Number(event['userNs']) + Number(event['systemNs']),
    stdout: Buffer.from(textOf(event['stdoutBase64']), 'base64'),
    stdoutTruncated: event['stdoutTruncated'] === true,
    stderrTail: textOf(event['stderrTail']),
  };
}
