import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { BenchError } from '../../core/model/error.ts';

export interface LoggedCommand {
  readonly argv: readonly [string, ...string[]];
  readonly signal: AbortSignal;
  /** every line of output is appended here */
  readonly logPath: string;
  /** called with each line of output, for progress */
  readonly onLine?: (line: string) => void;
  readonly cwd?: string;
  /** the whole environment; default: that of the suite */
  readonly env?: NodeJS.ProcessEnv;
}

const KEPT_STDOUT_BYTES = 16 * 1024 * 1024;
const TAIL_LINES = 15;
const KILL_AFTER_MS = 5000;

/**
 * Runs a command of preparation in a process group of its own (an abort ends all of it), its output in a log file.
 * @returns its standard output
 * @throws BenchError `command-failed` with the end of the output and the log's path; `command-missing`; the signal's reason when aborted
 */
export async function runLogged(command: LoggedCommand): Promise<string> {
  const { argv, signal, logPath, onLine, cwd, env } = command;
  signal.throwIfAborted();
  await mkdir(dirname(logPath), { recursive: true });
  const log = createWriteStream(logPath, { flags: 'a' });
  log.write(`$ ${argv.join(' ')}\n`);
  const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd, env });
  const stop = groupStopper(child);
  signal.addEventListener('abort', stop, { once: true });
  let stdout = '';
  const tail: string[] = [];
  const line = (text: string): void => {
    if (text === '') return;
    tail.push(text);
    if (tail.length > TAIL_LINES) tail.shift();
    onLine?.(text);
  };
  const feeds = [child.stdout, child.stderr].map((stream, index) => {
    const split = lineSplitter(line);
    stream.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      if (index === 0 && stdout.length < KEPT_STDOUT_BYTES) stdout += text;
      split.push(text);
    });
    return split;
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    for (const feed of feeds) feed.end();
    signal.throwIfAborted();
    if (code !== 0) throw failed(argv, code ?? child.signalCode, tail, logPath);
    return stdout;
  } catch (error) {
    throw isMissing(error) ? missing(argv[0], error) : error;
  } finally {
    signal.removeEventListener('abort', stop);
    log.end();
    await finished(log).catch(() => {});
  }
}

/** TERM to the whole group, KILL when it does not listen. */
function groupStopper(child: ReturnType<typeof spawn>): () => void {
  const send = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // gone already
    }
  };
  return () => {
    send('SIGTERM');
    const killer = setTimeout(() => send('SIGKILL'), KILL_AFTER_MS);
    child.once('close', () => clearTimeout(killer));
  };
}

/** Lines as a person sees them: a carriage return starts the line anew, as progress meters do. */
function lineSplitter(onLine: (line: string) => void): { push(text: string): void; end(): void } {
  let rest = '';
  return {
    push: (text) => {
      const lines = (rest + text).split(/[\r\n]+/);
      rest = lines.pop() ?? '';
      for (const one of lines) onLine(one.trimEnd());
    },
    end: () => onLine(rest.trimEnd()),
  };
}

function failed(argv: readonly string[], code: number | string | null, tail: readonly string[], logPath: string): BenchError {
  return new BenchError({
    code: 'command-failed',
    message: `${argv.slice(0, 3).join(' ')} … ended with ${code}:\n${tail.map((text) => `    ${text}`).join('\n')}`,
    remedy: `the whole output is in ${logPath}`,
  });
}

function isMissing(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function missing(program: string, cause: Error): BenchError {
  return new BenchError({ code: 'command-missing', message: `${program} is not installed`, remedy: `install ${program}`, cause });
}
