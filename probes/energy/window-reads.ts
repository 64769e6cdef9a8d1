import { messageOf } from '../../core/model/error.ts';
import type { MeterTrace } from '../probe.ts';
import type { CounterReads, OpenMeter } from './source.ts';

/**
 * The counters of one window: read at its opening, then at most every `intervalMs` (a counter that wraps must be seen once per turn), and at its closing.
 * The timer holds nothing up: it is dropped when the window closes, and a read under way is awaited.
 */
export class WindowReads {
  readonly #meter: OpenMeter;
  readonly #id: string;
  readonly #intervalMs: number;
  readonly #reads: CounterReads[] = [];
  #closing = false;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();
  #failure: unknown;

  private constructor(meter: OpenMeter, id: string, intervalMs: number) {
    this.#meter = meter;
    this.#id = id;
    this.#intervalMs = intervalMs;
  }

  /** Takes the meter over: it is closed with the window, or at once if its first read fails. */
  static async open(meter: OpenMeter, id: string, intervalMs: number): Promise<WindowReads> {
    const window = new WindowReads(meter, id, intervalMs);
    try {
      await window.#read();
    } catch (error) {
      await meter[Symbol.asyncDispose]();
      throw error;
    }
    window.#arm();
    return window;
  }

  /** All reads as lines for the record. @throws what a read in between has thrown */
  async close(): Promise<readonly MeterTrace[]> {
    await using meter = this.#meter;
    this.#closing = true;
    clearTimeout(this.#timer);
    await this.#underWay;
    if (this.#failure !== undefined) throw new Error(`reading ${this.#id} failed: ${messageOf(this.#failure)}`, { cause: this.#failure });
    await this.#read();
    const last = this.#reads.at(-1) ?? [];
    const atNs = last.at(-1)?.atNs ?? 0;
    for (const zone of await meter.appeared()) last.push({ zone, atNs, latencyNs: 0, error: 'appeared' });
    return this.#reads.map((reads) => ({ kind: 'counter', meter: this.#id, reads }));
  }

  async #read(): Promise<void> {
    this.#reads.push(await this.#meter.read());
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.#underWay = this.#readAgain();
    }, this.#intervalMs).unref();
  }

  async #readAgain(): Promise<void> {
    try {
      await this.#read();
      if (!this.#closing) this.#arm();
    } catch (error) {
      this.#failure = error;
    }
  }
}
