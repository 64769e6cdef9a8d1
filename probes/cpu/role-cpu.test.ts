import { describe, expect, it } from 'vitest';
import { idleCpu, type RoleCpu } from './role-cpu.ts';

function look(atS: number, usedS: number | string): readonly RoleCpu[] {
  return [{ role: 'total', atNs: atS * 1e9, used: typeof usedS === 'number' ? usedS * 1e9 : usedS, origin: 'cpuacct.usage' }];
}

describe('CPU at idle', () => {
  it('is counted over the last window alone: what the starts still used before it is left out', () => {
    const looks = [look(0, 10), look(1, 14), look(2, 14.1), look(3, 14.2), look(4, 14.3)];
    expect(idleCpu(looks, 2e9)).toMatchObject([{ metric: 'idle_cpu', role: 'total' }]);
    expect(idleCpu(looks, 2e9)[0]).toHaveProperty('value', expect.closeTo(0.1, 10));
  });

  it('is counted over all there is where that is shorter than the window', () => {
    expect(idleCpu([look(0, 10), look(1, 14)], 5e9)[0]).toHaveProperty('value', expect.closeTo(4, 10));
  });

  it('has the reason where a role is counted nowhere, or was seen once', () => {
    expect(idleCpu([look(0, 'no group'), look(1, 'no group')], 1)[0]).toMatchObject({ unavailable: 'no group' });
    expect(idleCpu([look(0, 1)], 1)[0]).toMatchObject({ unavailable: 'looked at only once' });
  });
});
