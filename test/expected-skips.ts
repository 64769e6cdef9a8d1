/**
 * Real-engine tests that may be skipped on a CI machine, each with its reason. Anything else that is unavailable where CI=true is a failure:
 * a check that is skipped silently is a defect.
 */
export const EXPECTED_SKIPS: Readonly<Record<string, string>> = {
  'docker-wasm/official-wasmtime': 'the official shims are released outside the package registries',
  'docker-wasm/official-wasmedge': 'the official shims are released outside the package registries',
  'docker-wasm/official-wasmer': 'the official shims are released outside the package registries',
  'docker-wasm/official-wamr': 'the official shims are released outside the package registries',
  'container/runsc-scratch': 'gVisor is not part of the private engine',
  'container/runsc-debian': 'gVisor is not part of the private engine',
  'container/kata-scratch': 'Kata needs hardware virtualisation',
  'container/kata-debian': 'Kata needs hardware virtualisation',
  'firecracker/small': 'its program is in no registry; it needs KVM',
  'cloud-hypervisor/small': 'its program is in no registry; it needs KVM',
  'vm/qemu-microvm-small': 'the small kernel is built only when asked for (setup --only vm-kernel)',
  'vm/qemu-q35-small': 'the small kernel is built only when asked for (setup --only vm-kernel)',
};
