import type { Band, BreakEven, Impact, UnitEnergy } from '../../core/model/energy.ts';
import type { EnergyMethod } from '../../core/model/vocabulary.ts';
import { scaled, spanning } from './band.ts';
import { isBelowLimit } from './below-limit.ts';
import { technologyName } from './technologies.ts';

type Row = Pick<UnitEnergy, 'runner' | 'variant' | 'workload' | 'unit' | 'method'>;

/** Methods that give a figure at all. */
const isFigure = (method: EnergyMethod): boolean => method !== 'unavailable';

/**
 * Requests per hour above which keeping an instance costs less than starting one for every request. A start does the work itself as well, and a kept instance
 * must do it too: λ = E(idle hour) ÷ (E(cold start) − E(operation)), per technology and method, in energy and in carbon; without a figure for the operation
 * nothing is taken off, and the row says so. Low, central and high are each computed from the figures of their own kind: both sides hang on the same
 * constants, which cancel. Methods are never mixed.
 */
export function breakEvens(units: readonly UnitEnergy[], impacts: readonly Impact[]): BreakEven[] {
  return units
    .filter(({ unit, method }) => unit === 'cold-start' && isFigure(method))
    .flatMap((start): BreakEven[] => {
      const { runner, variant, workload, emulated, method } = start;
      const key = { runner, variant, workload, ...(emulated ? { emulated } : {}), method };
      const undecided = isBelowLimit(start) ? BELOW_LIMIT : undefined;
      const hour = idleHourFor(units, start);
      const energy = rate(start.energyJ, counterpart(units, start, 'operation')?.energyJ, hour?.energyJ);
      const operation = counterpart(impacts, start, 'operation');
      const carbon = rate(
        counterpart(impacts, start, 'cold-start')?.sciG,
        operation?.sciG && scaled(operation.sciG, 1 / operation.per),
        idleHourFor(impacts, start)?.sciG,
      );
      const other = hour && hour.workload !== workload ? `the idle hour is that of workload ${hour.workload}` : undefined;
      const told = (found: Rate): Rate => {
        if (undecided !== undefined) return { note: undecided };
        const notes = [found.note, found.perHour && other].filter((text) => text !== undefined);
        return { ...found, ...(notes.length > 0 ? { note: notes.join('; ') } : {}) };
      };
      return [
        { ...key, basis: 'energy', ...told(energy) },
        { ...key, basis: 'carbon', ...told(carbon) },
      ];
    });
}

type Rate = Pick<BreakEven, 'perHour' | 'note'>;

const BELOW_LIMIT = 'a cold start is below what the meter can tell from nothing';

function counterpart<R extends Row>(rows: readonly R[], like: Row, unit: Row['unit']): R | undefined {
  return rows.find((row) => row.unit === unit && row.method === like.method && technologyName(row) === technologyName(like));
}

/** Of the same workload, else of `noop`: what an instance does while it waits is hardly its workload’s. */
function idleHourFor<R extends Row>(rows: readonly R[], like: Row): R | undefined {
  return counterpart(rows, like, 'instance-hour-idle') ?? counterpart(rows, { ...like, workload: 'noop' }, 'instance-hour-idle');
}

function rate(start: Band | undefined, operation: Band | undefined, idleHour: Band | undefined): Rate {
  if (!start) return { note: 'a cold start has no figure by this method' };
  if (!idleHour)
    return { note: 'an idle hour has no figure by this method: “thirdwave bench energy energy-idle” measures one in the same run' };
  const of = (end: keyof Band): number => Math.max(0, idleHour[end]) / (start[end] - (operation?.[end] ?? 0));
  const ends = [of('low'), of('central'), of('high')];
  if (ends.some((value) => !Number.isFinite(value) || value < 0)) {
    return { note: 'a cold start cannot be told from the operation it does: what it costs above that is not above 0' };
  }
  const perHour = spanning(of('central'), ...ends);
  return operation ? { perHour } : { perHour, note: 'the work that a start does itself is not taken off: no operation was measured' };
}
