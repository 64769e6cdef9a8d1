import { describe, expect, it } from 'vitest';
import { untilSettled } from './settle.ts';

const RULE = { windowNs: 3e9, withinShare: 0.005, leastBytes: 65_536, limitNs: 20e9 };
const MIB = 1024 * 1024;

/** What is observed step by step, half a second apart; the last value stays. */
async function settle(values: readonly number[], rule = RULE) {
  let looks = 0;
  let waitedMs = 0;
  const observe = async (): Promise<number> => values[Math.min(looks++, values.length - 1)] ?? 0;
  const clock = { nowMs: () => waitedMs, waitMs: async (ms: number) => void (waitedMs += ms) };
  return { result: await untilSettled(rule, observe, clock), waitedMs, looks };
}

describe('a fleet’s memory', () => {
  it('has settled after one window without change', async () => {
    expect(await settle([100 * MIB])).toEqual({ result: { settled: true }, waitedMs: 3000, looks: 7 });
  });

  it('may change by 0.5 % within the window, and a small one by a batch of pages', async () => {
    expect((await settle([100 * MIB, 100.4 * MIB])).waitedMs).toBe(3000);
    expect((await settle([MIB, MIB + 60_000])).waitedMs).toBe(3000);
  });

  it('is waited for as long as it grows by more', async () => {
    const growing = [100, 101, 102, 103, 104, 105, 106, 107].map((mib) => mib * MIB);
    // the last change lies between the eighth and the ninth look: six more looks see none
    expect((await settle(growing)).waitedMs).toBe((7 + 6) * 500);
  });

  it('has a reason instead of a number when it never comes to rest', async () => {
    const { result, waitedMs } = await settle(Array.from({ length: 100 }, (_, step) => (100 + step) * MIB));
    expect(waitedMs).toBe(20_000);
    expect(result).toEqual({ settled: false, because: expect.stringContaining('still changing after 20 s: by 6291456 B (4.3 %)') });
  });

  it('is given up by the clock, however long a look takes', async () => {
    let nowMs = 0;
    let looks = 0;
    const observe = async (): Promise<number> => {
      nowMs += 3500;
      looks += 1;
      return looks * MIB;
    };
    const clock = { nowMs: () => nowMs, waitMs: async (ms: number) => void (nowMs += ms) };
    expect(await untilSettled(RULE, observe, clock)).toMatchObject({ settled: false });
    expect(nowMs).toBeLessThan(25_000);
  });
});
