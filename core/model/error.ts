/** Process exit codes, printed by `thirdwave --help` (DESIGN §9). */
export const EXIT_CODES = {
  ok: 0,
  crash: 1,
  usage: 2,
  hostUnfit: 3,
  trialsFailed: 4,
  regression: 10,
  inconclusive: 11,
  incomparable: 12,
  incomplete: 13,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

interface BenchErrorFields {
  /** kebab-case, stable, machine-readable */
  readonly code: string;
  /** what happened, one sentence, with the evidence */
  readonly message: string;
  /** what the reader can do about it, an imperative sentence or a command */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
  readonly exitCode?: ExitCode | undefined;
  /** the time limit that cut something off, ns */
  readonly limitNs?: number | undefined;
}

/** The one error class for operating errors: cause, evidence and the next command. */
export class BenchError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly exitCode: ExitCode;
  readonly limitNs: number | undefined;

  constructor(fields: BenchErrorFields) {
    super(fields.message, fields.cause === undefined ? {} : { cause: fields.cause });
    this.name = 'BenchError';
    this.code = fields.code;
    this.remedy = fields.remedy;
    this.exitCode = fields.exitCode ?? EXIT_CODES.crash;
    this.limitNs = fields.limitNs;
  }
}

/** What was typed makes no sense: exit 2. */
export function usageError(message: string, remedy: string): BenchError {
  return new BenchError({ code: 'usage', message, remedy, exitCode: EXIT_CODES.usage });
}

/** Text of any thrown value, one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

/** The stable code of any thrown value: a BenchError's or Node's own, else `unexpected`. */
export function codeOf(error: unknown): string {
  if (error instanceof BenchError) return error.code;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return 'unexpected';
}

/** The error every runner throws when a time limit cuts a trial off: the trial is censored, not dropped. */
export function timeoutError(what: string, limitNs: number): BenchError {
  return new BenchError({
    code: 'timeout',
    limitNs,
    message: `no ${what} within ${limitNs / 1e9} s`,
    remedy: 'raise “timeouts” in the scenario if the program legitimately needs longer',
  });
}
