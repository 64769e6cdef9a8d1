import type { Band, BreakEven, Coefficient, Impact, UnitEnergy } from '../../core/model/energy.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { isBelowLimit, unitOf } from '../carbon/below-limit.ts';
import { layersOf } from '../derive/layers.ts';
import { type Column, column, CSV_SCHEMA_VERSION, REQUIRED } from './columns.ts';

interface InRun {
  readonly model: ReportModel;
}
export interface UnitEnergyRow extends InRun {
  readonly unit: UnitEnergy;
}
export interface ImpactRow extends InRun {
  readonly impact: Impact;
}
export interface BreakEvenRow extends InRun {
  readonly breakEven: BreakEven;
}
export interface CoefficientRow extends InRun {
  readonly coefficient: Coefficient;
}

const METHOD_VALUES = ['wall', 'rapl', 'rapl-virtual', 'simulated', 'modelled', 'unavailable'];
const METHOD = 'evidence, best first; rows of different methods are never averaged, ranked or set in one chart';
const UNIT_VALUES = ['cold-start', 'operation', 'instance-hour-idle'];
const CENTRAL = 'same, central value';
const HIGH = 'same, high end';

/** Columns of energy.csv: one functional unit of one technology by one method per row. */
export function energyColumns(): Column<UnitEnergyRow>[] {
  const number = (name: string, description: string, read: (unit: UnitEnergy) => number | undefined): Column<UnitEnergyRow> =>
    column(name, 'number', description, ({ unit }) => read(unit));
  const band = (name: string, symbol: string, description: string, read: (unit: UnitEnergy) => Band | undefined): Column<UnitEnergyRow>[] =>
    bandColumns(name, symbol, description, (row) => read(row.unit));
  return [
    ...technologyColumns<UnitEnergyRow>(
      ({ unit }) => unit,
      ({ unit }) => unit.cells,
    ),
    column('functional_unit', 'text', 'what one value is for', ({ unit }) => unit.unit, { required: true, values: UNIT_VALUES }),
    column('method', 'text', METHOD, ({ unit }) => unit.method, { required: true, values: METHOD_VALUES }),
    column(
      'status',
      'text',
      'complete: with its share of the idle host · partial: without · below-limit: the meter cannot tell the dynamic part from nothing, do not publish · missing: no energy, see “note”',
      ({ unit }) => energyStatus(unit),
      {
        required: true,
        values: ['complete', 'partial', 'below-limit', 'missing'],
      },
    ),
    column('n', 'integer', 'trials behind the row', ({ unit }) => unit.n, REQUIRED),
    ...band('energy', 'J', 'energy of one unit: dynamic + idle', ({ energyJ }) => energyJ),
    ...band('dynamic', 'J', 'what one unit costs above idle; measured: net, modelled: CPU seconds × W', ({ dynamicJ }) => dynamicJ),
    ...band('idle', 'J', 'its share of the host’s idle power while it lasts', ({ idleJ }) => idleJ),
    number('gross_j', 'J per unit of the whole host in the window, idle included; measured only', ({ grossJ }) => grossJ),
    number('attributed_j', 'J per unit: net × share of the host’s CPU time; measured only', ({ attributedJ }) => attributedJ),
    number(
      'detection_limit_j',
      'J per unit below which the meter cannot tell a unit from nothing; measured only',
      ({ detectionLimitJ }) => detectionLimitJ,
    ),
    number('ci_low_j', 'J: lower bound of net energy of one unit', ({ interval }) => interval?.low),
    number('ci_high_j', 'J: upper bound of net energy of one unit', ({ interval }) => interval?.high),
    column(
      'ci_method',
      'text',
      'how the bounds were found; none: a modelled row has a band instead',
      ({ unit }) => unit.interval?.method ?? 'none',
      {
        required: true,
        values: ['order-statistic', 'signed-rank-hl', 'student-t', 'exact', 'none'],
      },
    ),
    number('ci_level', 'nominal confidence level', ({ interval }) => interval?.level),
    number('cpu_s', 'CPU seconds per unit, all roles of the technology', totalCpuS),
    column('cpu_roles', 'text', 'the same by role, role=seconds', ({ unit }) =>
      unit.cpuS.map(({ role, seconds }) => `${role}=${seconds}`).join(' '),
    ),
    number('duration_s', 's: how long one unit holds its share of the host', ({ durationS }) => durationS),
    ...band('host_idle', 'W', 'power of the idle host', ({ hostIdleW }) => hostIdleW),
    ...bandColumns<UnitEnergyRow>('share', '', 'share of the host that one unit reserves, 0 to 1', ({ unit }) => unit.share),
    number('instances_per_host', 'how many fit on this host; the memory side of the share', ({ share }) => share?.instancesPerHost),
    column('share_from', 'text', 'which figure of the run the share was taken from', ({ unit }) => unit.share?.from),
    column('cells', 'text', 'cells the row comes from', ({ unit }) => unit.cells.join(' ')),
    column('coefficients', 'text', 'ids in coefficients.csv', ({ unit }) => unit.coefficients.join(' ')),
    column('note', 'text', 'why something is missing', ({ unit }) => unit.note),
  ];
}

