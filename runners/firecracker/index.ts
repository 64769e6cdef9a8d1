import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onPath } from '../../core/host/on-path.ts';
import { BenchError } from '../../core/model/error.ts';
import type { Detection, Runner, Variant } from '../runner.ts';
import { monitorAvailability, monitorVersion } from '../vm/monitor-availability.ts';
import { GUEST_CPUS, GUEST_RAM_MIB } from '../vm/qemu-command.ts';
import { type SerialMonitor, SerialMonitorSession } from '../vm/serial-monitor.ts';
import { bootRequests, sendAll } from './api.ts';

const PROGRAM = 'firecracker';
const REMEDY = 'put Firecracker’s release binary on PATH as “firecracker”, on a host with KVM';

/** Firecracker takes uncompressed kernels only, which Debian's cloud kernel is not. */
const SMALL: Variant = {
  id: 'small',
  title: 'Firecracker, a small kernel of our own',
  default: true,
  rung: 'vmm',
  factors: {
    vmm: 'firecracker',
    machine: 'firecracker',
    kernel: 'small',
    accel: 'kvm',
    guest_cpus: String(GUEST_CPUS),
    guest_ram: `${GUEST_RAM_MIB}MiB`,
  },
};

/** Firecracker by its API socket, where its program is on PATH and KVM works. Not verified on real hardware here: docs/vm.md. */
const runner: Runner = {
  id: 'firecracker',
  title: 'Firecracker',
  isolation: 'virtual-machine',
  capabilities: { activities: ['run'], consumes: ['binary'] },
  variants: [SMALL],
  detect: async (host): Promise<Detection> => ({
    [SMALL.id]: await monitorAvailability(host, await onPath(PROGRAM), host.toolbox.vmKernelSmall, REMEDY),
  }),
  open: async (context) => {
    const program = await onPath(PROGRAM);
    if (program === undefined) throw new BenchError({ code: 'vmm-unavailable', message: 'firecracker is not on PATH', remedy: REMEDY });
    return SerialMonitorSession.open(context, firecracker(program, await monitorVersion(program)));
  },
  // It dies with the launcher, which dies with the suite; its files are in the run's temporary folder.
  sweep: async () => [],
};
export default runner;

function firecracker(program: string, version: string): SerialMonitor {
  return {
    name: PROGRAM,
    program,
    version,
    kernelOf: (_variant, { toolbox }) => toolbox.vmKernelSmall,
    command: async ({ folder }) => {
      // It opens its log, it does not make it.
      await writeFile(join(folder, 'log'), '');
      return [program, '--api-sock', join(folder, 'api'), '--log-path', join(folder, 'log'), '--level', 'Warning'];
    },
    configure: async (guest, gone, limitNs) =>
      sendAll(join(guest.folder, 'api'), bootRequests(guest, { vcpus: GUEST_CPUS, ramMib: GUEST_RAM_MIB }), gone, limitNs),
  };
}
