import { BenchError, EXIT_CODES } from '../model/error.ts';
import type { Gate, GateConfig, Waiver } from '../model/gate-config.ts';
import type { GateResult } from '../model/gate-report.ts';
import { phaseMetric } from '../model/metrics.ts';
import { parseBytes, parseDurationNs, parseShare } from '../model/quantity.ts';
import type { Activity, MetricDeclaration, Unit } from '../model/vocabulary.ts';
import { suggestion } from './did-you-mean.ts';
import { pathText } from './yaml-document.ts';

/** Whether a gate needs rounds, and so shares the error budgets with the others. */
export function isNoisy({ kind, isExact }: Pick<SelectedGate, 'kind' | 'isExact'>): boolean {
  return kind !== 'exact' && isExact !== true;
}

/** What will be measured, without the arms. */
export interface GateCell {
  readonly runner: string;
  readonly variant: string;
  readonly program: string;
}

/** A declared metric with the activities in which a cell can yield it (scripts/compose/metrics.ts). */
export interface GateMetric extends MetricDeclaration {
  readonly activities: readonly Activity[];
}

export interface SelectionInput {
  readonly config: GateConfig;
  readonly cells: readonly GateCell[];
  readonly metrics: readonly GateMetric[];
  /** YYYY-MM-DD, UTC */
  readonly today: string;
  /** where in the file something is said (`locateGates`); default: its path */
  readonly placeOf?: (path: readonly PropertyKey[]) => string;
}

/** One gate on one cell, as far as it is known before anything is measured. */
export interface SelectedGate extends GateCell, Pick<GateResult, 'waiver'> {
  /** `<gate>` where it selects one cell, else `<gate>:<runner>/<variant>/<program>` */
  readonly id: string;
  readonly gate: string;
  readonly metric: string;
  readonly unit: Unit;
  readonly kind: GateResult['kind'];
  /** a budget on a metric that is the same every time: one value decides it */
  readonly isExact?: true;
  /** relative and exact: allowed ratio head ÷ base, e.g. 1.1 · budget: allowed value, in `unit` */
  readonly limit: number;
  /** smallest difference that may fail, in `unit`; 0: any. Budgets have none */
  readonly minEffect: number;
  /** of budgets only */
  readonly stat?: 'median' | 'p95';
  readonly level: Gate['level'];
}

export interface Selection {
  readonly gates: readonly SelectedGate[];
  readonly warnings: readonly string[];
}

/**
 * The gates of a configuration on the cells that will be measured.
 * @throws BenchError `gates-invalid`, exit 2, with every problem at once: a selector that matches nothing, a metric that is unknown, not
 *   better when lower, or not measured in this activity, an amount that is none of the metric’s unit, a waiver of no cell, two gates of one name
 */
export function selectGates(input: SelectionInput): Selection {
  const problems = new Problems(input.placeOf);
  const { config } = input;
  const expanded = config.gates.flatMap((gate, index) => expand(gate, index, input, problems));
  refuseSameNames(expanded, problems);
  const { waived, warnings } = waive(expanded, input, problems);
  problems.throwIfAny();
  return { gates: waived, warnings };
}

class Problems {
  readonly #lines: string[] = [];
  readonly #placeOf: SelectionInput['placeOf'];

  constructor(placeOf: SelectionInput['placeOf']) {
    this.#placeOf = placeOf;
  }

  add(path: readonly PropertyKey[], message: string): void {
    this.#lines.push(`${this.#placeOf === undefined ? '' : `${this.#placeOf(path)}: `}${pathText(path)}: ${message}`);
  }

