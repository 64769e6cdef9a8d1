import type { Writable } from 'node:stream';
import { BenchError } from '../../core/model/error.ts';
import type { WriteStamps } from './launcher.ts';

interface Waiting {
  readonly sentNs: number;
  readonly untilBytes: number;
  resolve(stamps: WriteStamps): void;
  reject(error: BenchError): void;
}

/** Requests written to a held program whose output this process reads itself, until their replies are whole. */
export class NodeReplies {
  readonly #stdin: Writable | null;
  readonly #now: () => number;
  #receivedBytes = 0;
  #waiting: Waiting[] = [];
  #ended = false;

  /** `stdin`: null where it is not held */
  constructor(stdin: Writable | null, now: () => number) {
    this.#stdin = stdin;
    this.#now = now;
  }

  /** As `Launched.write`. */
  async send(bytes: Uint8Array, replyBytes: number): Promise<WriteStamps> {
    const stdin = this.#stdin;
    if (!stdin || stdin.writableEnded || this.#ended) throw new BenchError({ code: 'not-running', message: 'nothing is held' });
    return new Promise((resolve, reject) => {
      const sentNs = this.#now();
      this.#waiting.push({ sentNs, untilBytes: this.#receivedBytes + replyBytes, resolve, reject });
      stdin.write(bytes, (error) => error && reject(new BenchError({ code: 'ended', message: 'the program has closed its input' })));
      this.received(0);
    });
  }

  /** So many more bytes of stdout are here, since `repliedNs`. */
  received(byteCount: number, repliedNs = this.#now()): void {
    this.#receivedBytes += byteCount;
    const isWhole = ({ untilBytes }: Waiting): boolean => this.#receivedBytes >= untilBytes;
    for (const { sentNs, resolve } of this.#waiting.filter(isWhole)) resolve({ sentNs, repliedNs });
    this.#waiting = this.#waiting.filter((waiting) => !isWhole(waiting));
  }

  /** No more output will come. */
  end(): void {
    this.#ended = true;
    const error = new BenchError({ code: 'ended', message: 'the program ended before its reply was whole' });
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting = [];
  }
}
