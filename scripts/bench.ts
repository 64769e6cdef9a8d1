import { setMaxListeners } from 'node:events';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { BenchError, codeOf, EXIT_CODES, type ExitCode, messageOf, usageError } from '../core/model/error.ts';
import { suggestion } from '../core/plan/did-you-mean.ts';
import { type Io, makeIo } from './compose/io.ts';

/** A sub-command. Options beyond the common ones are declared by the command; unknown ones are usage errors. */
export interface Command {
  readonly options: NonNullable<Parameters<typeof parseArgs>[0]>['options'];
  run(arguments_: CommandArguments, io: Io): Promise<ExitCode>;
}
export interface CommandArguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  /** options that may be given several times (`multiple: true`), in their order; not given: absent */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

export const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  bench: () => import('./commands/bench.ts'),
  plan: () => import('./commands/plan.ts'),
  run: () => import('./commands/run.ts'),
  derive: () => import('./commands/derive.ts'),
  report: () => import('./commands/report.ts'),
  gate: () => import('./commands/gate.ts'),
  compare: () => import('./commands/compare.ts'),
  export: () => import('./commands/export.ts'),
  doctor: () => import('./commands/doctor.ts'),
  list: () => import('./commands/list.ts'),
  setup: () => import('./commands/setup.ts'),
  sweep: () => import('./commands/sweep.ts'),
  test: () => import('./commands/test.ts'),
  lint: () => import('./commands/lint.ts'),
  'self-bench': () => import('./commands/self-bench.ts'),
};

export const COMMON = {
  json: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  verbose: { type: 'boolean', short: 'v' },
  'no-color': { type: 'boolean' },
} as const;

/** The suite behind scripts/entry.mjs: runs one sub-command and returns the process's exit code. Help is answered before. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const [name = '', ...rest] = argv;
  const interrupt = new AbortController();
  // One listener per wait: a fleet has as many at a time as it has instances.
  setMaxListeners(0, interrupt.signal);
  const onSignal = (signal: NodeJS.Signals): void => {
    if (interrupt.signal.aborted) process.exit(EXIT_CODES.interrupted);
    process.stderr.write(`\n${signal}: finishing up — removing what runs; press again to stop at once\n`);
    interrupt.abort(new BenchError({ code: 'interrupted', message: `interrupted by ${signal}`, exitCode: EXIT_CODES.interrupted }));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  try {
    const load = COMMANDS[name];
    if (!load) throw usage(`unknown command “${name}”: ${suggestion(name, Object.keys(COMMANDS))}`);
    const { command } = await load();
    const arguments_ = parse(rest, command, name);
    const io = makeIo({
      json: arguments_.values['json'] === true,
      quiet: arguments_.values['quiet'] === true,
      verbose: arguments_.values['verbose'] === true,
      noColour: arguments_.values['no-color'] === true,
      signal: interrupt.signal,
    });
    return await command.run(arguments_, io);
  } catch (error) {
    return fail(error, interrupt.signal);
  }
}

function parse(rest: readonly string[], command: Command, name: string): CommandArguments {
  try {
    const parsed = parseArgs({ args: [...rest], options: { ...COMMON, ...command.options }, allowPositionals: true, strict: true });
    const values: Record<string, string | boolean | undefined> = {};
    const lists: Record<string, readonly string[]> = {};
    for (const [key, value] of Object.entries<string | boolean | undefined | (string | boolean)[]>(parsed.values)) {
      if (Array.isArray(value)) lists[key] = value.map(String);
      else values[key] = value;
    }
    return { positionals: parsed.positionals, values, lists };
  } catch (error) {
    const option = /Unknown option '(-[^']*)'/.exec(messageOf(error))?.[1];
    const known = Object.keys({ ...COMMON, ...command.options }).map((key) => `--${key}`);
    throw usage(option === undefined ? messageOf(error) : `${name}: unknown option ${option}: ${suggestion(option, known)}`);
  }
}

function usage(message: string): BenchError {
  return usageError(message, '“thirdwave --help” lists commands and options');
}

/** Messages may quote what a measured program said: no escape sequence of it reaches the terminal. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[^\P{Cc}\n\t]/gu, '�');
}

function fail(error: unknown, signal: AbortSignal): ExitCode {
  if (signal.aborted) return EXIT_CODES.interrupted;
  process.stderr.write(`error: ${printable(error instanceof BenchError ? error.message : messageOf(error))}\n`);
  if (error instanceof BenchError) {
    if (error.remedy !== undefined) process.stderr.write(`  → ${printable(error.remedy)}\n`);
    return error.exitCode;
  }
  if (error instanceof Error) process.stderr.write(`${printable(error.stack ?? '')}\n(${codeOf(error)}: this is a defect of thirdwave)\n`);
  return EXIT_CODES.crash;
}
