import { codeOf, messageOf } from '../model/error.ts';
import type { EventBody } from '../model/event.ts';
import type { RampRules } from '../model/plan.ts';
import type { Ending } from '../model/binding-limit.ts';
import { HOST_FLOOR_BYTES } from './limits.ts';
import type { Look, RampGauges } from './ramp-gauges.ts';
import type { Residents } from './residents.ts';

/** Answers may take so many times what they took a single instance. */
const SLOWER = 2;
/** Share of the time in which some task waits for memory. */
export const PRESSURE = 0.1;
const P95 = 0.95;

type Refusal = Pick<Ending, 'what' | 'text'>;

export interface Level {
  readonly instances: number;
  readonly p95Ns: number | undefined;
  readonly count: number;
  readonly look: Look;
  /** undefined: acceptable */
  readonly refusal: Refusal | undefined;
}

/** Asks and reads a fleet of a given size, and judges it. A 95th percentile that is too high is measured once more: one may be noise. */
export async function readLevel(
  residents: Residents,
  gauges: RampGauges,
  rules: RampRules,
  signal: AbortSignal,
  aloneNs: number | undefined,
): Promise<Level> {
  let p95Ns: number | undefined;
  let count = 0;
  let refusal: Refusal | undefined;
  try {
    for (let again = 0; again < 2; again += 1) {
      const times = residents.count === 0 ? undefined : await residents.ask(rules.requests);
      count = times?.length ?? 0;
      p95Ns = times && nearestRank(times, P95);
      refusal = slow(p95Ns, aloneNs, count, rules.answerSlackNs);
      if (!refusal) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    refusal = { what: codeOf(error) === 'timeout' ? 'answer-time' : 'died', text: messageOf(error) };
  }
  const look = await gauges.look();
  const death = residents.died();
  if (death !== undefined) refusal = { what: 'died', text: death };
  refusal ??= short(look, rules);
  return { instances: residents.count, p95Ns, count, look, refusal };
}

/** The value below which so large a share of the values lies, by the nearest rank; undefined: no values. */
export function nearestRank(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((x, y) => x - y);
  return sorted[Math.ceil(share * sorted.length) - 1];
}

export function levelEvent(level: Level, because: string | undefined, atNs: number): EventBody {
  const { instances, p95Ns, count, look } = level;
  const { memoryBytes, hostAvailableBytes, daemonCpus } = look;
  return {
    kind: 'level',
    atNs,
    instances,
    ok: because === undefined,
    ...(because === undefined ? {} : { because }),
    ...(p95Ns === undefined ? {} : { probeP95Ns: p95Ns, probeCount: count }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    hostAvailableBytes,
    ...(daemonCpus === undefined ? {} : { daemonCpus }),
  };
}

function slow(p95Ns: number | undefined, aloneNs: number | undefined, count: number, slackNs: number): Refusal | undefined {
  if (p95Ns === undefined || aloneNs === undefined || p95Ns <= Math.max(SLOWER * aloneNs, aloneNs + slackNs)) return undefined;
  const text = `p95 of ${count} requests ${ms(p95Ns)} in two measurements, more than ${SLOWER} × the ${ms(aloneNs)} of a single instance`;
  return { what: 'answer-time', text };
}

function short({ pressure, hostAvailableBytes }: Look, { floorBytes }: RampRules): Refusal | undefined {
  if (pressure !== undefined && pressure > PRESSURE) {
    const text = `some task waited for memory in ${(pressure * 100).toFixed(1)} % of the last 10 s (/proc/pressure/memory), more than ${PRESSURE * 100} %`;
    return { what: 'memory-pressure', text };
  }
  const floor = Math.max(floorBytes, HOST_FLOOR_BYTES);
  if (hostAvailableBytes >= floor) return undefined;
  return { what: 'memory-floor', text: `the host has ${hostAvailableBytes} B of memory left, less than the floor of ${floor} B` };
}

function ms(ns: number): string {
  return `${(ns / 1e6).toFixed(3)} ms`;
}
