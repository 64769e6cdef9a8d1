import { createHash } from 'node:crypto';
import type { EventBody } from '../model/event.ts';
import type { ExpectedOutput } from '../model/workload.ts';
import type { ExitFacts } from '../../runners/runner.ts';

/**
 * Whether the program did its work, decided after the trial: every byte of its output and its exit code. A trial that fails here
 * has no numbers, however fast it was.
 */
export function verifyOutput(exit: ExitFacts, expected: ExpectedOutput, atNs: number): EventBody[] {
  const sha256 = createHash('sha256').update(exit.stdout).digest('hex');
  const problem = problemOf(exit, expected, sha256);
  const output: EventBody = { kind: 'output', atNs, bytes: exit.stdout.length, sha256, correct: problem === undefined };
  return problem === undefined ? [output] : [output, { kind: 'failure', atNs, ...problem }];
}

function problemOf(exit: ExitFacts, expected: ExpectedOutput, sha256: string): { code: string; message: string } | undefined {
  const tail = exit.stderrTail.trim() === '' ? '' : `; stderr ends: ${lastLine(exit.stderrTail)}`;
  if (exit.abnormal !== undefined) return { code: 'abnormal-exit', message: `${exit.abnormal}${tail}` };
  if (exit.exitCode !== 0) return { code: 'exit-code', message: `exit code ${exit.exitCode ?? 'unknown'}${tail}` };
  if (exit.stdoutTruncated) return { code: 'wrong-output', message: 'more output than the capture limit holds' };
  if (matches(exit.stdout, expected, sha256)) return undefined;
  return { code: 'wrong-output', message: `${describe(exit.stdout)} instead of ${describeExpected(expected)}${tail}` };
}

function matches(stdout: Uint8Array, expected: ExpectedOutput, sha256: string): boolean {
  if (expected.kind === 'nothing') return stdout.length === 0;
  if (expected.kind === 'sha256') return sha256 === expected.sha256;
  return Buffer.compare(stdout, expected.bytes) === 0;
}

function describe(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 60)).toString('utf8');
  return `${bytes.length} bytes ${JSON.stringify(text)}${bytes.length > 60 ? '…' : ''}`;
}

function describeExpected(expected: ExpectedOutput): string {
  if (expected.kind === 'nothing') return 'no output';
  return expected.kind === 'sha256' ? `output with SHA-256 ${expected.sha256}` : describe(expected.bytes);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}

/** What a program prints that has answered requests: its output once more for each. */
export function repeated(expected: ExpectedOutput, answers: number): ExpectedOutput {
  if (expected.kind !== 'bytes' || answers === 0) return expected;
  return { kind: 'bytes', bytes: Buffer.concat(Array.from({ length: answers + 1 }, () => expected.bytes)) };
}
