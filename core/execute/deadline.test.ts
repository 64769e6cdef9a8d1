import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { within } from './deadline.ts';

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
afterEach(() => {
  process.off('unhandledRejection', note);
  unhandled.length = 0;
});

describe('waiting within a limit', () => {
  it('gives the result, or says what took too long', async () => {
    const { signal } = new AbortController();
    expect(await within(Promise.resolve(7), 1e9, 'x', signal)).toBe(7);
    await expect(within(new Promise(() => {}), 1e6, 'first byte', signal)).rejects.toMatchObject({ code: 'timeout', limitNs: 1e6 });
  });

  it('leaves no failure of the work to nobody, when it was interrupted before or stops waiting first', async () => {
    process.on('unhandledRejection', note);
    const fails = async (): Promise<never> => {
      await turn();
      throw new Error('later');
    };
    const interrupt = new AbortController();
    const early = within(fails(), 1e9, 'start', interrupt.signal);
    interrupt.abort();
    await expect(early).rejects.toMatchObject({ code: 'interrupted' });
    await expect(within(fails(), 1e9, 'start', interrupt.signal)).rejects.toThrow();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(unhandled).toEqual([]);
  });
});
