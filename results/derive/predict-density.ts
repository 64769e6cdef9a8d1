import type { Density, MemoryFit } from '../../core/model/density.ts';
import type { Cell, RampRules } from '../../core/model/plan.ts';
import { fleetName } from './fleet-series.ts';
import { bytesText, estimateText } from './memory-words.ts';

/** Share of the available memory that a host keeps for itself, where that is more than the ramp's floor (method §4.7). */
const KEPT_SHARE = 0.1;

type Prediction = Pick<Density, 'predicted' | 'note'>;
/** with a cap, the roles a fleet's own group can hold, the first that has a line: an instance, its VMM, or the process it lives in */
const FLEET_ROLES = ['instance', 'vmm', 'host-process'] as const;

/**
 * How many instances should fit: with a memory cap ⌊(cap − F) ÷ s⌋ of what the cap covers, else ⌊(MemAvailable₀ − max(10 %, floor) − F) ÷ s_hi⌋ of
 * all roles together (method §4.7). F and s: any fit of the same technology and workload in this run, state `idle`.
 */
export function predictDensity(
  cell: Cell,
  rules: RampRules | undefined,
  availableAtStart: number | undefined,
  fits: readonly MemoryFit[],
): Prediction {
  const cap = rules?.memoryCapBytes;
  const found = fitFor(cell, cap === undefined ? ['total'] : FLEET_ROLES, fits);
  if ('note' in found) return found;
  const { fit, slope, fixed } = found;
  const lowest = slope.interval?.low ?? slope.estimate;
  if (lowest <= 0) return { note: `no prediction: the cost of an instance may be 0 (${estimateText(slope)})` };
  const source = `${fleetName(fit)}, memory_unreclaimable of role ${fit.role}`;
  const cost = `s = ${estimateText(slope)}, F = ${bytesText(fixed)} of ${source}`;
  if (cap !== undefined) {
    const fitting = (per: number): number => instancesIn(cap - fixed, per);
    const from = `(cap ${bytesText(cap)} − F) ÷ s; ${cost}`;
    return { predicted: { estimate: fitting(slope.estimate), ...bounds(slope, fitting), from } };
  }
  if (availableAtStart === undefined)
    return { note: 'no prediction: no ramp has read how much memory the host had before its first instance' };
  const kept = Math.max(KEPT_SHARE * availableAtStart, rules?.floorBytes ?? 0);
  const fitting = (per: number): number => instancesIn(availableAtStart - kept - fixed, per);
  const from = `(available ${bytesText(availableAtStart)} − kept ${bytesText(kept)} − F) ÷ upper limit of s; ${cost}`;
  return { predicted: { estimate: fitting(slope.interval?.high ?? slope.estimate), ...bounds(slope, fitting), from } };
}

type Line = { readonly fit: MemoryFit; readonly slope: NonNullable<MemoryFit['slope']>; readonly fixed: number };

function fitFor(
  { runner, variant, workload }: Cell,
  roles: readonly string[],
  fits: readonly MemoryFit[],
): Line | { readonly note: string } {
  const own = fits.filter(
    (fit) =>
      fit.metric === 'memory_unreclaimable' &&
      fit.state === 'idle' &&
      fit.runner === runner &&
      fit.variant === variant &&
      fit.workload === workload,
  );
  const ranked = roles.flatMap((role) => own.filter((fit) => fit.role === role));
  const usable = ranked.find(({ invalid, slope, intercept }) => invalid === undefined && slope && intercept);
  if (usable?.slope && usable.intercept) return { fit: usable, slope: usable.slope, fixed: usable.intercept.estimate };
  const [first] = ranked;
  if (first === undefined) return { note: `no prediction: this run has no memory fit of ${runner}/${variant}/${workload} in state idle` };
  return { note: `no prediction: the fit of ${fleetName(first)} does not count (${first.invalid ?? first.note ?? 'no line'})` };
}

/** the least from the upper limit of s, the most from its lower limit; none where s has no interval */
function bounds({ interval }: Line['slope'], fitting: (per: number) => number): { readonly low?: number; readonly high?: number } {
  return interval ? { low: fitting(interval.high), high: fitting(interval.low) } : {};
}

function instancesIn(bytes: number, per: number): number {
  return Math.max(0, Math.floor(bytes / per));
}
