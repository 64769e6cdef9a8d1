import type { MemoryFit, Reconciliation } from '../../core/model/density.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { type Column, column, CSV_SCHEMA_VERSION, REQUIRED } from './columns.ts';

export interface MemoryFitRow {
  readonly model: ReportModel;
  readonly fit: MemoryFit;
  /** of the same fleets, where this is one of its three readings */
  readonly reconciliation: Reconciliation | undefined;
}

type Read<T> = (row: MemoryFitRow) => T | undefined;

/** Columns of memory-fits.csv: one line M(N) = F + s·N per row. */
export function memoryFitColumns(): Column<MemoryFitRow>[] {
  const number = (name: string, description: string, read: Read<number>) => column<MemoryFitRow>(name, 'number', description, read);
  return [
    ...keyColumns(),
    column('points', 'integer', 'values behind the line', (row) => row.fit.points, REQUIRED),
    column('rounds', 'integer', 'rounds they come from', (row) => row.fit.rounds, REQUIRED),
    column('sizes', 'text', 'numbers of instances that have a value', (row) => row.fit.medians.map(({ instances }) => instances).join(' ')),
    column(
      'status',
      'text',
      'complete: slope and interval · partial: too few rounds for an interval · missing: no line · invalid: memory stayed behind from trial to trial, so that the line does not count',
      ({ fit }) => fitStatus(fit),
      { required: true, values: ['complete', 'partial', 'missing', 'invalid'] },
    ),
    number('slope', 's: per instance (Theil–Sen)', ({ fit }) => fit.slope?.estimate),
    number('slope_ci_low', 'lower bound of s', ({ fit }) => fit.slope?.interval?.low),
    number('slope_ci_high', 'upper bound of s', ({ fit }) => fit.slope?.interval?.high),
    number('intercept', 'F: at no instance, paid once', ({ fit }) => fit.intercept?.estimate),
    number('intercept_ci_low', 'lower bound of F', ({ fit }) => fit.intercept?.interval?.low),
    number('intercept_ci_high', 'upper bound of F', ({ fit }) => fit.intercept?.interval?.high),
    column('ci_method', 'text', 'how the bounds were found; none: see “note”', ({ fit }) => fit.slope?.interval?.method ?? 'none', {
      required: true,
      values: ['student-t', 'none'],
    }),
    number('ci_level', 'nominal confidence level', ({ fit }) => fit.slope?.interval?.level),
    column('curvature', 'text', 'whether the line is straight; empty where there is none', ({ fit }) => fit.curvature?.status, {
      values: ['straight', 'curved', 'unknown'],
    }),
    number('curvature_relative', 'slope of the upper half minus that of the lower, ÷ s; no unit', ({ fit }) => fit.curvature?.relative),
    column('invalid', 'text', 'why the line does not count', ({ fit }) => fit.invalid),
    column('note', 'text', 'why something is missing', ({ fit }) => fit.note),
    ...reconciliationColumns(),
  ];
}

function keyColumns(): Column<MemoryFitRow>[] {
  const identifier = (name: 'scenario' | 'runner' | 'variant' | 'workload' | 'metric', description: string): Column<MemoryFitRow> =>
    column(name, 'identifier', description, (row) => row.fit[name], REQUIRED);
  return [
    column('schema_version', 'text', 'version of this column list', () => CSV_SCHEMA_VERSION, REQUIRED),
    column('run_id', 'identifier', 'the run, also the name of its folder', (row) => row.model.manifest.runId, REQUIRED),
    column('host_key', 'identifier', 'SHA-256 of the host facts that make runs comparable', (row) => row.model.manifest.host.key, REQUIRED),
    identifier('scenario', 'what was asked'),
    identifier('runner', 'the technology'),
    identifier('variant', 'how the technology was used'),
    identifier('workload', 'the program'),
    column('state', 'text', 'what the instances had done when they were read', (row) => row.fit.state, {
      required: true,
      values: ['idle', 'after-first-request'],
    }),
    identifier('metric', 'what was read; memory_pss_plus_kernel: memory_pss_anon + memory_kernel of the same trial'),
    column('role', 'text', 'whose resources were counted; total: all roles together, each group and process once', (row) => row.fit.role, {
      required: true,
      values: ['instance', 'shim', 'daemon', 'vmm', 'host-process', 'total', 'host'],
    }),
    column('unit', 'text', 'SI base unit of every number with that dimension in the row', (row) => row.fit.unit, {
      required: true,
      values: ['s', 'B', 'J', 'W', '1'],
    }),
  ];
}

function reconciliationColumns(): Column<MemoryFitRow>[] {
  return [
    column(
      'reconciliation',
      'text',
      'of the three readings of the same fleets; agree: within 10 % · differ · unresolved: not known to 10 % · incomplete: one is missing; empty for every other reading',
      (row) => row.reconciliation?.status,
      { values: ['agree', 'differ', 'unresolved', 'incomplete'] },
    ),
    column('spread', 'number', 'largest of the three slopes minus smallest, ÷ smallest; no unit', (row) => row.reconciliation?.spread),
    column('residual', 'text', 'which reading is larger, by how much, or why that cannot be said', (row) => row.reconciliation?.because),
  ];
}

function fitStatus({ invalid, slope }: MemoryFit): 'complete' | 'partial' | 'missing' | 'invalid' {
  if (invalid !== undefined) return 'invalid';
  if (!slope) return 'missing';
  return slope.interval ? 'complete' : 'partial';
}
