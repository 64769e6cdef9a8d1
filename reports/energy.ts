import type { Band, BreakEven, EnergyReport, Impact, MeterState, UnitEnergy } from '../core/model/energy.ts';
import { BenchError } from '../core/model/error.ts';
import type { ReportModel } from '../core/model/report.ts';
import { EnergyMethod, FunctionalUnit, Rung } from '../core/model/vocabulary.ts';
import { isBelowLimit, unitOf } from '../results/carbon/below-limit.ts';
import { layersOf, layersText } from '../results/derive/layers.ts';
import { bandText, quantity } from './format.ts';
import { grouped, type View } from './view.ts';
import { sentence } from './words.ts';

/** How good the evidence of a figure is, in words, in a sign, and in one sentence. */
interface MethodWords {
  readonly word: string;
  /** behind a number, where there is little room */
  readonly tag: string;
  readonly sign: string;
  /** class of its mark on the page */
  readonly kind: 'measured' | 'virtual' | 'modelled' | 'none';
  readonly meaning: string;
}

/** Best evidence first. */
const METHODS: Readonly<Record<EnergyMethod, MethodWords>> = {
  wall: {
    word: 'measured (wall meter)',
    tag: 'wall meter',
    sign: '●',
    kind: 'measured',
    meaning: 'a meter of the whole machine, power supply included',
  },
  rapl: {
    word: 'measured (RAPL)',
    tag: 'RAPL',
    sign: '●',
    kind: 'measured',
    meaning: 'energy counters of the processor packages and memory; no power supply, fan, disk or network card',
  },
  'rapl-virtual': {
    word: 'virtual RAPL',
    tag: 'virtual RAPL',
    sign: '◐',
    kind: 'virtual',
    meaning: 'counters that a hypervisor makes up for this guest: only as good as its way to divide the host’s energy',
  },
  simulated: {
    word: 'simulated',
    tag: 'simulated',
    sign: '◌',
    kind: 'virtual',
    meaning: 'read from a made tree of files, to test the path; never a result',
  },
  modelled: {
    word: 'modelled',
    tag: 'modelled',
    sign: '≈',
    kind: 'modelled',
    meaning:
      'CPU-seconds × a published constant: it says nothing that CPU time does not, is never judged, and never set beside joules that were read',
  },
  unavailable: { word: 'unavailable', tag: 'unavailable', sign: '–', kind: 'none', meaning: 'no figure; the reason stands beside it' },
};

export function methodWords(method: EnergyMethod): MethodWords {
  return METHODS[method];
}

interface UnitWords {
  /** `cold start` */
  readonly one: string;
  readonly many: string;
  /** as the title of a column */
  readonly title: string;
}
const UNITS: Readonly<Record<FunctionalUnit, UnitWords>> = {
  'cold-start': { one: 'cold start', many: 'cold starts', title: 'Per cold start' },
  operation: { one: 'operation', many: 'operations', title: 'Per operation' },
  'instance-hour-idle': { one: 'idle instance-hour', many: 'idle instance-hours', title: 'Per idle hour' },
};

/** `cold start`, `1,000 operations`. */
export function unitText(unit: FunctionalUnit, count = 1): string {
  return count === 1 ? UNITS[unit].one : `${count.toLocaleString('en-US')} ${UNITS[unit].many}`;
}

export function unitWords(unit: FunctionalUnit): UnitWords {
  return UNITS[unit];
}

/** Runner, variant and workload: what a row is about. */
export type Technology = Pick<UnitEnergy, 'runner' | 'variant' | 'workload' | 'emulated'>;

export function technologyName(technology: Technology): string {
  return `${variantName(technology)} ${technology.workload}`;
}

/** `vm/qemu-microvm-cloud (emulated)` */
export function variantName({ runner, variant, emulated }: Technology): string {
  return `${runner}/${variant}${emulated === true ? ' (emulated)' : ''}`;
}

export function isSameTechnology(one: Technology, other: Technology): boolean {
  return one.runner === other.runner && one.variant === other.variant && one.workload === other.workload;
}

/** Rows of one unit by one method: what may share a figure or a block of lines. */
export interface EnergyPanel<Row> {
  readonly unit: FunctionalUnit;
  readonly method: EnergyMethod;
  readonly rows: readonly Row[];
}

