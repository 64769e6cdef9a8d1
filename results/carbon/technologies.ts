import type { Cell, Plan } from '../../core/model/plan.ts';

/** Which technology a figure is about: cells that differ in nothing but their scenario, activity or number of instances share it. */
export interface TechnologyKey {
  readonly runner: string;
  readonly variant: string;
  readonly workload: string;
  readonly emulated?: true | undefined;
}

export interface Technology {
  readonly key: TechnologyKey;
  readonly cells: readonly Cell[];
}

/** In planned order. Twins repeat a cell, floors and blanks are no technology. */
export function technologiesOf(plan: Plan): Technology[] {
  const found = new Map<string, { readonly key: TechnologyKey; readonly cells: Cell[] }>();
  for (const cell of plan.cells) {
    if (cell.role !== 'subject' && cell.role !== 'reference') continue;
    const { runner, variant, workload } = cell;
    const name = technologyName(cell);
    const isEmulated = cell.emulated === true ? { emulated: true as const } : {};
    const technology = found.get(name) ?? { key: { runner, variant, workload, ...isEmulated }, cells: [] };
    found.set(name, technology);
    technology.cells.push(cell);
  }
  return [...found.values()];
}

export function technologyName({ runner, variant, workload }: TechnologyKey): string {
  return `${runner}/${variant}/${workload}`;
}
