import type { Cell, Plan, PlannedDifference } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { DifferenceResult } from '../../core/model/summary.ts';
import { pairedDifference } from '../stats/paired-difference.ts';
import { pairsOf, type Series, seriesKey, seriesOf } from './round-values.ts';

/** What each layer costs, as the plan asks: one result per difference, in its order, with an estimate or the reason why there is none. */
export function deriveDifferences(plan: Plan, samples: readonly Sample[]): DifferenceResult[] {
  const cells = new Map(plan.cells.map((cell) => [cell.id, cell]));
  const series = new Map(seriesOf(samples).map((one) => [seriesKey(one.cell, one), one]));
  return plan.differences.map((difference) => {
    const side = (cell: string): Series | undefined => series.get(seriesKey(cell, { metric: difference.metric, role: 'instance' }));
    const [of, from] = [side(difference.of), side(difference.from)];
    return {
      ...difference,
      unit: of?.unit ?? from?.unit ?? 's',
      differs: differsIn(cells.get(difference.of), cells.get(difference.from)),
      ...resultOf(plan, difference, of, from),
    };
  });
}

function resultOf(plan: Plan, difference: PlannedDifference, of: Series | undefined, from: Series | undefined): Result {
  const emulated = [difference.of, difference.from].filter((id) => plan.cells.find((cell) => cell.id === id)?.emulated === true);
  if (emulated.length > 0) {
    // docs/decisions/0006: seconds of an imitated processor are compared with nothing
    return { pairs: 0, note: `${emulated.map((id) => nameOf(difference, id)).join(' and ')} ran in emulation on this host` };
  }
  return of && from ? estimated(of, from) : { pairs: 0, note: missingSide(plan, difference, of, from) };
}

type Result = Pick<DifferenceResult, 'pairs' | 'estimate' | 'interval' | 'note'>;

function nameOf({ scenario }: PlannedDifference, id: string): string {
  return id.replace(`${scenario}:`, '');
}

function estimated(of: Series, from: Series): Result {
  const found = pairedDifference(pairsOf(of, from));
  if (!found) return { pairs: 0, note: 'no round in which both cells have a value' };
  const { pairs, estimate, interval } = found;
  if (interval) return { pairs, estimate, interval: { method: 'signed-rank-hl', ...interval } };
  return { pairs, estimate, note: `no interval: ${pairs} of at least 6 pairs` };
}

function missingSide(plan: Plan, difference: PlannedDifference, ...found: readonly (Series | undefined)[]): string {
  const { metric, of, from } = difference;
  const reasons = [of, from].flatMap((id, index) => {
    if (found[index]) return [];
    const name = nameOf(difference, id);
    const skipped = plan.skipped.find(({ cell }) => cell === id);
    if (skipped) return [`${name} was skipped: ${skipped.reason}`];
    return [plan.cells.some((cell) => cell.id === id) ? `${name} has no ${metric}` : `${name} is not a cell of this plan`];
  });
  return reasons.join('; ');
}

/** Two cells seldom differ in their layer alone: everything else in which they do stands beside the number. */
function differsIn(of: Cell | undefined, from: Cell | undefined): DifferenceResult['differs'] {
  if (!of || !from) return [];
  const factors = [...new Set([...Object.keys(of.factors), ...Object.keys(from.factors)])].toSorted();
  const traits: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['rung', of.rung, from.rung],
    ['cache_state', of.cacheState, from.cacheState],
    ...factors.map((name) => [name, of.factors[name], from.factors[name]] as const),
  ];
  return traits
    .filter(([, left, right]) => left !== right)
    .map(([what, left, right]) => ({ what, ...(left === undefined ? {} : { of: left }), ...(right === undefined ? {} : { from: right }) }));
}

/** `network none → bridge`: from the cell without the layer to the cell with it. */
export function differsText({ differs }: Pick<DifferenceResult, 'differs'>): string {
  return differs.map(({ what, of, from }) => `${what.replaceAll('_', ' ')} ${from ?? '–'} → ${of ?? '–'}`).join('; ');
}

export function differenceStatus({ estimate, interval }: DifferenceResult): 'complete' | 'partial' | 'missing' {
  return estimate === undefined ? 'missing' : interval ? 'complete' : 'partial';
}
