import type { HostFacts } from '../../core/model/manifest.ts';

/** What the record says about the processor and memory of the host; what it does not say is absent. */
export interface HostCpu {
  readonly name: string;
  readonly vendor?: string;
  readonly family?: number;
  readonly model?: number;
  readonly stepping?: number;
  /** hardware threads that the host has, or that its hypervisor shows; 0: not on record, like the memory */
  readonly threads: number;
  readonly chips: number;
  readonly memoryGib: number;
  readonly isGuest: boolean;
}

const GIB = 2 ** 30;

/** From the facts of the manifest; records of earlier versions have neither family nor model number, and memory in whole GiB. */
export function hostCpuOf({ facts }: HostFacts): HostCpu {
  const value = (name: string): string | number | boolean | undefined => {
    const fact = facts[name];
    return fact && 'value' in fact ? fact.value : undefined;
  };
  const number = (name: string): number | undefined => {
    const found = value(name);
    return typeof found === 'number' ? found : undefined;
  };
  const bytes = number('memory_bytes');
  const vendor = value('cpu_vendor');
  const known = { family: number('cpu_family'), model: number('cpu_model_number'), stepping: number('cpu_stepping') };
  return {
    name: String(value('cpu_model') ?? 'unknown'),
    ...(typeof vendor === 'string' ? { vendor } : {}),
    ...Object.fromEntries(Object.entries(known).filter(([, part]) => part !== undefined)),
    threads: number('cpu_count') ?? 0,
    chips: number('cpu_packages') ?? 1,
    memoryGib: bytes === undefined ? (number('memory_gib') ?? 0) : bytes / GIB,
    isGuest: value('hypervisor') === true,
  };
}
