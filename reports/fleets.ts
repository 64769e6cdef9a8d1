import type { Density, MemoryFit } from '../core/model/density.ts';
import type { Cell } from '../core/model/plan.ts';
import type { Summary } from '../core/model/summary.ts';
import { Rung, type Activity } from '../core/model/vocabulary.ts';
import { counted, estimate } from './format.ts';
import { grouped, type View } from './view.ts';
import { cellName } from './words.ts';

/** What a technology is charged with: all roles together, what the kernel cannot take back. */
const HEADLINE_METRIC = 'memory_unreclaimable';

/** Lines of one workload in one state, ordered by rung, then as derived. */
export interface FitPanel {
  readonly scenario: string;
  readonly workload: string;
  readonly state: MemoryFit['state'];
  readonly fits: readonly MemoryFit[];
}

/** Runner, variant and workload of one scenario: what names the cells of its fleets. */
type FleetName = Pick<Cell, 'scenario' | 'runner' | 'variant' | 'workload'>;

export function cellsOfFleet({ model }: View, name: FleetName): readonly Cell[] {
  return model.cells.filter(
    (cell) =>
      cell.scenario === name.scenario && cell.runner === name.runner && cell.variant === name.variant && cell.workload === name.workload,
  );
}

/** `container/runc`, `vm/tcg (emulated)`. */
export function fleetTitle(view: View, name: FleetName): string {
  const [cell] = cellsOfFleet(view, name);
  return cell ? cellName(cell) : `${name.runner}/${name.variant}`;
}

export function rungOf(view: View, name: FleetName): string {
  return cellsOfFleet(view, name)[0]?.rung ?? 'not in the plan';
}

function isMadeBy(view: View, fit: MemoryFit, activity: Activity): boolean {
  return cellsOfFleet(view, fit)[0]?.activity === activity;
}

/** The lines that answer “how much more does one more take”: of all roles together, or of the host process where nothing else was read. */
export function headlineFits(view: View, activity: 'hold' | 'place'): FitPanel[] {
  const all = view.model.memoryFits.filter((fit) => fit.metric === HEADLINE_METRIC && isMadeBy(view, fit, activity));
  const byFleet = grouped(all, ({ scenario, runner, variant, workload, state }) => `${scenario} ${runner} ${variant} ${workload} ${state}`);
  const chosen = [...byFleet.values()].flatMap((list) => wholeOf(list) ?? []);
  return panelsOf(view, chosen);
}

/** The line of everything a technology takes, or of its host process, beside which there is nothing; one with a slope before one without. */
function wholeOf(fits: readonly MemoryFit[]): MemoryFit | undefined {
  const ranked = (['total', 'host-process'] as const).flatMap((role) => fits.filter((fit) => fit.role === role));
  return ranked.find(({ slope }) => slope !== undefined) ?? ranked[0];
}

/** Every other line of a panel's technologies: other roles, other readings. */
export function furtherFits(view: View, panel: FitPanel): readonly MemoryFit[] {
  const mine = view.model.memoryFits.filter(
    (fit) =>
      fit.scenario === panel.scenario &&
      fit.workload === panel.workload &&
      fit.state === panel.state &&
      !panel.fits.includes(fit) &&
      fit.unit === 'B',
  );
  return upTheLadder(view, mine);
}

function panelsOf(view: View, fits: readonly MemoryFit[]): FitPanel[] {
  return [...grouped(fits, ({ scenario, workload, state }) => `${scenario} ${workload} ${state}`).values()].flatMap((list) => {
    const [first] = list;
    return first ? [{ scenario: first.scenario, workload: first.workload, state: first.state, fits: upTheLadder(view, list) }] : [];
  });
}

/** Stable, so that what belongs to one technology stays together. */
export function upTheLadder<T extends FleetName>(view: View, list: readonly T[]): T[] {
  const ladder: readonly string[] = Rung.options;
  return list.toSorted((a, b) => ladder.indexOf(rungOf(view, a)) - ladder.indexOf(rungOf(view, b)));
}

/** A density with the cell it is about. */
export interface PlacedDensity {
  readonly density: Density;
  readonly cell: Cell;
}

/** Densities by scenario and workload, each up the ladder. */
export function densityPanels(view: View): PlacedDensity[][] {
  const known = view.model.densities.flatMap((density) => {
    const cell = view.cell(density.cell);
    return cell ? [{ density, cell }] : [];
  });
  const ladder: readonly string[] = Rung.options;
  const panels = grouped(known, ({ cell }) => `${cell.scenario} ${cell.workload}`);
  return [...panels.values()].map((list) => list.toSorted((a, b) => ladder.indexOf(a.cell.rung) - ladder.indexOf(b.cell.rung)));
}

