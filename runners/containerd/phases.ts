import type { TraceStamp } from '../docker/container-phases.ts';
import type { Phase } from '../runner.ts';

/** When containerd had answered each call; ns since the run's origin. */
export interface CallStamps {
  t0: number;
  snapshot: number;
  container: number;
  task: number;
  started: number;
}

interface Ends {
  readonly firstByteNs: number | undefined;
  readonly exitNs: number;
  /** `oci-runtime`: containerd's shim starts one · `shim`: the shim is the runtime */
  readonly runtimeLayer: 'oci-runtime' | 'shim';
  /** what our shim told of itself; empty for every other */
  readonly trace: readonly TraceStamp[];
}

/**
 * Consecutive intervals from t0 to t2. Where the shim tells of itself, its stamps divide what lies between the container and the first byte; else `task-create` is the start of the shim's process and the runtime's `create`, which containerd answers together; the first
 * byte may come before the start call's answer and then ends `task-start`.
 */
export function taskPhases(stamps: CallStamps, { firstByteNs, exitNs, runtimeLayer, trace }: Ends): readonly Phase[] {
  const phases: Phase[] = [];
  let atNs = stamps.t0;
  const until = (phase: string, layer: string, endNs: number): void => {
    phases.push({ phase, layer, startNs: atNs, endNs });
    atNs = endNs;
  };
  until('snapshot', 'containerd', stamps.snapshot);
  until('container', 'containerd', stamps.container);
  const lastNs = firstByteNs ?? exitNs;
  const told = trace.filter((stamp) => stamp.atNs >= atNs && stamp.atNs <= lastNs);
  for (const { name, layer, atNs: endNs } of told) {
    // at this rung nobody but containerd is before the shim
    if (layer === 'engine-api') until('task-create', 'containerd', endNs);
    else until(name, layer, endNs);
  }
  if (told.length === 0) {
    until('task-create', 'shim', Math.min(stamps.task, lastNs));
    until('task-start', runtimeLayer, Math.min(stamps.started, lastNs));
  }
  if (firstByteNs !== undefined) until('first-byte', 'program', firstByteNs);
  until('exit', 'containerd', exitNs);
  return phases;
}
