import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../core/model/context.ts';
import type { TraceStamp } from './container-phases.ts';

/** Which phase ends with each stamp of our shim (docs/shim.md, “Trace”), and who spent it. Stamps that are not listed are not shown. */
const ENDS: Readonly<Record<string, { readonly name: string; readonly layer: string }>> = {
  'start-command-begun': { name: 'engine-start', layer: 'engine-api' },
  'shim-begun': { name: 'shim-spawn', layer: 'containerd' },
  'create-begun': { name: 'task-create-call', layer: 'containerd' },
  'container-fork': { name: 'sandbox-prepare', layer: 'shim' },
  'container-entered': { name: 'sandbox', layer: 'shim' },
  'module-loaded': { name: 'load', layer: 'wasm-engine' },
  'create-done': { name: 'task-create-answer', layer: 'shim' },
  'start-begun': { name: 'task-start-call', layer: 'containerd' },
  'guest-released': { name: 'task-start', layer: 'shim' },
  instantiated: { name: 'instantiate', layer: 'wasm-engine' },
};

/**
 * What our shim wrote about one container into the folder that `THIRDWAVE_SHIM_TRACE` names in the engine's root; nothing for every other runtime,
 * and on an engine that is not ours.
 */
export async function readShimTrace(
  { engine, originNs }: { readonly engine: Pick<Engine, 'shared'>; readonly originNs: bigint },
  containerId: string,
): Promise<readonly TraceStamp[]> {
  const text = await readFile(join(engine.shared.here, 'shim-trace', `${containerId}.jsonl`), 'utf8').catch(() => '');
  const stamps = text.split('\n').flatMap((line) => {
    if (line === '') return [];
    const { name, atNs } = JSON.parse(line) as { name: string; atNs: number };
    const end = ENDS[name];
    return end ? [{ ...end, atNs: Number(BigInt(atNs) - originNs) }] : [];
  });
  return stamps.toSorted((x, y) => x.atNs - y.atNs);
}
