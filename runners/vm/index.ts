import { isFound } from '../../core/model/context.ts';
import type { Availability, DetectContext, Detection, Runner } from '../runner.ts';
import { kvmVerdict } from './kvm.ts';
import { readQemu } from './qemu-program.ts';
import { VmSession } from './session.ts';
import { KERNEL_TOOLS, VARIANTS, type VmVariant } from './variants.ts';

/** A virtual machine: QEMU boots a kernel, whose first process starts the workload's own static binary (native/vm-init, docs/vm.md). */
const runner: Runner = {
  id: 'vm',
  title: 'Virtual machine',
  isolation: 'virtual-machine',
  capabilities: { activities: ['run', 'hold'], consumes: ['binary'] },
  variants: VARIANTS,
  detect,
  open: async (context) => VmSession.open(context),
  // QEMU dies with the launcher, which dies with the suite; its files are in the run's temporary folder, groups are swept centrally.
  sweep: async () => [],
};
export default runner;

async function detect(host: DetectContext): Promise<Detection> {
  const states = await Promise.all(VARIANTS.map(async (variant) => [variant.id, await availability(variant, host)] as const));
  return Object.fromEntries(states);
}

async function availability({ kernel }: VmVariant, host: DetectContext): Promise<Availability> {
  const { qemu, vmInit } = host.toolbox;
  const image = host.toolbox[KERNEL_TOOLS[kernel]];
  for (const tool of [qemu, vmInit, image]) {
    if (!isFound(tool)) return { available: false, reason: tool.missing, remedy: tool.remedy };
  }
  const { version } = await readQemu(qemu);
  const kvm = await kvmVerdict(host);
  const accel = kvm.usable ? 'kvm' : 'tcg';
  return {
    available: true,
    version: `QEMU ${version}, accel=${accel}`,
    evidence: kvm.usable ? `KVM: ${kvm.because}` : `emulated, because ${kvm.because}`,
    factors: { accel },
    emulated: !kvm.usable,
  };
}
