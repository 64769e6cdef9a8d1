import { describe, expect, it } from 'vitest';
import { cpuIdentification, hostKey, readHostFacts } from './facts.ts';

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

describe('what a processor says of itself', () => {
  it('is read from /proc/cpuinfo on x86, where several chips count once each', () => {
    const cpu = (chip: number): string =>
      `processor\t: ${chip}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 207\nmodel name\t: Intel(R) Xeon(R) Processor\nstepping\t: 2\nphysical id\t: ${chip}\n`;
    expect(cpuIdentification([cpu(0), cpu(0), cpu(1)].join('\n'))).toEqual({
      cpu_vendor: { value: 'GenuineIntel' },
      cpu_family: { value: 6 },
      cpu_model_number: { value: 207 },
      cpu_stepping: { value: 2 },
      cpu_packages: { value: 2 },
    });
  });

  it('is implementer and part on Arm, which has neither family nor chips', () => {
    const info = 'processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n';
    const unknown = { unavailable: '/proc/cpuinfo does not say' };
    expect(cpuIdentification(info)).toEqual({
      cpu_vendor: { value: '0x41' },
      cpu_family: unknown,
      cpu_model_number: { value: 0xd0c },
      cpu_stepping: unknown,
      cpu_packages: unknown,
    });
  });

  it('is on record of this host, outside its key', async () => {
    const { host } = await readHostFacts();
    expect(host.facts['cpu_model_number']).toHaveProperty('value');
    expect(host.facts['memory_bytes']).toHaveProperty('value');
    const { cpu_vendor: _, cpu_model_number: __, memory_bytes: ___, ...rest } = host.facts;
    expect(hostKey(rest)).toBe(host.key);
  });
});