/** In the order of the vocabulary: units first, then the best evidence. */
export function energyPanels<Row extends Pick<UnitEnergy, 'unit' | 'method'>>(rows: readonly Row[]): EnergyPanel<Row>[] {
  return FunctionalUnit.options.flatMap((unit) =>
    EnergyMethod.options.flatMap((method) => {
      const mine = rows.filter((row) => row.unit === unit && row.method === method);
      return mine.length === 0 ? [] : [{ unit, method, rows: mine }];
    }),
  );
}

/** Rung and cache state of the cells a figure comes from. */
export function layersOfUnit({ cells }: Pick<ReportModel, 'cells'>, row: Technology, unit: UnitEnergy | undefined): string {
  return layersText(layersOf(cells, row, unit?.cells));
}

/** Up the cold-start ladder; rows of one rung stay in the order of the plan. */
export function byLadder({ cells }: Pick<ReportModel, 'cells'>, rows: readonly UnitEnergy[]): UnitEnergy[] {
  const ladder: readonly string[] = Rung.options;
  const place = (row: UnitEnergy): number => {
    const index = ladder.indexOf(layersOf(cells, row, row.cells).rungs[0] ?? '');
    return index === -1 ? ladder.length : index;
  };
  return rows.toSorted((a, b) => place(a) - place(b));
}

/** A panel for each workload of one: so no colour and no name stands for two of them. */
export function byWorkload<Row extends Technology>(panel: EnergyPanel<Row>): EnergyPanel<Row>[] {
  return [...grouped(panel.rows, ({ workload }) => workload).values()].map((rows) => ({ ...panel, rows }));
}

/**
 * `24 figures not measured: …`, a sentence per reason: where a meter is missing all technologies share the reason, and once is enough. A reason that stands
 * with its meter in the same section is not told again.
 */
export function unmeasuredTexts({ units, meters }: Pick<EnergyReport, 'units' | 'meters'>): string[] {
  const missing = units.filter(({ method }) => method === 'unavailable');
  const reasons = meters.flatMap(({ unavailable }) => unavailable?.because.replace(/[.]$/, '') ?? []);
  const short = (note: string): string =>
    reasons.reduce(
      (text, because) => text.replace(`${because}; looked for`, 'no meter could be read, its reason stands with it; looked for'),
      note,
    );
  return [...grouped(missing, ({ note }) => note ?? 'the record has nothing to compute it from')].map(([note, rows]) =>
    sentence(`${rows.length} ${rows.length === 1 ? 'figure' : 'figures'} not measured: ${short(note)}`),
  );
}

/** Rows that have a method: the others are in `unmeasuredTexts`. */
export function withMethod<Row extends Pick<UnitEnergy, 'method'>>(rows: readonly Row[]): Row[] {
  return rows.filter(({ method }) => method !== 'unavailable');
}

/** What CONTRIBUTING asks of every published figure. */
const LEAST_ROUNDS = 10;

/** A warning where a figure rests on few repetitions, or undefined. */
export function fewRoundsText(units: readonly UnitEnergy[]): string | undefined {
  const figures = withMethod(units).filter(({ dynamicJ }) => dynamicJ !== undefined);
  const least = figures.reduce((fewest, { n }) => Math.min(fewest, n), Number.POSITIVE_INFINITY);
  if (least >= LEAST_ROUNDS) return undefined;
  const kinds = [...new Set(figures.filter(({ n }) => n === least).map(({ unit }) => unitText(unit)))];
  return `Only n = ${least} behind figures per ${kinds.join(', ')}: too few to show how well they repeat, and a modelled band holds its constants alone. Do not publish below ${LEAST_ROUNDS} rounds.`;
}

/** Where no scenario of a run measures energy. */
export const NO_METER_ASKED =
  'No scenario of this run reads an energy meter, or counts operations: “npm run bench -- energy energy-idle” does.';

/**
 * The one method of rows that go into one figure.
 * @throws BenchError `mixed-methods`: measured and modelled energy never share a figure or an axis (docs/energy.md)
 */
export function oneMethod(rows: readonly { readonly method: EnergyMethod }[]): EnergyMethod {
  const methods = [...new Set(rows.map(({ method }) => method))];
  const [method] = methods;
  if (method !== undefined && methods.length === 1) return method;
  throw new BenchError({
    code: 'mixed-methods',
    message: `a figure of energy needs rows of one method, not of ${methods.length === 0 ? 'none' : methods.join(' and ')}`,
    remedy: 'draw a figure per method',
  });
}

/**
 * The one workload of rows that go into one figure.
 * @throws BenchError `mixed-workloads`: one colour would stand for several rows
 */