/** Columns of impact.csv: SCI of one functional unit of one technology by one method per row. */
export function impactColumns(): Column<ImpactRow>[] {
  const band = (name: string, symbol: string, description: string, read: (impact: Impact) => Band | undefined): Column<ImpactRow>[] =>
    bandColumns(name, symbol, description, ({ impact }) => read(impact));
  return [
    ...technologyColumns<ImpactRow>(
      ({ impact }) => impact,
      ({ model, impact }) => unitOf(model.energy, impact)?.cells ?? [],
    ),
    column('functional_unit', 'text', 'R of the SCI', ({ impact }) => impact.unit, { required: true, values: UNIT_VALUES }),
    column('per', 'integer', 'how many units every number of the row is for', ({ impact }) => impact.per, REQUIRED),
    column('method', 'text', METHOD, ({ impact }) => impact.method, { required: true, values: METHOD_VALUES }),
    column(
      'status',
      'text',
      'complete: with a score · below-limit: with one that rests on energy below what the meter can tell from nothing, do not publish · missing: none, see “note”',
      impactStatus,
      {
        required: true,
        values: ['complete', 'below-limit', 'missing'],
      },
    ),
    column('n', 'integer', 'trials behind the row', ({ model, impact }) => unitOf(model.energy, impact)?.n ?? 0, REQUIRED),
    ...band('energy', 'kWh', 'E, energy of that many units', ({ energyKwh }) => energyKwh),
    ...band('operational', 'g', 'E·I, gCO2e, location-based', ({ operationalG }) => operationalG),
    // A share of the host’s making alone is no figure of this method.
    ...band(
      'embodied',
      'g',
      'M, gCO2e, share of the manufacture of the host; none without a score',
      ({ sciG, embodiedG }) => sciG && embodiedG,
    ),
    ...band('sci', 'g', 'SCI = (E·I + M) per that many units, gCO2e (ISO/IEC 21031:2024)', ({ sciG }) => sciG),
    column('note', 'text', 'why something is missing', ({ impact }) => impact.note),
  ];
}

/** Columns of break-even.csv: keep-warm against scale-to-zero of one technology by one method on one basis per row. */
export function breakEvenColumns(): Column<BreakEvenRow>[] {
  return [
    ...technologyColumns<BreakEvenRow>(({ breakEven }) => breakEven, cellsOfRate),
    column('method', 'text', METHOD, ({ breakEven }) => breakEven.method, { required: true, values: METHOD_VALUES }),
    column('basis', 'text', 'what is compared', ({ breakEven }) => breakEven.basis, { required: true, values: ['energy', 'carbon'] }),
    column(
      'status',
      'text',
      'complete: with a rate · missing: none, see “note”',
      ({ breakEven }) => (breakEven.perHour ? 'complete' : 'missing'),
      {
        required: true,
        values: ['complete', 'missing'],
      },
    ),
    ...bandColumns<BreakEvenRow>(
      'cold_starts_per_hour',
      '',
      'cold starts per hour above which keeping one instance costs less than starting one each time',
      ({ breakEven }) => breakEven.perHour,
    ),
    column('note', 'text', 'why the rate is missing', ({ breakEven }) => breakEven.note),
  ];
}

/** Columns of coefficients.csv: one number from a table, or of the user, per row. */
export function coefficientColumns(): Column<CoefficientRow>[] {
  return [
    ...runColumns<CoefficientRow>(),
    column('coefficient', 'identifier', 'its name in energy.csv', ({ coefficient }) => coefficient.id, REQUIRED),
    column('title', 'text', 'what it is', ({ coefficient }) => coefficient.title, REQUIRED),
    column('unit', 'text', 'of the three numbers', ({ coefficient }) => coefficient.unit, REQUIRED),
    ...bandColumns<CoefficientRow>('value', '', 'the number, in its own unit', ({ coefficient }) => coefficient),
    column('year', 'integer', 'the year the number is for', ({ coefficient }) => coefficient.year, REQUIRED),
    column('source', 'text', 'who published it', ({ coefficient }) => coefficient.source, REQUIRED),
    column('licence', 'text', 'under which it was published', ({ coefficient }) => coefficient.licence, REQUIRED),
    column('chosen', 'text', 'what chose it: an option, or what of the host matched', ({ coefficient }) => coefficient.chosen, REQUIRED),
    column('stale', 'text', 'why it is too old for this run; empty: it is not', ({ coefficient }) => coefficient.stale),
  ];
}

