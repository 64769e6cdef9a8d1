import type { Cell } from '../../core/model/plan.ts';

/** What must stand beside every figure of a technology: where on the ladder it starts, and what was warm. */
export interface Layers {
  readonly rungs: readonly string[];
  readonly cacheStates: readonly string[];
}

interface Key {
  readonly runner: string;
  readonly variant: string;
  readonly workload: string;
}

/** Of the cells a figure comes from; where none of them is in the plan, of all cells of its technology. Each word once, in planned order. */
export function layersOf(cells: readonly Cell[], key: Key, ids: readonly string[] = []): Layers {
  const own = new Set(ids);
  const named = cells.filter(({ id }) => own.has(id));
  const same = cells.filter(
    ({ runner, variant, workload }) => runner === key.runner && variant === key.variant && workload === key.workload,
  );
  const mine = named.length > 0 ? named : same;
  return {
    rungs: [...new Set(mine.map(({ rung }) => rung))],
    cacheStates: [...new Set(mine.map(({ cacheState }) => cacheState))],
  };
}

/** `docker-engine, page-warm`; several of a kind stand beside each other. */
export function layersText({ rungs, cacheStates }: Layers): string {
  if (rungs.length === 0) return 'not in the plan';
  return `${rungs.join(' and ')}, ${cacheStates.join(' and ')}`;
}
