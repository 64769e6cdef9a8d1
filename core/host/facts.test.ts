import { describe, expect, it } from 'vitest';
import { hostKey } from './facts.ts';

const facts = { cpu_model: { value: 'Xeon' }, cpu_count: { value: 2 }, kernel: { value: '6.1' } };

describe('the host key', () => {
  it('changes with what makes hosts comparable', () => {
    expect(hostKey({ ...facts, kernel: { value: '6.2' } })).not.toBe(hostKey(facts));
  });

  it('does not change with what a busy machine may fail to say', () => {
    const named = { ...facts, virtualisation: { value: 'KVM' }, os: { value: 'Debian 12' } };
    const silent = { ...facts, virtualisation: { unavailable: 'too late' }, os: { unavailable: 'too late' } };
    expect(hostKey(named)).toBe(hostKey(silent));
  });

  it('takes an unknown fact as unknown, whatever the reason', () => {
    expect(hostKey({ ...facts, governor: { unavailable: 'no cpufreq' } })).toBe(hostKey({ ...facts, governor: { unavailable: 'hidden' } }));
  });
});
