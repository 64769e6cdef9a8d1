import type { Phase } from '../runner.ts';

/** When each call of the Engine API was answered; ns since the run's origin. */
export interface CallStamps {
  t0: number;
  created: number;
  attached: number;
  started: number;
}

/** One line of a shim's trace: something happened at this moment. */
export interface TraceStamp {
  /** the phase that ends here, kebab-case */
  readonly name: string;
  readonly layer: string;
  /** ns since the run's origin */
  readonly atNs: number;
}

interface Ends {
  readonly firstByteNs: number | undefined;
  readonly exitNs: number;
  /** who does the work behind the start call */
  readonly startLayer: string;
  /** what the shim told of itself, in order; empty for runtimes that tell nothing */
  readonly trace: readonly TraceStamp[];
}

/** Consecutive intervals from t0 to t2. The first byte may come before the start call's answer: the start phase then ends with it. */
export function containerPhases(stamps: CallStamps, { firstByteNs, exitNs, startLayer, trace }: Ends): readonly Phase[] {
  const phases: Phase[] = [];
  let atNs = stamps.t0;
  const until = (phase: string, layer: string, endNs: number): void => {
    phases.push({ phase, layer, startNs: atNs, endNs });
    atNs = endNs;
  };
  until('create', 'engine-api', stamps.created);
  until('attach', 'engine-api', stamps.attached);
  const lastNs = firstByteNs ?? exitNs;
  const told = trace.filter((stamp) => stamp.atNs >= atNs && stamp.atNs <= lastNs);
  if (told.length === 0) until('start', startLayer, Math.min(stamps.started, lastNs));
  for (const stamp of told) until(stamp.name, stamp.layer, stamp.atNs);
  if (firstByteNs !== undefined) until('first-byte', 'program', firstByteNs);
  until('exit', 'engine-api', exitNs);
  return phases;
}
