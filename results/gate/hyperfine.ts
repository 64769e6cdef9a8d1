import { z } from 'zod';
import { BenchError, EXIT_CODES, messageOf } from '../../core/model/error.ts';

/**
 * One result of `hyperfine --export-json` (its BenchmarkResult, versions 1.0 to 1.20). Times in seconds. `stddev` is null for a single run; exit codes are
 * null where a signal ended the command and absent before 1.12. `user` and `system` are null only in files that thirdwave wrote: it records CPU time
 * undivided.
 */
export const HyperfineResult = z.looseObject({
  command: z.string(),
  mean: z.number(),
  stddev: z.number().nullish(),
  median: z.number(),
  user: z.number().nullable(),
  system: z.number().nullable(),
  min: z.number(),
  max: z.number(),
  times: z.array(z.number()).optional(),
  exit_codes: z.array(z.int().nullable()).optional(),
  memory_usage_byte: z.array(z.number()).optional(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type HyperfineResult = z.infer<typeof HyperfineResult>;

const HyperfineFile = z.looseObject({ results: z.array(HyperfineResult).min(1) });

/** Of `hyperfine --export-json`. @throws BenchError `hyperfine-invalid` (exit 2) saying where the text is something else */
export function parseHyperfine(text: string, name: string): HyperfineResult[] {
  try {
    return HyperfineFile.parse(JSON.parse(text)).results;
  } catch (error) {
    const cause = error instanceof z.ZodError ? messageOf(z.prettifyError(error)) : messageOf(error);
    throw invalid(`${name} is no export of hyperfine: ${cause}`, 'write one with “hyperfine --export-json <file> …”');
  }
}

export interface HyperfinePair {
  readonly id: string;
  readonly a: HyperfineResult;
  readonly b: HyperfineResult;
}

/** Of one file: its first command (base) and its second. @throws BenchError `hyperfine-invalid` (exit 2) for any other number of commands */
export function pairWithin(results: readonly HyperfineResult[], name: string): HyperfinePair[] {
  const [a, b] = results;
  if (a && b && results.length === 2) return [{ id: `${a.command} → ${b.command}`, a, b }];
  const said = results.map(({ command }) => `“${command}”`).join(', ');
  throw invalid(
    `${name} holds ${results.length} results (${said}): one file alone must hold two, base first`,
    'name a second file to compare with',
  );
}

/**
 * Of two files: their only results, or those of the same command.
 * @throws BenchError `hyperfine-invalid` (exit 2) where a command stands twice in a file or none stands in both
 */
export function pairBetween(
  a: readonly HyperfineResult[],
  b: readonly HyperfineResult[],
): { readonly pairs: HyperfinePair[]; readonly onlyA: string[]; readonly onlyB: string[] } {
  const [onlyOfA, onlyOfB] = [a[0], b[0]];
  if (onlyOfA && onlyOfB && a.length === 1 && b.length === 1) {
    const id = onlyOfA.command === onlyOfB.command ? onlyOfA.command : `${onlyOfA.command} → ${onlyOfB.command}`;
    return { pairs: [{ id, a: onlyOfA, b: onlyOfB }], onlyA: [], onlyB: [] };
  }
  for (const [name, results] of [['A', a] as const, ['B', b] as const]) {
    const twice = results.find(({ command }, index) => results.findIndex((other) => other.command === command) < index);
    if (twice) throw invalid(`${name} holds “${twice.command}” twice`, 'name commands with “hyperfine -n <name>”');
  }
  const pairs = a.flatMap((one) => {
    const other = b.find(({ command }) => command === one.command);
    return other ? [{ id: one.command, a: one, b: other }] : [];
  });
  const without = (from: readonly HyperfineResult[], other: readonly HyperfineResult[]): string[] =>
    from.filter(({ command }) => !other.some((one) => one.command === command)).map(({ command }) => command);
  if (pairs.length > 0) return { pairs, onlyA: without(a, b), onlyB: without(b, a) };
  throw invalid('no command stands in both files', 'name commands alike with “hyperfine -n <name>”, or export one command per file');
}

function invalid(message: string, remedy: string): BenchError {
  return new BenchError({ code: 'hyperfine-invalid', message, remedy, exitCode: EXIT_CODES.usage });
}
