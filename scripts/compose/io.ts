import type { Log } from '../../core/model/context.ts';

/** How a command speaks: data on stdout, words on stderr. */
export interface Io {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly log: Log;
  readonly colour: boolean;
  readonly interactive: boolean;
  readonly width: number;
  readonly signal: AbortSignal;
  data(text: string): void;
}

export interface IoOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly noColour: boolean;
  readonly signal: AbortSignal;
}

export function makeIo(options: IoOptions): Io {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const wanted = FORCE_COLOR !== undefined && FORCE_COLOR !== '0' && FORCE_COLOR !== '';
  const refused = options.noColour || (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb';
  return {
    json: options.json,
    verbose: options.verbose,
    colour: wanted || (process.stdout.isTTY === true && !refused),
    interactive: process.stderr.isTTY === true && process.stdin.isTTY === true && !options.quiet,
    width: Math.max(60, Math.min(process.stdout.columns ?? 110, 140)),
    signal: options.signal,
    log: {
      info: options.quiet ? () => {} : say,
      warn: (text) => say(`warning: ${text}`),
      debug: options.verbose ? say : () => {},
    },
    data: (text) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
  };
}
