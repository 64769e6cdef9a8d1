import type { Cell } from '../../core/model/plan.ts';
import type { ReportModel } from '../../core/model/report.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Summary } from '../../core/model/summary.ts';
import { reasonOf } from '../derive/summarise.ts';
import { identifierCell, numberCell, textCell } from './cell-values.ts';

/** Version of the column lists; a column is only ever added within one version. */
export const CSV_SCHEMA_VERSION = '1';

/** One column: the CSV, datapackage.json and the data dictionary (results/README.md) all follow from it. */
export interface Column<Row> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number';
  readonly description: string;
  /** the cell is never empty */
  readonly required: boolean;
  readonly values?: readonly string[];
  readonly cell: (row: Row) => string;
}

/** What stands in both files: whose number it is. `parts` is undefined for the host's own readings, which no cell of the plan made. */
interface Place {
  readonly model: ReportModel;
  readonly parts: Pick<Cell, 'scenario' | 'runner' | 'variant' | 'workload'>;
  readonly cell: Cell | undefined;
}
export interface SampleRow extends Place {
  readonly sample: Sample;
}
export interface SummaryRow extends Place {
  readonly summary: Summary;
}

type Kind = 'identifier' | 'text' | 'integer' | 'number';

export function column<Row>(
  name: string,
  kind: Kind,
  description: string,
  read: (row: Row) => string | number | undefined,
  options: { readonly required?: boolean; readonly values?: readonly string[] } = {},
): Column<Row> {
  const cell = (row: Row): string => {
    const value = read(row);
    if (typeof value === 'number') return numberCell(value);
    return kind === 'identifier' ? identifierCell(value) : textCell(value);
  };
  const type = kind === 'integer' || kind === 'number' ? kind : 'string';
  const { required = false, values } = options;
  return { name, type, description, required, ...(values ? { values } : {}), cell };
}

export const REQUIRED = { required: true } as const;

function placeColumns<Row extends Place>(factors: readonly string[], cellId: (row: Row) => string): Column<Row>[] {
  return [
    column('schema_version', 'text', 'version of this column list', () => CSV_SCHEMA_VERSION, REQUIRED),
    column('run_id', 'identifier', 'the run, also the name of its folder', (row) => row.model.manifest.runId, REQUIRED),
    column('host_key', 'identifier', 'SHA-256 of the host facts that make runs comparable', (row) => row.model.manifest.host.key, REQUIRED),
    column('scenario', 'identifier', 'what was asked', (row) => row.parts.scenario, REQUIRED),
    column('cell', 'identifier', 'runner × variant × workload × factors, unique within the run', cellId, REQUIRED),
    column('cell_role', 'text', 'why the cell is in the plan; empty for readings of the host itself', (row) => row.cell?.role, {
      values: ['subject', 'reference', 'twin', 'floor', 'blank'],
    }),
    column('runner', 'identifier', 'the technology', (row) => row.parts.runner, REQUIRED),
    column('variant', 'identifier', 'how the technology was used', (row) => row.parts.variant, REQUIRED),
    column('workload', 'identifier', 'the program', (row) => row.parts.workload, REQUIRED),
    ...activityColumns<Row>(),
    column(
      'rung',
      'text',
      'rung of the cold-start ladder; values of different rungs are compared only with the rung named; empty for the host',
      (row) => row.cell?.rung,
      {
        values: ['instantiate', 'host-process', 'oci-runtime', 'containerd', 'docker-engine', 'vmm'],
      },
    ),
    column(
      'cache_state',
      'text',
      'what was warm before the launch; never mixed within a cell; empty for the host',
      (row) => row.cell?.cacheState,
      {
        values: ['absent', 'disk-cold', 'page-warm', 'pre-warmed'],
      },
    ),
    ...factors.map((factor) =>
      column<Row>(
        `factor_${factor}`,
        'text',
        `factor “${factor}” of the cell; empty where the technology has no such factor`,
        (row) => row.cell?.factors[factor],
      ),
    ),
  ];
}

