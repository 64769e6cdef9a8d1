import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sharedRead } from './shared-read.ts';

function counted(): { readonly read: () => Promise<number>; readonly begun: () => number } {
  let begun = 0;
  const read = sharedRead(async () => {
    begun += 1;
    const own = begun;
    await turn();
    return own;
  });
  return { read, begun: () => begun };
}

describe('a shared reading', () => {
  it('is made twice for any number of questions at once: who comes second must not get what was read before', async () => {
    const { read, begun } = counted();
    expect(await Promise.all([read(), read(), read(), read()])).toEqual([1, 2, 2, 2]);
    expect(begun()).toBe(2);
  });

  it('is made anew for a question that comes after it', async () => {
    const { read } = counted();
    expect([await read(), await read()]).toEqual([1, 2]);
  });

  it('that fails fails for those who shared it, and not for those after', async () => {
    let begun = 0;
    const read = sharedRead(async () => {
      begun += 1;
      await turn();
      if (begun === 1) throw new Error('first');
      return begun;
    });
    const [first, second] = await Promise.allSettled([read(), read()]);
    expect([first, second]).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: 2 }]);
    expect(await read()).toBe(3);
  });
});