export function workloadOf(rows: readonly Technology[]): string {
  const [workload = '', ...others] = new Set(rows.map((row) => row.workload));
  if (others.length === 0) return workload;
  throw new BenchError({
    code: 'mixed-workloads',
    message: `a figure with a colour per technology needs rows of one workload, not of ${[workload, ...others].join(' and ')}`,
    remedy: 'draw a figure per workload',
  });
}

/** `3.10 J [2.40–3.90]`, `< 1.20 J`, `2.10 J [1.9–2.3] above idle` where the share of the idle host is not known, or why there is no number. */
export function energyText(row: UnitEnergy): string {
  const { energyJ, dynamicJ, detectionLimitJ = 0, idleJ, note } = row;
  if (isBelowLimit(row)) return `< ${quantity(detectionLimitJ + (idleJ?.high ?? 0), 'J')}`;
  if (energyJ) return bandText(energyJ, 'J');
  return dynamicJ ? `${bandText(dynamicJ, 'J')} above idle` : notKnown(note);
}

export function notKnown(note: string | undefined): string {
  return `not known: ${note ?? 'the record has nothing to compute it from'}`;
}

const BELOW = 'the meter cannot tell the energy of one unit from nothing (below its detection limit)';

const SIMULATED = 'simulated counters give no score: they show that the path works, not what anything costs';

/** The band of an impact if it may be published, else the words why not. */
export function publishable(report: EnergyReport, impact: Impact): { readonly sciG: Band } | { readonly because: string } {
  const unit = unitOf(report, impact);
  if (impact.method === 'simulated') return { because: SIMULATED };
  if (unit && isBelowLimit(unit)) return { because: BELOW };
  if (impact.sciG) return { sciG: impact.sciG };
  return { because: impact.note ?? unit?.note ?? 'the record has nothing to compute it from' };
}

/** `0.412 mg [0.2–0.9]`, or why there is no number. */
export function sciText(report: EnergyReport, impact: Impact): string {
  const found = publishable(report, impact);
  return 'sciG' in found ? bandText(found.sciG, 'g') : notKnown(found.because);
}

/** One sentence where no technology of these rows has a rate, with every reason once; undefined where one has. */
export function noRateText(rows: readonly BreakEven[]): string | undefined {
  if (rows.length === 0 || rows.some(({ perHour }) => perHour)) return undefined;
  const reasons = [...new Set(rows.flatMap(({ note }) => note ?? []))];
  return sentence(`no technology has a rate: ${reasons.join('; ') || 'the record has nothing to compute it from'}`);
}

/** `12.1 [8.0–20.1]` cold starts per hour, or why there is no rate. */
export function breakEvenText({ perHour, note }: BreakEven): string {
  return perHour ? bandText(perHour, '1') : notKnown(note);
}

/** Grams CO2e per kWh in force, if a table or an option gave one. */
export function gridCoefficient({ coefficients }: EnergyReport): EnergyReport['coefficients'][number] | undefined {
  return coefficients.find(({ unit }) => unit.includes('/kWh'));
}

/** `RAPL: unavailable, because …` in one line per source. */
export function meterLine({ meter, method, scope, zones, unavailable }: MeterState): string {
  if (unavailable) return `${meter}: unavailable, because ${unavailable.because.replace(/[.]$/, '')}`;
  const counted = zones.filter((zone) => zone.counted).map(({ zone }) => zone);
  return `${meter}: ${methodWords(method).word}, ${scope}${counted.length > 0 ? ` (${counted.join(' + ')})` : ''}`;
}

/** `3 blocks void: idle-drift (2), host-steal (1)`; empty where none is. */
export function voidText({ voidBlocks }: EnergyReport): string {
  const sum = voidBlocks.reduce((total, { count }) => total + count, 0);
  if (sum === 0) return '';
  const parts = voidBlocks.map(({ rule, count }) => `${rule} (${count})`);
  return sentence(`${sum} ${sum === 1 ? 'block' : 'blocks'} void by rules fixed before the run: ${parts.join(', ')}`);
}

/** Colour, shape and dash of a technology: by runner as everywhere on the page, then by variant. */
export function energyLooks(view: View, name: Technology): { readonly look: number; readonly variant: number } {
  const { cells, energy } = view.model;
  const runners = [...new Set([...cells, ...energy.units].map(({ runner }) => runner))];
  const variants = [
    ...grouped(
      [...cells, ...energy.units].filter(({ runner }) => runner === name.runner),
      ({ variant }) => variant,
    ).keys(),
  ];
  return { look: Math.max(0, runners.indexOf(name.runner)), variant: Math.max(0, variants.indexOf(name.variant)) };
}