function activityColumns<Row extends Place>(): Column<Row>[] {
  return [
    column(
      'activity',
      'text',
      'what the instances did: run to the exit, hold, loop, place many in one process, ramp up to a limit, or one unit again and again for a window of time; empty for the host',
      (row) => row.cell?.activity,
      { values: ['run', 'hold', 'loop', 'place', 'ramp', 'window'] },
    ),
    column(
      'instances',
      'integer',
      'how many lived at the same time; empty where no scenario asks for a fleet',
      (row) => row.cell?.population?.instances,
    ),
    column('state', 'text', 'what they had done when they were read; empty like “instances”', (row) => row.cell?.population?.state, {
      values: ['idle', 'after-first-request'],
    }),
  ];
}

function valueColumns<Row extends Place>(of: (row: Row) => Pick<Sample, 'metric' | 'role' | 'unit'>): Column<Row>[] {
  return [
    column('metric', 'identifier', 'what was read; defined in report.json under “metrics”', (row) => of(row).metric, REQUIRED),
    column('role', 'text', 'whose resources were counted', (row) => of(row).role, {
      required: true,
      values: ['instance', 'shim', 'daemon', 'vmm', 'host-process', 'total', 'host'],
    }),
    column(
      'unit',
      'text',
      'SI base unit of every number with that dimension in the row; 1 is a plain ratio or count',
      (row) => of(row).unit,
      {
        required: true,
        values: ['s', 'B', 'J', 'W', '1'],
      },
    ),
  ];
}

/** Columns of samples.csv: one number, or the reason why there is none, per row. */
export function sampleColumns(factors: readonly string[]): Column<SampleRow>[] {
  return [
    ...placeColumns<SampleRow>(factors, (row) => row.sample.cell),
    column(
      'trial',
      'identifier',
      'one life of one instance; prepare.<n> and host.<scenario>.<round> belong to none',
      (row) => row.sample.trialId,
      REQUIRED,
    ),
    column('round', 'integer', 'the unit of analysis, from 1; 0: read once per run', (row) => row.sample.round, REQUIRED),
    column('position', 'integer', 'place of the trial within its round, from 0', (row) => row.sample.position, REQUIRED),
    ...valueColumns<SampleRow>((row) => row.sample),
    column('value', 'number', 'the number in “unit”; present for status ok and invalid', ({ sample: { outcome } }) =>
      outcome.status === 'ok' || outcome.status === 'invalid' ? outcome.value : undefined,
    ),
    column(
      'status',
      'text',
      'ok: counts · unavailable: could not be read · failed: the trial failed, none of its numbers is used · invalid: read, but a rule fixed in advance takes it out',
      (row) => row.sample.outcome.status,
      {
        required: true,
        values: ['ok', 'unavailable', 'failed', 'invalid'],
      },
    ),
    column('reason', 'text', 'why there is no number that counts: the reason, the failure code or the rule; empty for ok', (row) =>
      reasonOf(row.sample.outcome),
    ),
    column(
      'censored_after',
      'number',
      'the true value is larger than this (unit as “unit”): a time limit cut the trial off',
      ({ sample: { outcome } }) => (outcome.status === 'failed' ? outcome.censoredAfter : undefined),
    ),
  ];
}

