import { setTimeout as pause } from 'node:timers/promises';
import type { SettleRule } from '../../core/model/plan.ts';

const STEP_MS = 500;
const NS_PER_MS = 1e6;

export interface Clock {
  nowMs(): number;
  waitMs(ms: number): Promise<unknown>;
}

const CLOCK: Clock = { nowMs: () => performance.now(), waitMs: async (ms) => pause(ms) };

/** Whether a quantity came to rest, and what was seen on the way. */
export type Settled = { readonly settled: true } | { readonly settled: false; readonly because: string };

/**
 * Waits until no value of the last window lies further from another than the rule allows (method §4.6: 0.5 % over 3 s), and looks once per half second
 * until then. `observe` may keep what it sees.
 */
export async function untilSettled(rule: SettleRule, observe: () => Promise<number>, clock: Clock = CLOCK): Promise<Settled> {
  const [windowMs, limitMs] = [rule.windowNs / NS_PER_MS, rule.limitNs / NS_PER_MS];
  const startMs = clock.nowMs();
  const seen: { readonly atMs: number; readonly bytes: number }[] = [];
  for (;;) {
    const bytes = await observe();
    const atMs = clock.nowMs();
    seen.push({ atMs, bytes });
    // the youngest look that is a whole window old begins the window
    const first = seen.findLastIndex((look) => look.atMs <= atMs - windowMs);
    if (first >= 0) {
      const window = seen.slice(first).map((look) => look.bytes);
      const [least, most] = [Math.min(...window), Math.max(...window)];
      if (most - least <= Math.max(rule.leastBytes, rule.withinShare * most)) return { settled: true };
      if (atMs - startMs >= limitMs) {
        const share = ((100 * (most - least)) / most).toFixed(1);
        const because = `still changing after ${limitMs / 1000} s: by ${most - least} B (${share} %) within ${windowMs / 1000} s`;
        return { settled: false, because };
      }
    }
    await clock.waitMs(STEP_MS);
  }
}
