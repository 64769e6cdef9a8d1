/** Names that engines register the same runtime under. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  runc: ['io.containerd.runc.v2'],
  kata: ['kata-runtime', 'io.containerd.kata.v2'],
  runsc: ['io.containerd.runsc.v1', 'gvisor'],
  thirdwave: ['io.containerd.thirdwave.v1'],
  wasmtime: ['io.containerd.wasmtime.v1'],
  wasmedge: ['io.containerd.wasmedge.v1'],
  wasmer: ['io.containerd.wasmer.v1'],
  wamr: ['io.containerd.wamr.v1'],
};

/** The name under which the engine offers a runtime, or undefined. */
export function registeredName(runtime: string, offered: readonly string[]): string | undefined {
  return [runtime, ...(ALIASES[runtime] ?? [])].find((name) => offered.includes(name));
}
