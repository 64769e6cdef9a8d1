import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { scoreForChildren } from './oom-score.ts';
import { BenchError, messageOf } from '../model/error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A text field of an event; anything else is empty. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

interface Spec {
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** `cgroup.procs` files the process joins before it becomes the program */
  readonly cgroupProcsFiles?: readonly string[];
}

/**
 * Gives up the suite's own protection from the out-of-memory killer where there is one ($0), writes its own pid into each file before `--`, then becomes
 * the command behind it: memory is charged to the group from the first page. (The redirection is the shell's own: /proc/self is the shell.)
 */
const JOIN_THEN_EXEC =
  '[ -z "$0" ] || echo "$0" > /proc/self/oom_score_adj; while [ "$1" != -- ]; do echo $$ > "$1" || exit 125; shift; done; shift; exec "$@"';

/**
 * A long-lived helper program that takes one JSON request per line and answers with JSON events (native/README.md). Requests carry an `id`;
 * events of that id go to their listener until the listener is closed.
 */
export class JsonLineProcess implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #listeners = new Map<number, (event: JsonObject) => void>();
  readonly #name: string;
  #nextId = 1;
  #ended: BenchError | undefined;
  #stderrTail = '';
  readonly #hello: Promise<JsonObject>;
  readonly #exit: Promise<void>;

  private constructor(child: ChildProcess, name: string) {
    this.#child = child;
    this.#name = name;
    this.pid = child.pid ?? -1;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-2000);
    });
    child.stdin?.on('error', () => {});
    this.#exit = new Promise((resolve) => {
      child.once('error', (error) => this.#end(`could not be started: ${messageOf(error)}`, resolve));
      child.once('close', (code, signal) => this.#end(`ended (${signal ?? `exit code ${code}`})`, resolve));
    });
    this.#hello = new Promise((resolve, reject) => {
      this.#listeners.set(0, (event) => (event['event'] === 'ended' ? reject(this.#ended) : resolve(event)));
    });
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#dispatch(line));
  }

  /** @throws BenchError `helper-failed` when the program cannot be started or does not say hello */
  static async start(spec: Spec): Promise<JsonLineProcess> {
    const groups = spec.cgroupProcsFiles ?? [];
    const score = scoreForChildren();
    const [command, ...args] =
      groups.length === 0 && score === undefined
        ? spec.argv
        : (['/bin/sh', '-c', JOIN_THEN_EXEC, score ?? '', ...groups, '--', ...spec.argv] as const);
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...(spec.env ? { env: spec.env } : {}) });
    const started = new JsonLineProcess(child, spec.argv[0].split('/').at(-1) ?? spec.argv[0]);
    await started.#hello;
    return started;
  }

  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Sends a request; `onEvent` gets each of its events, and once `{event:"ended"}` if the program dies first. */
  request(body: JsonObject, onEvent: (event: JsonObject) => void): { readonly id: number; readonly close: () => void } {
    const id = this.#nextId;
    this.#nextId += 1;
    if (this.#ended) {
      queueMicrotask(() => onEvent({ event: 'ended' }));
      return { id, close: () => {} };
    }
    this.#listeners.set(id, onEvent);
    this.#child.stdin?.write(`${JSON.stringify({ id, ...body })}\n`);
    return { id, close: () => this.#listeners.delete(id) };
  }

  /** A request whose one answer is `done`. @throws BenchError with the program's own code */
  async call(body: JsonObject): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const open = this.request(body, (event) => {
        open.close();
        if (event['event'] === 'done') resolve(event);
        else reject(this.errorOf(event));
      });
    });
  }

  /** The BenchError behind an `error` or `ended` event. */
  errorOf(event: JsonObject): BenchError {
    if (event['event'] === 'ended') return this.#ended ?? this.#failure('ended');
    return new BenchError({ code: textOf(event['code']) || 'helper-failed', message: textOf(event['message']) || JSON.stringify(event) });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.kill(), 2000);
    await this.#exit;
    clearTimeout(timer);
  }

  #dispatch(line: string): void {
    let event: JsonObject;
    try {
      event = JSON.parse(line) as JsonObject;
    } catch {
      this.#stderrTail = `${this.#stderrTail}\n(not JSON on stdout: ${line.slice(0, 200)})`.slice(-2000);
      return;
    }
    const id = event['event'] === 'hello' ? 0 : Number(event['id']);
    this.#listeners.get(id)?.(event);
  }

  #end(how: string, resolve: () => void): void {
    this.#ended ??= this.#failure(how);
    for (const [id, listener] of this.#listeners) {
      this.#listeners.delete(id);
      listener({ event: 'ended' });
    }
    resolve();
  }

  #failure(how: string): BenchError {
    const tail = this.#stderrTail.trim();
    return new BenchError({ code: 'helper-failed', message: `${this.#name} ${how}${tail === '' ? '' : `: ${tail.slice(-500)}`}` });
  }
}
