/** A rule that takes energy windows out of the statistics: fixed before any number is seen, counted and printed (reference notes, energy §2 and §7). */
interface EnergyRule {
  readonly id: string;
  readonly definition: string;
  /** in the unit the definition names */
  readonly threshold?: number;
}

export const AMBIGUOUS_SHARE = 0.5;
export const DISAGREEMENT_SHARE = 0.02;
export const IDLE_DRIFT_SHARE = 0.02;
export const STEAL_SHARE = 0.02;
export const FOREIGN_CPU_SHARE = 0.02;
/**
 * Of the host's busy time in a window of work, what is the work's and belongs to nobody: kernel threads that make and remove networks and groups, and the ways
 * into idle and out of it. On 2 CPUs, quiet, one run: 0.7 to 10 % over 24 cells (containers and 8,000 requests a window the most).
 */
export const OWN_REST_SHARE = 0.15;
/** CPU time above idle that neither the technology nor the harness accounts for, at most, for energy to be attributed (energy §7.4). */
export const CLOSURE_SHARE = 0.05;

/** In this order: a block that breaks several is counted under the first. */
export const ENERGY_RULES = [
  { id: 'zone-appeared', definition: 'a counter was there that the meter did not have at its start: the sum is over something else' },
  { id: 'zone-vanished', definition: 'a counter of the meter was no longer there' },
  { id: 'counter-unreadable', definition: 'a counter of the sum, or the value at which it wraps, could not be read: no energy, never 0' },
  { id: 'clock-step', definition: 'times of reads do not increase, or one read took longer than the time since the one before it' },
  { id: 'counter-reset', definition: 'a counter that does not wrap went backwards' },
  {
    id: 'counter-ambiguous',
    definition: 'more than this share of the time a counter needs to wrap at the largest power passed between two reads',
    threshold: AMBIGUOUS_SHARE,
  },
  {
    id: 'counter-implausible',
    definition: 'a counter rose faster than the largest power its zone can draw, or stood outside its own range: a reset, or not a counter',
  },
  {
    id: 'meters-disagree',
    definition: 'two ways to read one counter (MSR and MMIO) differ by more than this share, and by more than one update at each edge',
    threshold: DISAGREEMENT_SHARE,
  },
  {
    id: 'idle-drift',
    definition: 'power before and after the work differs by more than this share of idle power',
    threshold: IDLE_DRIFT_SHARE,
  },
  { id: 'host-steal', definition: 'the hypervisor took more than this share of the CPU time of a window', threshold: STEAL_SHARE },
  {
    id: 'foreign-cpu',
    definition:
      'something else used more than this share of the host’s CPUs in a window, and in one of work more than its own work leaves to nobody; for attributed energy, see `CLOSURE_SHARE`',
    threshold: FOREIGN_CPU_SHARE,
  },
] as const satisfies readonly EnergyRule[];

export type EnergyRuleId = (typeof ENERGY_RULES)[number]['id'];

/** Why a window does not count. */
export interface Flaw {
  readonly rule: EnergyRuleId;
  /** without times and values: equal flaws of different trials are counted together */
  readonly because: string;
}

/** RAPL counters move about once per ms (kernel documentation of amd_energy; energy §2, “Time”). */
export const COUNTER_UPDATE_NS = 1e6;

/** Largest power of a zone as a multiple of the limit its constraints name: that is a limit of averages. */
const POWER_HEADROOM = 1.5;
/** W, of a zone without a stated limit (energy §2, “Wrap”). */
const MOST_WATTS_PER_SOCKET = 1000;
/** W, of a meter of the whole machine without a stated limit: above what the supplies of one server give. */
const MOST_WATTS_PER_MACHINE = 20_000;

/** P_cap: what the zone cannot exceed, W. */
export function mostWatts({ domain, maxPowerW }: { readonly domain: string; readonly maxPowerW?: number | undefined }): number {
  if (maxPowerW !== undefined) return maxPowerW * POWER_HEADROOM;
  return domain === 'machine' ? MOST_WATTS_PER_MACHINE : MOST_WATTS_PER_SOCKET;
}