/** The ramp of the same technology and workload, in whatever scenario it ran. */
export function densityOf(view: View, { runner, variant, workload }: FleetName): Density | undefined {
  return densityPanels(view)
    .flat()
    .find(({ cell }) => cell.runner === runner && cell.variant === variant && cell.workload === workload)?.density;
}

/** The fleet's cell at that size, whose samples are the points of the line. */
export function cellAt(view: View, fit: MemoryFit, instances: number): Cell | undefined {
  return cellsOfFleet(view, fit).find(({ population }) => population?.instances === instances && population.state === fit.state);
}

export function summaryAt(view: View, fit: MemoryFit, instances: number): Summary | undefined {
  const cell = cellAt(view, fit, instances);
  return cell && view.summaries(cell.id, fit.metric).find(({ role }) => role === fit.role);
}

/** `10.2 MB [9.9, 10.5]`, marked where the line does not count, or the words why there is no number. */
export function slopeText({ slope, unit, invalid, note }: MemoryFit): string {
  if (!slope) return `not measured: ${invalid ?? note ?? 'too few points for a line'}`;
  const text = estimate(slope.estimate, slope.interval, unit);
  return invalid === undefined ? text : `${text} (invalid: ${firstWord(invalid)})`;
}

/** `leak` of `leak: the daemon kept …`: charts and sentences have no room for the whole, tables have. */
export function firstWord(invalid: string): string {
  return invalid.split(':')[0] ?? invalid;
}

/** `straight (−0.4 %)`, `curved (+12.0 %)`, `unknown (+7.1 %)` where neither can be said: + means that each further instance takes more. */
export function curvatureText({ curvature }: MemoryFit): string | undefined {
  if (!curvature) return undefined;
  const { status, relative } = curvature;
  if (relative === undefined) return status;
  const sign = relative < 0 ? '−' : '+';
  return `${status} (${sign}${(Math.abs(relative) * 100).toFixed(1)} %)`;
}

/** `187 [183, 191]`: whole instances; or why there is none, without the details in brackets. */
export function predictedText({ predicted, note }: Density): string {
  if (!predicted) return note?.replace(/ \(.*\)$/s, '') ?? 'no prediction: there is no line to predict from';
  const { estimate, low, high } = predicted;
  if (low === undefined || high === undefined) return `${Math.round(estimate)} (no interval)`;
  return `${Math.round(estimate)} [${Math.round(low)}, ${Math.round(high)}]`;
}

/** `171 (171, 172, 171)`: median, then every ramp that ended by itself. */
export function verifiedText(density: Density): string {
  const { verified, median } = density;
  return median === undefined ? notVerified(density) : `${median} (${verified.join(', ')})`;
}

export function notVerified({ ramps }: Density): string {
  return ramps.length === 0 ? 'not measured: no ramp ran' : 'not measured: every ramp was cut off';
}

/** `memory`, or `memory (2 of 3), probe-p95 (1 of 3)`, most frequent first, or `memory (2 of 3), 1 cut off`. */
export function limitText({ ramps }: Density): string {
  const ended = ramps.flatMap(({ limit }) => limit ?? []);
  const named = [...grouped(ended, ({ limit }) => limit)].toSorted(([, a], [, b]) => b.length - a.length);
  const cutOff = ramps.length - ended.length;
  return [
    ...named.map(([name, list]) => (list.length === ramps.length ? name : `${name} (${list.length} of ${ramps.length})`)),
    ...(cutOff > 0 ? [`${cutOff} cut off`] : []),
  ].join(', ');
}

/** Evidence of the first ramp that named the density's limit. */
export function evidenceOf({ ramps, limit }: Density): string | undefined {
  return ramps.find((ramp) => ramp.limit !== undefined && ramp.limit.limit === limit)?.limit?.evidence;
}

/** One sentence about a technology's fleet, in parts: the number it is about, and the rest. */
export function fleetSentence(view: View, fit: MemoryFit): { readonly strong: string; readonly rest: string } {
  const { slope, intercept, unit, rounds } = fit;
  if (!slope) return { strong: slopeText(fit), rest: '' };
  const fixed = intercept ? `, ${estimate(intercept.estimate, intercept.interval, unit)} before the first` : '';
  return { strong: `${slopeText(fit)} per instance`, rest: `${fixed} (${counted(rounds, 'round')})${packedText(densityOf(view, fit))}` };
}

function packedText(density: Density | undefined): string {
  if (density?.median === undefined) return '';
  const predicted = density.predicted ? `, predicted ${predictedText(density)}` : '';
  return `; ${counted(density.median, 'instance')} verified${predicted}; limit: ${limitText(density)}`;
}
