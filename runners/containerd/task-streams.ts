import { execFile } from 'node:child_process';
import { closeSync, constants, open } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Engine } from '../../core/model/context.ts';
import { deferred } from '../native/deferred.ts';
import type { WriteStamps } from '../native/launcher.ts';
import { NodeReplies } from '../native/node-replies.ts';

const OUTPUT_LIMIT_BYTES = 1024 * 1024;
const STDERR_TAIL_BYTES = 4096;
const NAMES = ['stdin', 'stdout', 'stderr'] as const;
type Name = (typeof NAMES)[number];

/**
 * Standard streams of a task: named pipes that both sides see, which containerd's shims open by name. We keep one more end of each open until the exit is
 * known, so that a shim that opens late or closes early is no end of the output.
 */
export class TaskStreams {
  /** as the shim opens them */
  readonly paths: Readonly<Record<Name, string>>;
  /** when the first chunk of output arrived, taken before anything is done with it */
  firstOutputNs: number | undefined;
  stdoutTruncated = false;
  readonly #folder: string;
  readonly #now: () => number;
  readonly #first = deferred<void>();
  readonly #ends = [deferred<void>(), deferred<void>()] as const;
  readonly #sockets: Socket[] = [];
  readonly #kept: number[] = [];
  readonly #stdout: Buffer[] = [];
  #stdoutBytes = 0;
  #stderr = Buffer.alloc(0);
  #stdin: Socket | undefined;
  #replies: NodeReplies;

  private constructor(folder: string, inside: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
    this.#replies = new NodeReplies(null, now);
    this.paths = { stdin: join(inside, 'stdin'), stdout: join(inside, 'stdout'), stderr: join(inside, 'stderr') };
  }

  /** Pipes made and our ends open, before the launch. */
  static async open({ here, inside }: Engine['shared'], id: string, now: () => number): Promise<TaskStreams> {
    const folder = join(here, 'containerd', id);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await promisify(execFile)('mkfifo', ['-m', '600', ...NAMES.map((name) => join(folder, name))]);
    const streams = new TaskStreams(folder, join(inside, 'containerd', id), now);
    await streams.#openEnds();
    return streams;
  }

  async #openEnds(): Promise<void> {
    for (const [at, name] of (['stdout', 'stderr'] as const).entries()) {
      const socket = new Socket({ fd: await this.#end(name, constants.O_RDONLY), readable: true, writable: false });
      this.#kept.push(await this.#end(name, constants.O_WRONLY));
      socket.on('data', (chunk: Buffer) => this.#take(name, chunk));
      socket.on('error', () => this.#ends[at]?.resolve());
      socket.on('close', () => this.#ends[at]?.resolve());
      this.#sockets.push(socket);
    }
    this.#stdin = new Socket({ fd: await this.#end('stdin', constants.O_RDWR), readable: false, writable: true });
    this.#stdin.on('error', () => {});
    this.#replies = new NodeReplies(this.#stdin, this.#now);
  }

  /** A bare descriptor, which the socket, `finish` or `remove` closes. */
  async #end(name: Name, mode: number): Promise<number> {
    return promisify(open)(join(this.#folder, name), mode | constants.O_NONBLOCK);
  }

  get firstByte(): Promise<void> {
    return this.#first.promise;
  }

  get stdout(): Uint8Array {
    return Buffer.concat(this.#stdout);
  }

  get stderrTail(): string {
    return this.#stderr.toString('utf8');
  }

  /** The program's input; resolves once the pipe has all of it. */
  async write(bytes: Uint8Array): Promise<void> {
    const stdin = this.#stdin;
    if (stdin) await new Promise<void>((resolve) => stdin.write(bytes, () => resolve()));
  }

  /** As `Launched.write`. */
  async ask(bytes: Uint8Array, replyBytes: number): Promise<WriteStamps> {
    return this.#replies.send(bytes, replyBytes);
  }

  /** Who waits for a reply of a program that has ended waits in vain; the pipe itself does not end while ours is open. */
  programEnded(): void {
    this.#replies.end();
  }

  /** Our end of the input; the shim's own is closed by `CloseIO`. */
  endInput(): void {
    this.#stdin?.destroy();
    this.#stdin = undefined;
  }

  /** Gives our further ends up: the output ends with the shim's. Resolves when all of it is here. */
  async finish(): Promise<void> {
    for (const fd of this.#kept.splice(0)) closeSync(fd);
    await Promise.all(this.#ends.map((end) => end.promise));
  }

  async remove(): Promise<void> {
    for (const fd of this.#kept.splice(0)) closeSync(fd);
    this.#stdin?.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #take(name: 'stdout' | 'stderr', chunk: Buffer): void {
    if (name === 'stderr') {
      this.#stderr = Buffer.concat([this.#stderr, chunk]).subarray(-STDERR_TAIL_BYTES);
      return;
    }
    const atNs = this.#now();
    if (this.firstOutputNs === undefined) {
      this.firstOutputNs = atNs;
      this.#first.resolve();
    }
    this.#replies.received(chunk.length, atNs);
    const room = OUTPUT_LIMIT_BYTES - this.#stdoutBytes;
    if (chunk.length > room) this.stdoutTruncated = true;
    this.#stdout.push(Buffer.from(chunk.subarray(0, room)));
    this.#stdoutBytes += Math.min(room, chunk.length);
  }
}
