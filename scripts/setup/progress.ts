import type { Log } from '../../core/model/context.ts';
import type { StepReport } from './scheduler.ts';
import type { Step } from './step.ts';

const HEARTBEAT_MS = 30_000;
const REDRAW_MS = 250;

/** What long steps are doing: a live line on a terminal, else a line at start and end and a sign of life every 30 s. */
export class SetupProgress {
  readonly #log: Log;
  readonly #live: boolean;
  readonly #running = new Map<string, { readonly title: string; readonly sinceMs: number; line: string }>();
  readonly #timer: NodeJS.Timeout;

  constructor(log: Log, live: boolean) {
    this.#log = log;
    this.#live = live;
    this.#timer = setInterval(() => this.#tick(), live ? REDRAW_MS : HEARTBEAT_MS);
    this.#timer.unref();
  }

  start({ id, title }: Step): void {
    this.#running.set(id, { title, sinceMs: performance.now(), line: '' });
    if (!this.#live) this.#log.info(`${title} …`);
  }

  line({ id }: Step, line: string): void {
    const running = this.#running.get(id);
    if (running) running.line = line;
  }

  end({ id, title, status, reason, remedy, seconds }: StepReport): void {
    this.#running.delete(id);
    if (status === 'ready') return;
    this.#clear();
    if (status === 'done') this.#log.info(`✓ ${title} (${seconds.toFixed(0)} s)`);
    else this.#log.warn(`${title} ${status}: ${reason ?? ''}\n  → ${remedy ?? ''}`);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #tick(): void {
    for (const { title, sinceMs, line } of this.#live ? [...this.#running.values()].slice(0, 1) : this.#running.values()) {
      const elapsed = `${((performance.now() - sinceMs) / 1000).toFixed(0)} s`;
      if (!this.#live) {
        this.#log.info(`${title}: ${elapsed}, ${line.slice(0, 100)}`);
        continue;
      }
      const others = this.#running.size > 1 ? ` (+${this.#running.size - 1} more)` : '';
      const width = Math.max(40, (process.stderr.columns ?? 100) - 1);
      process.stderr.write(`\r\u001B[2K${`${title}${others} ${elapsed}  ${line}`.slice(0, width)}`);
    }
  }

  #clear(): void {
    if (this.#live) process.stderr.write('\r\u001B[2K');
  }
}
