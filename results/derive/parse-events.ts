import type { z } from 'zod';
import { Event } from '../../core/model/event.ts';

/** Where a record stops being readable. Everything before it is used, nothing after it. */
export interface RecordProblem {
  /** number of the first unusable line, from 1 */
  readonly line: number;
  readonly reason: string;
  /** lines not used, the unusable one included */
  readonly ignoredLines: number;
}

export interface ParsedEvents {
  readonly events: readonly Event[];
  /** UTF-8 bytes of the usable lines with their line ends: whoever appends to the file cuts it to this length first */
  readonly usableBytes: number;
  readonly problem?: RecordProblem;
}

/**
 * Reads events.jsonl. Stops at the first line that is cut off, is no JSON, is no event or does not continue the numbering: after a
 * damaged line nothing guarantees that the rest belongs together. Never throws.
 */
export function parseEvents(text: string): ParsedEvents {
  const events: Event[] = [];
  let start = 0;
  let line = 0;
  while (start < text.length) {
    line += 1;
    const end = text.indexOf('\n', start);
    const read = end === -1 ? cutOff(text.length - start) : readLine(text.slice(start, end), events.at(-1)?.seq);
    if ('reason' in read) {
      const problem = { line, reason: read.reason, ignoredLines: linesFrom(text, start) };
      return { events, usableBytes: utf8Bytes(text, start), problem };
    }
    events.push(read.event);
    start = end + 1;
  }
  return { events, usableBytes: utf8Bytes(text, start) };
}

type ReadLine = { readonly event: Event } | { readonly reason: string };

function readLine(line: string, previousSeq: number | undefined): ReadLine {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { reason: 'it is not valid JSON' };
  }
  const parsed = Event.safeParse(json);
  if (!parsed.success) return { reason: `it is not an event: ${firstIssue(parsed.error)}` };
  const expected = previousSeq === undefined ? 0 : previousSeq + 1;
  if (parsed.data.seq === expected) return { event: parsed.data };
  return { reason: `its number is ${parsed.data.seq} where ${expected} follows: lines are missing or doubled` };
}

/** A whole line ends with a line feed: one without was being written when the writer died, even if it happens to be valid JSON. */
function cutOff(length: number): ReadLine {
  return { reason: `it is cut off after ${length} characters` };
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.')} ${issue.message}`.trim() : error.message;
}

function linesFrom(text: string, start: number): number {
  let lines = 0;
  for (let index = start; index < text.length; lines += 1) {
    const end = text.indexOf('\n', index);
    index = end === -1 ? text.length : end + 1;
  }
  return lines;
}

/** Bytes of the first `end` characters in UTF-8; a lone surrogate counts as the three bytes of U+FFFD, as encoders write it. */
function utf8Bytes(text: string, end: number): number {
  return new TextEncoder().encode(text.slice(0, end)).length;
}
