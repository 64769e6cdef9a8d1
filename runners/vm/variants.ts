import type { Toolbox } from '../../core/model/context.ts';
import type { Variant } from '../runner.ts';
import { GUEST_CPUS, GUEST_RAM_MIB, type Machine } from './qemu-command.ts';

export type Kernel = 'cloud' | 'small';

/** Where each kernel lies in the toolbox. */
export const KERNEL_TOOLS = { cloud: 'vmKernelCloud', small: 'vmKernelSmall' } as const satisfies Record<Kernel, keyof Toolbox>;

const MACHINE_TITLES: Readonly<Record<Machine, string>> = { microvm: 'QEMU microvm', q35: 'QEMU q35 (a whole PC)' };
const KERNEL_TITLES: Readonly<Record<Kernel, string>> = { cloud: 'Debian’s cloud kernel', small: 'a small kernel of our own' };

export interface VmVariant extends Variant {
  readonly machine: Machine;
  readonly kernel: Kernel;
}

function variant(machine: Machine, kernel: Kernel): VmVariant {
  return {
    id: `qemu-${machine}-${kernel}`,
    title: `${MACHINE_TITLES[machine]}, ${KERNEL_TITLES[kernel]}`,
    default: true,
    rung: 'vmm',
    factors: { vmm: 'qemu', machine, kernel, guest_cpus: String(GUEST_CPUS), guest_ram: `${GUEST_RAM_MIB}MiB` },
    machine,
    kernel,
  };
}

/** The factor `accel` is added by detection: it depends on the host. */
export const VARIANTS: readonly VmVariant[] = [
  variant('microvm', 'cloud'),
  variant('q35', 'cloud'),
  variant('microvm', 'small'),
  variant('q35', 'small'),
];