/** Columns of summary.csv: one cell × metric × role per row; n counts rounds. */
export function summaryColumns(factors: readonly string[]): Column<SummaryRow>[] {
  const count = (name: 'ok' | 'unavailable' | 'failed' | 'censored' | 'invalid', description: string): Column<SummaryRow> =>
    column(`n_${name}`, 'integer', description, (row) => row.summary.counts[name], REQUIRED);
  const statistic = (name: 'median' | 'min' | 'max' | 'p5' | 'p25' | 'p75' | 'p95' | 'p99' | 'mad', description: string) =>
    column<SummaryRow>(name, 'number', description, (row) => row.summary[name]);
  return [
    ...placeColumns<SummaryRow>(factors, (row) => row.summary.cell),
    ...valueColumns<SummaryRow>((row) => row.summary),
    count('ok', 'rounds whose value counts'),
    count('unavailable', 'rounds whose value could not be read'),
    count('failed', 'rounds whose trial failed'),
    count('censored', 'of the failed: cut off by a time limit'),
    count('invalid', 'rounds taken out by a rule fixed in advance'),
    column(
      'status',
      'text',
      'complete: every round counts · partial: some do not · missing: none does',
      (row) => summaryStatus(row.summary),
      {
        required: true,
        values: ['complete', 'partial', 'missing'],
      },
    ),
    column('reasons', 'text', 'reasons behind the rounds that do not count, each with its number', ({ summary }) =>
      summary.reasons.map(({ text, count: times }) => `${text} ×${times}`).join('; '),
    ),
    statistic('median', 'median of the rounds'),
    column('ci_low', 'number', 'lower bound of the median', (row) => row.summary.interval?.low),
    column('ci_high', 'number', 'upper bound of the median', (row) => row.summary.interval?.high),
    column(
      'ci_method',
      'text',
      'how the bounds were found; none: too few rounds, see “note”',
      (row) => row.summary.interval?.method ?? 'none',
      {
        required: true,
        values: ['order-statistic', 'exact', 'none'],
      },
    ),
    column('ci_level', 'number', 'nominal confidence level', (row) => row.summary.interval?.level),
    column(
      'ci_level_achieved',
      'number',
      'confidence level the bounds really have at this n',
      (row) => row.summary.interval?.achievedLevel,
    ),
    statistic('min', 'smallest value'),
    statistic('p5', '5th percentile (type 7), only for n ≥ 59'),
    statistic('p25', 'lower quartile (type 7), only for n ≥ 4'),
    statistic('p75', 'upper quartile (type 7), only for n ≥ 4'),
    statistic('p95', '95th percentile (type 7), only for n ≥ 59'),
    statistic('p99', '99th percentile (type 7), only for n ≥ 299'),
    statistic('max', 'largest value'),
    statistic('mad', 'median absolute deviation, unscaled, only for n ≥ 2'),
    ...ratioColumns(),
    column('note', 'text', 'why an interval or a ratio is missing, or that an exact metric varied', (row) => row.summary.note),
    column('digest', 'text', 'what was launched; empty for the host and where nothing could be prepared', (row) => artifactOf(row)?.digest),
    column('versions', 'text', 'what it was made and run with, name=version', (row) =>
      Object.entries(artifactOf(row)?.versions ?? {})
        .map(([name, version]) => `${name}=${version}`)
        .join('; '),
    ),
  ];
}

function artifactOf({ model, cell }: Place): ReportModel['manifest']['artifacts'][number] | undefined {
  return model.manifest.artifacts.find((artifact) => artifact.cell === cell?.id);
}

/** Of summary.csv: the cell against its reference. */
function ratioColumns(): Column<SummaryRow>[] {
  return [
    column('reference', 'identifier', 'cell the ratio is to', (row) => row.summary.ratio?.reference),
    column('ratio', 'number', 'this ÷ reference, paired by round (Hodges–Lehmann); no unit', (row) => row.summary.ratio?.estimate),
    column('ratio_ci_low', 'number', 'lower bound of the ratio', (row) => row.summary.ratio?.interval?.low),
    column('ratio_ci_high', 'number', 'upper bound of the ratio', (row) => row.summary.ratio?.interval?.high),
    column(
      'ratio_ci_method',
      'text',
      'how the bounds were found; none: no ratio or too few pairs, see “note”',
      (row) => row.summary.ratio?.interval?.method ?? 'none',
      {
        required: true,
        values: ['signed-rank-hl', 'exact', 'none'],
      },
    ),
    column('ratio_ci_level', 'number', 'nominal confidence level', (row) => row.summary.ratio?.interval?.level),
    column(
      'ratio_ci_level_achieved',
      'number',
      'confidence level the bounds really have at this n',
      (row) => row.summary.ratio?.interval?.achievedLevel,
    ),
    column('ratio_pairs', 'integer', 'rounds in which both sides have a value that counts', (row) => row.summary.ratio?.pairs),
  ];
}

function summaryStatus({ counts }: Summary): 'complete' | 'partial' | 'missing' {
  if (counts.ok === 0) return 'missing';
  return counts.unavailable + counts.failed + counts.invalid === 0 ? 'complete' : 'partial';
}
