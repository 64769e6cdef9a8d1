import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { goldenText } from '../testing/golden-run.ts';
import { parseEvents } from './parse-events.ts';

const line = (seq: number, message = 'm'): string =>
  `${JSON.stringify({ seq, trialId: 't', atNs: 5, kind: 'warning', code: 'c', message })}\n`;
const three = line(0) + line(1, 'grüße – ☃') + line(2);

describe('reading events.jsonl', () => {
  it('reads every line of a sound record', () => {
    const parsed = parseEvents(three);
    expect(parsed.events.map((event) => event.seq)).toEqual([0, 1, 2]);
    expect(parsed.problem).toBeUndefined();
    expect(parsed.usableBytes).toBe(Buffer.byteLength(three));
  });

  it('takes an empty file as a record without events', () => {
    expect(parseEvents('')).toEqual({ events: [], usableBytes: 0 });
  });

  it.each([
    ['a line that is no JSON', '{"seq":2,\n', 'it is not valid JSON'],
    ['zeros that a crash left behind', '\0\0\0\0\n', 'it is not valid JSON'],
    ['an empty line', '\n', 'it is not valid JSON'],
    ['a line without its end, even if it is whole', line(2).trimEnd(), 'it is cut off after 74 characters'],
    ['an unknown kind', '{"seq":2,"trialId":"t","atNs":0,"kind":"dance"}\n', 'it is not an event'],
    ['an unknown field', `${line(2).trimEnd().slice(0, -1)},"x":1}\n`, 'Unrecognized key: "x"'],
    ['a doubled number', line(1), 'its number is 1 where 2 follows'],
    ['a gap in the numbers', line(4), 'its number is 4 where 2 follows'],
  ])('stops at %s and uses everything before it', (_, damaged, reason) => {
    const before = line(0) + line(1, 'ü');
    const parsed = parseEvents(before + damaged + line(3));
    const cut = parseEvents(before + damaged);
    expect(cut.events).toHaveLength(2);
    expect(cut.problem?.line).toBe(3);
    expect(cut.problem?.reason).toContain(reason);
    expect(cut.problem?.ignoredLines).toBe(1);
    expect(cut.usableBytes).toBe(Buffer.byteLength(before));
    expect(parsed.events).toHaveLength(2);
  });

  it('does not resume behind a damaged line, and counts what it leaves out', () => {
    const parsed = parseEvents(`${line(0)}garbage\n${line(2)}${line(3)}`);
    expect(parsed.events).toHaveLength(1);
    expect(parsed.problem).toEqual({ line: 2, reason: 'it is not valid JSON', ignoredLines: 3 });
  });

  it('cut anywhere, gives the whole lines before the cut and names the cut', () => {
    const text = goldenText('events.jsonl').slice(0, 6000);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length }), (cut) => {
        const head = text.slice(0, cut);
        const parsed = parseEvents(head);
        expect(parsed.events).toHaveLength(head.split('\n').length - 1);
        expect(parsed.problem === undefined).toBe(head === '' || head.endsWith('\n'));
        expect(Buffer.byteLength(head.slice(0, head.lastIndexOf('\n') + 1))).toBe(parsed.usableBytes);
      }),
    );
  });
});
