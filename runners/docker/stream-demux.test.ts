import { assert, integer, property, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamDemux } from './stream-demux.ts';

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

describe('an attach stream', () => {
  it('gives the same output however it is cut into chunks, and stamps the chunk that held the first byte of stdout', () => {
    const whole = Buffer.concat([frame(2, 'warning'), frame(1, ''), frame(1, 'ready\n'), frame(2, ' more'), frame(1, 'done\n')]);
    const firstByteAt = frame(2, 'warning').length + frame(1, '').length + 8;
    assert(
      property(uniqueArray(integer({ min: 1, max: whole.length - 1 })), (cuts) => {
        const edges = [0, ...cuts.toSorted((x, y) => x - y), whole.length];
        const demux = new StreamDemux(100);
        const counts = edges.slice(1).map((end, index) => demux.push(whole.subarray(edges[index], end), index));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe('ready\ndone\n'.length);
        expect(Buffer.from(demux.stdout).toString()).toBe('ready\ndone\n');
        expect(demux.stderrTail).toBe('warning more');
        expect(demux.firstOutputNs).toBe(edges.findLastIndex((edge) => edge <= firstByteAt));
      }),
    );
  });

  it('keeps output up to its limit and says that there was more', () => {
    const demux = new StreamDemux(4);
    demux.push(frame(1, 'abcd'), 0);
    expect(demux.stdoutTruncated).toBe(false);
    demux.push(frame(1, 'efgh'), 1);
    expect([Buffer.from(demux.stdout).toString(), demux.stdoutTruncated]).toEqual(['abcd', true]);
  });

  it('keeps the end of stderr', () => {
    const demux = new StreamDemux(4);
    demux.push(frame(2, `${'x'.repeat(5000)}end`), 0);
    expect(demux.stderrTail).toHaveLength(4096);
    expect(demux.stderrTail.endsWith('end')).toBe(true);
    expect(demux.firstOutputNs).toBeUndefined();
  });
});
