import type { ReportModel } from '../../core/model/report.ts';
import type { DifferenceResult } from '../../core/model/summary.ts';
import { differenceStatus, differsText } from '../derive/derive-differences.ts';
import { type Column, column, CSV_SCHEMA_VERSION, REQUIRED } from './columns.ts';

export interface DifferenceRow {
  readonly model: ReportModel;
  readonly difference: DifferenceResult;
}

/** Columns of differences.csv: one difference of two cells per row, n counts paired rounds. */
export function differenceColumns(): Column<DifferenceRow>[] {
  const identifier = (name: 'scenario' | 'workload' | 'metric' | 'of' | 'from', description: string): Column<DifferenceRow> =>
    column(name, 'identifier', description, (row) => row.difference[name], REQUIRED);
  const bound = (name: string, description: string, read: (row: DifferenceRow) => number | undefined) =>
    column<DifferenceRow>(name, 'number', description, read);
  return [
    column('schema_version', 'text', 'version of this column list', () => CSV_SCHEMA_VERSION, REQUIRED),
    column('run_id', 'identifier', 'the run, also the name of its folder', (row) => row.model.manifest.runId, REQUIRED),
    column('host_key', 'identifier', 'SHA-256 of the host facts that make runs comparable', (row) => row.model.manifest.host.key, REQUIRED),
    identifier('scenario', 'what was asked'),
    column('difference', 'identifier', 'name of the difference within its scenario', (row) => row.difference.id, REQUIRED),
    column('title', 'text', 'what the difference is the cost of', (row) => row.difference.title, REQUIRED),
    identifier('workload', 'the program'),
    identifier('metric', 'what was read; defined in report.json under “metrics”'),
    column('unit', 'text', 'SI base unit of every number with that dimension in the row', (row) => row.difference.unit, {
      required: true,
      values: ['s', 'B', 'J', 'W', '1'],
    }),
    identifier('of', 'the cell with the layer'),
    identifier('from', 'the cell without it'),
    column('differs', 'text', 'in what the two cells differ, from → of; empty where one of them was skipped', (row) =>
      differsText(row.difference),
    ),
    column('pairs', 'integer', 'rounds in which both cells have a value that counts', (row) => row.difference.pairs, REQUIRED),
    column(
      'status',
      'text',
      'complete: estimate and interval · partial: too few pairs for an interval · missing: no estimate',
      (row) => differenceStatus(row.difference),
      { required: true, values: ['complete', 'partial', 'missing'] },
    ),
    bound('estimate', 'of − from, paired by round (Hodges–Lehmann); negative: the layer saves', (row) => row.difference.estimate),
    bound('ci_low', 'lower bound of the difference', (row) => row.difference.interval?.low),
    bound('ci_high', 'upper bound of the difference', (row) => row.difference.interval?.high),
    column(
      'ci_method',
      'text',
      'how the bounds were found; none: too few pairs, see “note”',
      (row) => row.difference.interval?.method ?? 'none',
      { required: true, values: ['signed-rank-hl', 'none'] },
    ),
    bound('ci_level', 'nominal confidence level', (row) => row.difference.interval?.level),
    bound('ci_level_achieved', 'confidence level the bounds really have at this n', (row) => row.difference.interval?.achievedLevel),
    column('note', 'text', 'why the estimate or its interval is missing', (row) => row.difference.note),
  ];
}
