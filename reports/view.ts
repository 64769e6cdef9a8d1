import type { Cell, RoundRules } from '../core/model/plan.ts';
import type { ReportModel } from '../core/model/report.ts';
import type { Sample } from '../core/model/sample.ts';
import type { Summary } from '../core/model/summary.ts';
import { Rung, type Role } from '../core/model/vocabulary.ts';
import { counted } from './format.ts';

export type Metric = ReportModel['metrics'][number];

/** One line of a panel. `summary` undefined: the record holds nothing about this metric for this cell. */
export interface Row {
  readonly cell: Cell;
  readonly role: Role | undefined;
  readonly summary: Summary | undefined;
}

/**
 * Rows that belong together: one metric of one workload in one scenario, ordered by rung, then as planned. Cells of fleets are in none: what they say
 * is the line through them (reports/fleets.ts), not one value per size.
 */
export interface Panel {
  readonly rules: RoundRules;
  readonly workload: string;
  readonly metric: Metric;
  readonly rows: readonly Row[];
}

/** The do-nothing cell of a scenario; it prints nothing, so its value is the time to its exit. */
export interface Floor {
  readonly cell: Cell;
  readonly metric: Metric;
  readonly summary: Summary;
  readonly median: number;
}

/** The report model with the look-ups every output needs. */
export interface View {
  readonly model: ReportModel;
  cell(id: string): Cell | undefined;
  metric(id: string): Metric | undefined;
  metrics(prefix: string): readonly Metric[];
  summaries(cell: string, metric: string): readonly Summary[];
  samples(cell: string, metric: string, role?: Role): readonly Sample[];
  panels(metricIds: readonly string[]): readonly Panel[];
  floor(scenario: string): Floor | undefined;
}

export function viewOf(model: ReportModel): View {
  const cells = new Map(model.cells.map((cell) => [cell.id, cell]));
  const metrics = new Map(model.metrics.map((metric) => [metric.id, metric]));
  const summaries = grouped(model.summaries, (summary) => key(summary.cell, summary.metric));
  const samples = grouped(model.samples, (sample) => key(sample.cell, sample.metric));
  const view: View = {
    model,
    cell: (id) => cells.get(id),
    metric: (id) => metrics.get(id),
    metrics: (prefix) => model.metrics.filter((metric) => metric.id.startsWith(prefix)),
    summaries: (cell, metric) => summaries.get(key(cell, metric)) ?? [],
    samples: (cell, metric, role) => {
      const all = samples.get(key(cell, metric)) ?? [];
      return role === undefined ? all : all.filter((sample) => sample.role === role);
    },
    panels: (ids) => panelsOf(view, ids),
    floor: (scenario) => floorOf(view, scenario),
  };
  return view;
}

function panelsOf(view: View, metricIds: readonly string[]): Panel[] {
  const { model } = view;
  const panels: Panel[] = [];
  for (const rules of model.scenarios) {
    const planned = model.cells.filter(
      (cell) => cell.scenario === rules.scenario && cell.role !== 'floor' && !isFleet(cell) && !isWindowed(cell),
    );
    const cells = byRung(planned);
    for (const workload of new Set(planned.map((cell) => cell.workload))) {
      for (const id of metricIds) {
        const metric = view.metric(id);
        const rows = cells.filter((cell) => cell.workload === workload).flatMap((cell) => rowsOf(view, cell, id));
        if (metric && rows.some((row) => row.summary)) panels.push({ rules, workload, metric, rows });
      }
    }
  }
  return panels;
}

/** Its figures are per unit, in the energy sections; what its instance held only gives the share of the host. */
function isWindowed({ activity }: Cell): boolean {
  return activity === 'window';
}

function rowsOf(view: View, cell: Cell, metric: string): Row[] {
  const summaries = view.summaries(cell.id, metric);
  if (summaries.length === 0) return [{ cell, role: undefined, summary: undefined }];
  return summaries.map((summary) => ({ cell, role: summary.role, summary }));
}

function floorOf(view: View, scenario: string): Floor | undefined {
  const cell = view.model.cells.find((candidate) => candidate.scenario === scenario && candidate.role === 'floor');
  if (!cell) return undefined;
  for (const id of ['cold_start', 'run_time']) {
    const metric = view.metric(id);
    const summary = view.summaries(cell.id, id).find((candidate) => candidate.median !== undefined);
    if (metric && summary?.median !== undefined) return { cell, metric, summary, median: summary.median };
  }
  return undefined;
}

/** Skipped cells gathered by cause: one missing tool mostly skips many cells. */
export interface SkipCause {
  readonly reason: string;
  readonly remedy: string;
  readonly count: number;
  /** names; the fleets of one technology and workload share one */
  readonly cells: readonly string[];
}

export function skipCauses(model: ReportModel): SkipCause[] {
  return [...grouped(model.skipped, ({ reason, remedy }) => JSON.stringify([reason, remedy])).values()].flatMap((list) => {
    const [first] = list;
    return first ? [{ reason: first.reason, remedy: first.remedy, count: list.length, cells: fleetsAsOne(list) }] : [];
  });
}

/** The cells of one fleet under one name: `memory:vm/tcg/noop:n1:idle` … → `memory:vm/tcg/noop (14 fleets)`. */
function fleetsAsOne(skipped: readonly { readonly cell: string }[]): string[] {
  const names = grouped(skipped, ({ cell }) => fleetName(cell));
  return [...names].map(([name, list]) =>
    list.some(({ cell }) => FLEET_SUFFIX.test(cell)) ? `${name} (${counted(list.length, 'fleet')})` : name,
  );
}

/** The id of a cell without the size and state of its fleet. */
export function fleetName(cell: string): string {
  return cell.replace(FLEET_SUFFIX, '');
}

/** How the ids of a fleet's cells end (core/plan/fleets.ts). */
const FLEET_SUFFIX = /:n\d+:[a-z-]+$/;

/** Measured to be compared with itself at other sizes: a point of a line, or a ramp. */
export function isFleet({ population, activity }: Cell): boolean {
  return population !== undefined || activity === 'ramp' || activity === 'place';
}

/** Up the cold-start ladder; cells of one rung stay in the order of the plan. */
export function byRung(cells: readonly Cell[]): Cell[] {
  const ladder: readonly string[] = Rung.options;
  return cells.toSorted((a, b) => ladder.indexOf(a.rung) - ladder.indexOf(b.rung));
}

/** In the order in which the keys first occur. */
export function grouped<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

/** Identifiers hold no blank, so this pair is unambiguous. */
function key(cell: string, metric: string): string {
  return `${cell} ${metric}`;
}
