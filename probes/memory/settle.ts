import { setTimeout as pause } from 'node:timers/promises';
import type { SettleRule } from '../../core/model/plan.ts';

const STEP_MS = 500;
const NS_PER_MS = 1e6;

/** Whether a quantity came to rest, and what was seen on the way. */
export type Settled = { readonly settled: true } | { readonly settled: false; readonly because: string };

/**
 * Waits until no value of the last window lies further from another than the rule allows (method §4.6: 0.5 % over 3 s), and reads once per half second
 * until then. `observe` may keep what it sees. `waitMs` replaces the clock’s pauses in tests.
 */
export async function untilSettled(
  rule: SettleRule,
  observe: () => Promise<number>,
  waitMs: (ms: number) => Promise<unknown> = pause,
): Promise<Settled> {
  const perWindow = Math.max(1, Math.round(rule.windowNs / NS_PER_MS / STEP_MS));
  const most = Math.max(perWindow, Math.round(rule.limitNs / NS_PER_MS / STEP_MS));
  const seen: number[] = [await observe()];
  for (let step = 1; step <= most; step += 1) {
    await waitMs(STEP_MS);
    seen.push(await observe());
    if (step < perWindow) continue;
    const window = seen.slice(-perWindow - 1);
    const change = Math.max(...window) - Math.min(...window);
    if (change <= Math.max(rule.leastBytes, rule.withinShare * Math.max(...window))) return { settled: true };
    if (step === most) {
      const share = ((100 * change) / Math.max(...window)).toFixed(1);
      const because = `still changing after ${rule.limitNs / 1e9} s: by ${change} B (${share} %) within ${rule.windowNs / 1e9} s`;
      return { settled: false, because };
    }
  }
  return { settled: true };
}
