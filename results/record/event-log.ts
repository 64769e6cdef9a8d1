import { type FileHandle, open } from 'node:fs/promises';
import { BenchError, codeOf, EXIT_CODES, messageOf } from '../../core/model/error.ts';
import type { Event, EventBody } from '../../core/model/event.ts';

/**
 * Append-only events.jsonl. A line is handed to the kernel before `append` returns, so it survives `kill -9` of this process; `sync` puts
 * it on the medium (called per round: an fsync per trial would keep the disk busy under the next trial's measurement).
 */
export class EventLog implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #path: string;
  #seq: number;

  private constructor(file: FileHandle, path: string, seq: number) {
    this.#file = file;
    this.#path = path;
    this.#seq = seq;
  }

  /** `nextSeq`: 0 for a new log, one more than the last line's for a resumed one. */
  static async open(path: string, nextSeq: number): Promise<EventLog> {
    return new EventLog(await open(path, 'a'), path, nextSeq);
  }

  /** @throws BenchError `record-unwritable` (disk full, folder gone): the run stops, everything before stays readable */
  async append(trialId: string, bodies: readonly EventBody[]): Promise<readonly Event[]> {
    const events = bodies.map((body, index): Event => ({ seq: this.#seq + index, trialId, ...body }));
    this.#seq += events.length;
    await this.#guard(() => this.#file.appendFile(events.map((event) => `${JSON.stringify(event)}\n`).join('')));
    return events;
  }

  async sync(): Promise<void> {
    await this.#guard(() => this.#file.datasync());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw unwritable(this.#path, error);
    }
  }
}

/** The one error for a results folder that cannot take the record. */
export function unwritable(path: string, error: unknown): BenchError {
  const full = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
  return new BenchError({
    code: 'record-unwritable',
    message: `cannot write ${path}: ${messageOf(error)}`,
    remedy: full
      ? 'free space on that disk, then continue with “thirdwave run --resume <run-id>”'
      : 'make the folder writable, or choose another one with --results <folder>',
    cause: error,
    exitCode: EXIT_CODES.hostUnfit,
  });
}
