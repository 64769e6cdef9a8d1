import type { Band, BreakEven, Impact, UnitEnergy } from '../../core/model/energy.ts';
import type { EnergyMethod } from '../../core/model/vocabulary.ts';
import { quotient } from './band.ts';
import { technologyName } from './technologies.ts';

type Row = Pick<UnitEnergy, 'runner' | 'variant' | 'workload' | 'unit' | 'method'>;

/** Methods that give a figure at all. */
const isFigure = (method: EnergyMethod): boolean => method !== 'unavailable';

/**
 * Starts per hour above which keeping an instance costs less than starting one for every request: what an idle hour costs ÷ what a cold start costs, per
 * technology and method, in energy and in carbon. Methods are never mixed: both sides are of one.
 */
export function breakEvens(units: readonly UnitEnergy[], impacts: readonly Impact[]): BreakEven[] {
  return units
    .filter(({ unit, method }) => unit === 'cold-start' && isFigure(method))
    .flatMap((start): BreakEven[] => {
      const { runner, variant, workload, emulated, method } = start;
      const key = { runner, variant, workload, ...(emulated ? { emulated } : {}), method };
      const energy = breakEven(start.energyJ, counterpart(units, start, 'instance-hour-idle')?.energyJ);
      const impactOfStart = counterpart(impacts, start, 'cold-start');
      const carbon = breakEven(impactOfStart?.sciG, counterpart(impacts, start, 'instance-hour-idle')?.sciG);
      return [
        { ...key, basis: 'energy', ...energy },
        { ...key, basis: 'carbon', ...carbon },
      ];
    });
}

function counterpart<R extends Row>(rows: readonly R[], like: Row, unit: Row['unit']): R | undefined {
  return rows.find((row) => row.unit === unit && row.method === like.method && technologyName(row) === technologyName(like));
}

function breakEven(start: Band | undefined, idleHour: Band | undefined): Pick<BreakEven, 'perHour' | 'note'> {
  if (!start) return { note: 'a cold start has no figure by this method' };
  if (!idleHour) return { note: 'an idle hour has no figure by this method: “thirdwave bench energy-idle” measures one' };
  const perHour = quotient(idleHour, start);
  return perHour ? { perHour } : { note: 'a cold start cannot be told from nothing: its lower limit is not above 0' };
}