  throwIfAny(): void {
    if (this.#lines.length === 0) return;
    throw new BenchError({
      code: 'gates-invalid',
      message: this.#lines.join('\n'),
      remedy: 'correct what is named above; “thirdwave list” shows runners with their variants, and what probes measure',
      exitCode: EXIT_CODES.usage,
    });
  }
}

function expand(gate: Gate, index: number, input: SelectionInput, problems: Problems): SelectedGate[] {
  const cells = selectedCells(gate, index, input.cells, problems);
  const metric = selectedMetric(gate, index, input, problems);
  const amount = (key: 'max' | 'minEffect'): number | undefined => {
    const text = gate[key];
    if (text === undefined || metric === undefined) return undefined;
    const value = AMOUNT_IN[metric.unit]?.(text);
    if (value === undefined) problems.add(['gates', index, key], `“${text}” is no amount of ${metric.id}, which is ${WORDS[metric.unit]}`);
    return value;
  };
  const budget = amount('max');
  const minEffect = amount('minEffect') ?? 0;
  if (metric === undefined) return [];
  const kind = gate.max !== undefined ? 'budget' : metric.noise === 'exact' ? 'exact' : 'relative';
  const limit = kind === 'budget' ? (budget ?? 0) : 1 + parseShare(gate.maxRegression ?? '0%');
  return cells.map(({ runner, variant, program }) => ({
    id: cells.length === 1 ? gate.id : cellName(gate.id, { runner, variant, program }),
    gate: gate.id,
    runner,
    variant,
    program,
    metric: metric.id,
    unit: metric.unit,
    kind,
    limit,
    minEffect,
    ...(kind === 'budget' ? { stat: gate.stat ?? 'median' } : {}),
    ...(kind === 'budget' && metric.noise === 'exact' ? { isExact: true as const } : {}),
    level: gate.level,
  }));
}

/** An amount of the configuration in a metric’s unit: of times and sizes only. */
const AMOUNT_IN: { readonly [unit in Unit]?: (text: string) => number | undefined } = {
  s: (text) => {
    const ns = parseDurationNs(text);
    return ns === undefined ? undefined : ns / 1e9;
  },
  B: parseBytes,
};

const WORDS: Readonly<Record<Unit, string>> = {
  s: 'a time: write it like 5ms',
  B: 'a size: write it like 64KiB',
  J: 'an energy, of which only maxRegression can be asked',
  W: 'a power, of which only maxRegression can be asked',
  '1': 'a number without unit, of which only maxRegression can be asked',
};

const cellName = (gate: string, { runner, variant, program }: GateCell): string => `${gate}:${runner}/${variant}/${program}`;

const KEYS = ['program', 'runner', 'variant'] as const;

function selectedCells({ select }: Gate, index: number, cells: readonly GateCell[], problems: Problems): readonly GateCell[] {
  const asked = KEYS.flatMap((key) => {
    const value = select[key];
    return value === undefined ? [] : [{ key, value }];
  });
  const unknown = asked.filter(({ key, value }) => cells.every((cell) => cell[key] !== value));
  for (const { key, value } of unknown) {
    const known = [...new Set(cells.map((cell) => cell[key]))];
    problems.add(['gates', index, 'select', key], `matches nothing: no ${key} “${value}” is measured; ${suggestion(value, known)}`);
  }
  const found = cells.filter((cell) => asked.every(({ key, value }) => cell[key] === value));
  if (found.length === 0 && unknown.length === 0) {
    const words = asked.map(({ key, value }) => `${key} ${value}`).join(', ');
    const known = cells.map(({ runner, variant, program }) => `${runner}/${variant}/${program}`);
    const what = words === '' ? 'nothing is measured' : `matches nothing: no cell is ${words} at once; measured: ${known.join(', ')}`;
    problems.add(['gates', index, 'select'], what);
  }
  return found;
}

/** Sizes that depend on which other images are in the run. */
const UNCOMPARABLE: readonly string[] = ['image_bytes_unique'];
const PHASE = /^phase_([a-z0-9_]+)$/;

function selectedMetric(gate: Gate, index: number, { config, metrics }: SelectionInput, problems: Problems): GateMetric | undefined {
  const { metric: id } = gate.select;
  const metric = metrics.find((candidate) => candidate.id === id) ?? declaredPhase(id);
  const refuse = (message: string): undefined => problems.add(['gates', index, 'select', 'metric'], message) as undefined;
  if (!metric) {
    const gateable = metrics.filter(({ better, activities }) => better === 'lower' && activities.includes(config.activity));
    return refuse(`unknown metric “${id}”: ${suggestion(id, [...new Set(gateable.map((known) => known.id))])}`);
  }
  if (UNCOMPARABLE.includes(id)) {
    return refuse(
      `${id} leaves out what base and head have in common, since they are two workloads of one run: take image_bytes_compressed`,
    );
  }
  if (metric.better !== 'lower') {
    return refuse(
      metric.better === 'higher' ? `${id} is better when higher: a gate knows only more as worse` : `${id} is neither better nor worse`,
    );
  }
  if (metric.activities.includes(config.activity)) return metric;
  const other = config.activity === 'run' ? 'hold' : 'run';
  const where = metric.activities.includes(other) ? `“activity: ${other}” measures it, in a file of its own` : 'a gate cannot ask for it';
  return refuse(`${id} is not measured in activity ${config.activity}: ${where}`);
}

/** Phases declare themselves as they happen; a cell without this one is incomplete in the end. */
function declaredPhase(id: string): GateMetric | undefined {
  const phase = PHASE.exec(id)?.[1];
  return phase === undefined ? undefined : { ...phaseMetric(phase, 'as recorded'), activities: ['run'] };
}

function refuseSameNames(gates: readonly SelectedGate[], problems: Problems): void {
  const seen = new Map<string, string>();
  for (const { id, gate } of gates) {
    const other = seen.get(id);
    if (other !== undefined) problems.add(['gates'], `“${id}” names a gate of ${other} and one of ${gate}: rename one of them`);
    seen.set(id, gate);
  }
}

/**
 * Waivers that hold on this day; expired ones are told and hold no more. The first that holds counts, those of the cell before those of
 * the whole gate.
 */
function waive(gates: readonly SelectedGate[], { config, today }: SelectionInput, problems: Problems) {
  const names = (gate: SelectedGate): readonly string[] => [cellName(gate.gate, gate), gate.id, gate.gate];
  const warnings: string[] = [];
  for (const [index, { gate: target, reason, expires }] of config.waivers.entries()) {
    if (!gates.some((gate) => names(gate).includes(target))) {
      const known = [...new Set(gates.flatMap((gate) => [gate.gate, cellName(gate.gate, gate)]))];
      // Where a gate itself was refused, its waivers match nothing for that reason alone.
      const expandable = gates.some(({ gate }) => target === gate || target.startsWith(`${gate}:`));
      if (expandable) problems.add(['waivers', index, 'gate'], `no gate “${target}”: ${suggestion(target, known)}`);
    } else if (expires < today) {
      warnings.push(`the waiver of ${target} (“${reason}”) expired after ${expires} and holds no more: renew or remove it`);
    }
  }
  const waiverOf = (gate: SelectedGate): Waiver | undefined =>
    names(gate)
      .map((name) => config.waivers.find((waiver) => waiver.gate === name && waiver.expires >= today))
      .find((waiver) => waiver !== undefined);
  const waived = gates.map((gate) => {
    const waiver = waiverOf(gate);
    if (!waiver) return gate;
    const { reason, issue, expires } = waiver;
    return { ...gate, waiver: { reason, ...(issue === undefined ? {} : { issue }), expires } };
  });
  return { waived, warnings };
}
