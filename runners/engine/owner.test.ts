import { describe, expect, it } from 'vitest';
import { formatOwner, mayBeAlive, ownIdentity, parseOwner } from './owner.ts';

describe('an owner', () => {
  it('survives being written into a label', async () => {
    const own = await ownIdentity();
    expect(parseOwner(formatOwner(own))).toEqual(own);
  });

  it('is alive as long as this process runs', async () => {
    expect(await mayBeAlive(await ownIdentity())).toBe(true);
  });

  it('is dead when its pid belongs to another process now, or the machine was booted since', async () => {
    const own = await ownIdentity();
    expect(await mayBeAlive({ ...own, startTicks: '1' })).toBe(false);
    expect(await mayBeAlive({ ...own, bootId: 'another' })).toBe(false);
  });

  it('counts as alive where it cannot be looked up, in another PID namespace', async () => {
    expect(await mayBeAlive({ ...(await ownIdentity()), pidNamespace: 'pid:[1]', startTicks: '1' })).toBe(true);
  });

  it('is not read from a label of another make', () => {
    expect(parseOwner('')).toBeUndefined();
    expect(parseOwner('12/34')).toBeUndefined();
  });
});