function runColumns<Row extends InRun>(): Column<Row>[] {
  return [
    column('schema_version', 'text', 'version of this column list', () => CSV_SCHEMA_VERSION, REQUIRED),
    column('run_id', 'identifier', 'the run, also the name of its folder', (row) => row.model.manifest.runId, REQUIRED),
    column('host_key', 'identifier', 'SHA-256 of the host facts that make runs comparable', (row) => row.model.manifest.host.key, REQUIRED),
  ];
}

type Technology = Pick<UnitEnergy, 'runner' | 'variant' | 'workload' | 'emulated'>;

/** `cells`: those the row comes from. */
function technologyColumns<Row extends InRun>(of: (row: Row) => Technology, cells: (row: Row) => readonly string[]): Column<Row>[] {
  const layers = (row: Row): ReturnType<typeof layersOf> => layersOf(row.model.cells, of(row), cells(row));
  return [
    ...runColumns<Row>(),
    column('runner', 'identifier', 'the technology', (row) => of(row).runner, REQUIRED),
    column('variant', 'identifier', 'how the technology was used', (row) => of(row).variant, REQUIRED),
    column('workload', 'identifier', 'the program', (row) => of(row).workload, REQUIRED),
    column(
      'rung',
      'text',
      'rung of the cold-start ladder; values of different rungs are compared only with the rung named; several with a blank between',
      (row) => layers(row).rungs.join(' '),
    ),
    column('cache_state', 'text', 'what was warm when a trial began; several with a blank between', (row) =>
      layers(row).cacheStates.join(' '),
    ),
    column(
      'emulated',
      'text',
      'whether an imitated processor ran it, so that its figures are those of the imitation',
      (row) => (of(row).emulated ? 'true' : 'false'),
      {
        required: true,
        values: ['true', 'false'],
      },
    ),
  ];
}

/** Cells of the units behind a rate: the start, the operation taken off it, the idle hour. */
function cellsOfRate({ model, breakEven }: BreakEvenRow): readonly string[] {
  const { runner, variant, workload, method } = breakEven;
  return model.energy.units
    .filter((unit) => unit.runner === runner && unit.variant === variant && unit.workload === workload && unit.method === method)
    .flatMap(({ cells }) => cells);
}

/** `<name>_low_<symbol>`, `_central_`, `_high_`: the range a value is believed to lie in. */
function bandColumns<Row>(name: string, symbol: string, description: string, read: (row: Row) => Band | undefined): Column<Row>[] {
  const suffix = symbol === '' ? '' : `_${symbol.toLowerCase()}`;
  const lead = symbol === '' || symbol === 'g' ? '' : `${symbol}: `;
  return [
    column(`${name}_low${suffix}`, 'number', `${lead}${description}, low end of the band`, (row) => read(row)?.low),
    column(`${name}_central${suffix}`, 'number', `${lead}${CENTRAL}`, (row) => read(row)?.central),
    column(`${name}_high${suffix}`, 'number', `${lead}${HIGH}`, (row) => read(row)?.high),
  ];
}

function energyStatus(unit: UnitEnergy): 'complete' | 'partial' | 'below-limit' | 'missing' {
  if (!unit.dynamicJ) return 'missing';
  if (isBelowLimit(unit)) return 'below-limit';
  return unit.energyJ ? 'complete' : 'partial';
}

function impactStatus({ model, impact }: ImpactRow): 'complete' | 'below-limit' | 'missing' {
  if (!impact.sciG) return 'missing';
  const unit = unitOf(model.energy, impact);
  return unit && isBelowLimit(unit) ? 'below-limit' : 'complete';
}

/** A `total` counts everything once; without one the roles are added. */
function totalCpuS({ cpuS }: UnitEnergy): number | undefined {
  const total = cpuS.find(({ role }) => role === 'total');
  if (total) return total.seconds;
  return cpuS.length === 0 ? undefined : cpuS.reduce((sum, { seconds }) => sum + seconds, 0);
}
