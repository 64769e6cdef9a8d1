import { onPath } from '../../core/host/on-path.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Detection, Runner, Variant } from '../runner.ts';
import { monitorAvailability, monitorVersion } from '../vm/monitor-availability.ts';
import { GUEST_CPUS, GUEST_RAM_MIB } from '../vm/qemu-command.ts';
import { type SerialGuest, type SerialMonitor, SerialMonitorSession } from '../vm/serial-monitor.ts';

const PROGRAM = 'cloud-hypervisor';
const REMEDY = 'put Cloud Hypervisor’s release binary on PATH as “cloud-hypervisor”, on a host with KVM';

/** Entered by PVH, which the small kernel offers uncompressed. */
const SMALL: Variant = {
  id: 'small',
  title: 'Cloud Hypervisor, a small kernel of our own',
  default: true,
  rung: 'vmm',
  factors: {
    vmm: 'cloud-hypervisor',
    machine: 'cloud-hypervisor',
    kernel: 'small',
    accel: 'kvm',
    guest_cpus: String(GUEST_CPUS),
    guest_ram: `${GUEST_RAM_MIB}MiB`,
  },
};

/** Cloud Hypervisor by its command line, where its program is on PATH and KVM works. Not verified on real hardware here: docs/vm.md. */
const runner: Runner = {
  id: 'cloud-hypervisor',
  title: 'Cloud Hypervisor',
  isolation: 'virtual-machine',
  capabilities: { activities: ['run'], consumes: ['binary'] },
  variants: [SMALL],
  detect: async (host): Promise<Detection> => ({
    [SMALL.id]: await monitorAvailability(host, await onPath(PROGRAM), host.toolbox.vmKernelSmall, REMEDY),
  }),
  open: async (context) => {
    const program = await onPath(PROGRAM);
    if (program === undefined)
      throw new BenchError({ code: 'vmm-unavailable', message: 'cloud-hypervisor is not on PATH', remedy: REMEDY });
    const version = await monitorVersion(program);
    const monitor: SerialMonitor = {
      name: PROGRAM,
      program,
      version,
      kernelOf: (_variant, { toolbox }) => toolbox.vmKernelSmall,
      command: async (guest) => bootCommand(program, guest),
    };
    return SerialMonitorSession.open(context, monitor);
  },
  sweep: async () => [],
};
export default runner;

/** `--serial tty`: the guest's serial line is stdout; the virtio console, which would also want it, is off. */
function bootCommand(program: string, { kernel, initrd, kernelArguments }: SerialGuest): [string, ...string[]] {
  return [
    program,
    '--kernel',
    kernel,
    '--initramfs',
    initrd,
    '--cmdline',
    kernelArguments,
    '--cpus',
    `boot=${GUEST_CPUS}`,
    '--memory',
    `size=${GUEST_RAM_MIB}M`,
    '--console',
    'off',
    '--serial',
    'tty',
  ];
}
