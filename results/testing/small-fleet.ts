import type { EventBody } from '../../core/model/event.ts';
import type { Cell } from '../../core/model/plan.ts';
import type { Role } from '../../core/model/vocabulary.ts';
import { smallCell } from './small-run.ts';

/** Cells of scenario `s` that differ only in how many instances live. */
export function fleetCells(runner: string, sizes: readonly number[], workload = 'noop', change: Partial<Cell> = {}): Cell[] {
  const { reference: _, ...cell } = smallCell(runner, 'hold', 'subject');
  return sizes.map((instances) => ({
    ...cell,
    workload,
    population: { instances, state: 'idle' },
    ...change,
    id: `s:${runner}/native/${workload}:n${instances}:idle`,
  }));
}

/** A number of the memory probe, or the reason why there is none. */
export function memoryReading(metric: string, role: Role, value: number | string): EventBody {
  const place = {
    kind: 'reading',
    atNs: 0,
    probe: 'memory',
    metric,
    role,
    unit: metric === 'idle_cpu' ? '1' : 'B',
    origin: 'test',
  } as const;
  return typeof value === 'number' ? { ...place, value } : { ...place, unavailable: value };
}
