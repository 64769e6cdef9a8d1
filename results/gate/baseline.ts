import { BASELINE_SCHEMA, type Baseline, type BaselineEntry, type BaselineNumbers } from '../../core/model/baseline.ts';
import type { GateReport } from '../../core/model/gate-report.ts';
import type { HostFacts } from '../../core/model/manifest.ts';
import type { Cell } from '../../core/model/plan.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { okValues, type Series, seriesOf } from '../derive/round-values.ts';

type Control = BaselineNumbers['controls'][number];
type Place = Pick<Cell, 'runner' | 'variant'> & { readonly program: string };

/**
 * What a gate run measured of its head arms, with its controls: what is accepted as a baseline and what is held against one. Facts about the host and the
 * parts of a start are kept where a gate is about them: the files are meant for git.
 */
export function baselineNumbers(model: ReportModel, { config, gates }: Pick<GateReport, 'config' | 'gates'>): BaselineNumbers {
  const gated = new Set(gates.map(({ metric }) => metric));
  const directed = new Set(model.metrics.filter(({ better }) => better !== 'neither').map(({ id }) => id));
  const isKept = (metric: string): boolean => gated.has(metric) || (directed.has(metric) && !metric.startsWith('phase_'));
  const heads = model.cells.flatMap((cell) => {
    const program = headProgram(cell, config);
    return program === undefined ? [] : [{ cell, place: { program, runner: cell.runner, variant: cell.variant } }];
  });
  const series = seriesOf(model.samples);
  const kept = series.filter(({ metric }) => isKept(metric));
  return {
    cells: heads.map(({ cell, place }) => cellFacts(model, cell, place)).toSorted(byPlace),
    series: heads
      .flatMap(({ cell, place }) => kept.filter((one) => one.cell === cell.id).flatMap((one) => seriesFacts(model, one, place)))
      .toSorted((x, y) => byPlace(x, y) || compareText(x.metric, y.metric) || compareText(x.role, y.role)),
    controls: controlsOf(model, series, config),
  };
}

/** Program of a head cell of this gate (`<config>:<runner>/<variant>/<program>.head`); undefined for any other cell. */
function headProgram(cell: Cell, config: string): string | undefined {
  const isHead = cell.scenario === config && cell.role === 'subject' && cell.workload.endsWith('.head');
  return isHead ? cell.workload.slice(0, -'.head'.length) : undefined;
}

function cellFacts(model: ReportModel, cell: Cell, place: Place): BaselineNumbers['cells'][number] {
  const artifact = model.manifest.artifacts.find((one) => one.cell === cell.id);
  const { cacheState, factors } = cell;
  return {
    ...place,
    digest: artifact?.digest ?? 'unknown',
    cacheState,
    factors: sorted(factors),
    versions: sorted(artifact?.versions ?? {}),
  };
}

function seriesFacts(model: ReportModel, one: Series, place: Place): BaselineNumbers['series'] {
  const rounds = okValues(one);
  if (rounds.length === 0) return [];
  const trials = model.samples.flatMap(({ cell, metric, role, outcome }) =>
    cell === one.cell && metric === one.metric && role === one.role && outcome.status === 'ok' ? [outcome.value] : [],
  );
  return [{ ...place, metric: one.metric, role: one.role, unit: one.unit, rounds, trials }];
}

function controlsOf(model: ReportModel, series: readonly Series[], config: string): Control[] {
  const floor = model.cells.find((cell) => cell.scenario === config && cell.role === 'floor');
  const wanted = [
    { control: 'floor', cell: floor?.id, metric: 'run_time' },
    { control: 'host', cell: `${config}:host/control/fixed-js`, metric: 'host_control' },
  ] as const;
  return wanted.flatMap(({ control, cell, metric }): Control[] => {
    const found = series.find((one) => one.cell === cell && one.metric === metric);
    const rounds = found ? okValues(found) : [];
    return found && rounds.length > 0 ? [{ control, metric, unit: found.unit, rounds }] : [];
  });
}

/** The facts a host key is made of, by name. */
export function keyFacts(host: HostFacts): Baseline['host'] {
  const missing = { unavailable: 'not read' };
  return { key: host.key, fields: Object.fromEntries(host.keyFields.map((field) => [field, host.facts[field] ?? missing])) };
}

/** Adds an entry behind the others; the first one begins the document. */
export function withEntry(baseline: Baseline | undefined, report: GateReport, entry: BaselineEntry): Baseline {
  const { config, host } = report;
  return baseline
    ? { ...baseline, entries: [...baseline.entries, entry] }
    : { schema: BASELINE_SCHEMA, config, host: keyFacts(host), entries: [entry] };
}

/** The head arms as the user named them, each once. */
export function labelOf(report: GateReport): string {
  const labels = report.artifacts.filter(({ arm }) => arm === 'head').map(({ label }) => label);
  return [...new Set(labels)].join(', ') || report.config;
}

/** As it is kept: each array of numbers is one line, so that git shows an accepted run as lines added and none changed but one comma. */
export function baselineText(baseline: Baseline): string {
  return `${jsonLines(baseline, '')}\n`;
}

function jsonLines(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  const [open, close, parts] = Array.isArray(value)
    ? ['[', ']', value.map((item) => jsonLines(item, deeper))]
    : ['{', '}', members(value, deeper)];
  if (parts.length === 0) return open + close;
  const numbers = Array.isArray(value) && value.every((item) => typeof item === 'number');
  return numbers ? `[${parts.join(', ')}]` : `${open}\n${deeper}${parts.join(`,\n${deeper}`)}\n${indent}${close}`;
}

function members(value: object, indent: string): string[] {
  return Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [`${JSON.stringify(key)}: ${jsonLines(item, indent)}`]));
}

function sorted(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).toSorted(([x], [y]) => compareText(x, y)));
}

function byPlace(x: Place, y: Place): number {
  return compareText(x.program, y.program) || compareText(x.runner, y.runner) || compareText(x.variant, y.variant);
}

function compareText(x: string, y: string): number {
  return x === y ? 0 : x < y ? -1 : 1;
}
