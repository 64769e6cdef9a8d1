import type { MemoryFit } from '../../core/model/density.ts';
import type { Outcome } from '../../core/model/outcome.ts';
import type { Cell, Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { Role, type Unit } from '../../core/model/vocabulary.ts';
import { groupedBy } from './grouped-by.ts';
import { type Series, seriesOf } from './round-values.ts';

export type FleetKey = Pick<MemoryFit, 'scenario' | 'runner' | 'variant' | 'workload' | 'state'>;

/**
 * PSS omits kernel memory (method §4.6), and its file part can be given back: the second reading of what an instance costs is anonymous and shared PSS plus
 * kernel memory, of the same trial (docs/memory.md).
 */
export const PSS_PLUS_KERNEL = 'memory_pss_plus_kernel';

/** The three readings of what an instance costs, all roles together: by way of the groups, of the processes, and of the whole host. */
export const RECONCILED = [
  { field: 'unreclaimable', metric: 'memory_unreclaimable', role: 'total', title: 'the groups’ unreclaimable memory' },
  { field: 'pssPlusKernel', metric: PSS_PLUS_KERNEL, role: 'total', title: 'Σ anonymous PSS + kernel memory' },
  { field: 'host', metric: 'memory_host_used', role: 'host', title: 'the growth of the host’s used memory' },
] as const;

export function isReconciled({ metric, role }: Pick<MemoryFit, 'metric' | 'role'>): boolean {
  return RECONCILED.some((reading) => reading.metric === metric && reading.role === role);
}

/** What is set against the number of instances. */
const FITTED_METRICS: readonly string[] = [
  'memory_unreclaimable',
  'memory_kernel',
  'memory_pss',
  'memory_pss_anon',
  PSS_PLUS_KERNEL,
  'memory_host_used',
  'idle_cpu',
  'power_held',
];

/** One reading of one role over all fleets of one key: by number of instances, one outcome per round. */
export interface FleetSeries {
  readonly key: FleetKey;
  readonly metric: string;
  readonly role: Role;
  readonly unit: Unit;
  readonly sizes: readonly { readonly instances: number; readonly rounds: Series['rounds'] }[];
}

/** Cells that differ only in how many instances live, in planned order; twins repeat a cell under another name and are left out. */
function fleetKeys(plan: Plan): readonly { readonly key: FleetKey; readonly cells: readonly Cell[] }[] {
  const groups = new Map<string, { readonly key: FleetKey; readonly cells: Cell[] }>();
  for (const cell of plan.cells) {
    if (cell.population === undefined || cell.role === 'twin') continue;
    const { scenario, runner, variant, workload } = cell;
    const key: FleetKey = { scenario, runner, variant, workload, state: cell.population.state };
    const group = groups.get(fleetName(key)) ?? { key, cells: [] };
    groups.set(fleetName(key), group);
    group.cells.push(cell);
  }
  return [...groups.values()];
}

/** `<scenario>:<runner>/<variant>/<workload>:<state>` */
export function fleetName({ scenario, runner, variant, workload, state }: FleetKey): string {
  return `${scenario}:${runner}/${variant}/${workload}:${state}`;
}

/** Every reading of `FITTED_METRICS` of every fleet, by key, metric and role, sizes ascending. */
export function fleetSeries(plan: Plan, samples: readonly Sample[]): FleetSeries[] {
  const byCell = groupedBy(seriesOf(samples), ({ cell }) => cell);
  return fleetKeys(plan).flatMap(({ key, cells }) => {
    const read = cells.flatMap((cell) =>
      withSums(byCell.get(cell.id) ?? []).map((series) => ({ series, instances: cell.population?.instances ?? 0 })),
    );
    return FITTED_METRICS.flatMap((metric) =>
      Role.options.flatMap((role): FleetSeries[] => {
        const found = read.filter(({ series }) => series.metric === metric && series.role === role);
        const [first] = found;
        if (!first) return [];
        const sizes = found.map(({ series, instances }) => ({ instances, rounds: series.rounds }));
        return [{ key, metric, role, unit: first.series.unit, sizes: sizes.toSorted((x, y) => x.instances - y.instances) }];
      }),
    );
  });
}

/** A cell's series, and anonymous PSS + kernel memory wherever a role has both and no probe read the sum itself. */
function withSums(series: readonly Series[]): readonly Series[] {
  if (series.some(({ metric }) => metric === PSS_PLUS_KERNEL)) return series;
  const sums = series
    .filter(({ metric }) => metric === 'memory_pss_anon')
    .flatMap((pss): Series[] => {
      const kernel = series.find(({ metric, role }) => metric === 'memory_kernel' && role === pss.role);
      if (!kernel) return [];
      const rounds = new Map([...pss.rounds].map(([round, outcome]) => [round, added(outcome, kernel.rounds.get(round))]));
      return [{ ...pss, metric: PSS_PLUS_KERNEL, rounds }];
    });
  return [...series, ...sums];
}

function added(pss: Outcome, kernel: Outcome | undefined): Outcome {
  if (pss.status !== 'ok') return pss;
  if (kernel?.status === 'ok') return { status: 'ok', value: pss.value + kernel.value };
  return kernel ?? { status: 'unavailable', reason: 'the kernel’s part was not read' };
}
