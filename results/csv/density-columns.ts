import type { Density, Ramp } from '../../core/model/density.ts';
import type { Cell } from '../../core/model/plan.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { type Column, column, CSV_SCHEMA_VERSION, REQUIRED } from './columns.ts';

export interface DensityRow {
  readonly model: ReportModel;
  readonly cell: Cell;
  readonly density: Density;
  /** undefined: the cell has no ramp on record */
  readonly ramp: Ramp | undefined;
}

/** Columns of density.csv: one ramp per row, with what the run predicts and has verified for its cell. */
export function densityColumns(): Column<DensityRow>[] {
  const number = (name: string, description: string, read: (row: DensityRow) => number | undefined): Column<DensityRow> =>
    column(name, 'number', description, read);
  const integer = (name: string, description: string, read: (row: DensityRow) => number | undefined): Column<DensityRow> =>
    column(name, 'integer', description, read);
  return [
    ...keyColumns(),
    number('memory_cap', 'B: memory limit of the fleet’s own group; empty: the host’s memory', (row) => row.density.memoryCapBytes),
    integer('predicted', 'instances that should fit, from this run’s memory fits', (row) => row.density.predicted?.estimate),
    integer('predicted_low', 'the same with the upper bound of s', (row) => row.density.predicted?.low),
    integer('predicted_high', 'the same with the lower bound of s', (row) => row.density.predicted?.high),
    column('predicted_from', 'text', 'formula and fit of the prediction, or why there is none', ({ density }) =>
      density.predicted ? density.predicted.from : density.note,
    ),
    integer('ramps', 'ramps of the cell that ended by themselves', (row) => row.density.verified.length),
    number('verified_median', 'instances, median of those ramps', (row) => row.density.median),
    column('verified_limit', 'identifier', 'what most of those ramps ended at', (row) => row.density.limit),
    number('instances_per_gib', 'instances ÷ GiB they take together, median of those ramps', (row) => row.density.instancesPerGib),
    column('trial', 'identifier', 'this ramp; empty: none is on record', (row) => row.ramp?.trialId),
    integer('round', 'round of this ramp', (row) => row.ramp?.round),
    column(
      'status',
      'text',
      'ended: by a limit · failed: it verifies nothing, see “failure” · missing: no ramp on record',
      ({ ramp }) => rampStatus(ramp),
      {
        required: true,
        values: ['ended', 'failed', 'missing'],
      },
    ),
    column(
      'failure',
      'text',
      'code of the failure; interrupted: cut off, its levels are whole as far as they go',
      (row) => row.ramp?.failure,
    ),
    integer('instances', 'largest fleet of this ramp that was still acceptable', ({ ramp }) => ramp && reachedBy(ramp)),
    column('limit', 'identifier', 'what ended this ramp', (row) => row.ramp?.limit?.limit),
    column('evidence', 'text', 'what shows that', (row) => row.ramp?.limit?.evidence),
    column('levels', 'text', 'fleets of this ramp in their order: instances and ok, or why not', ({ ramp }) =>
      ramp?.levels.map(({ instances, ok, because }) => `${instances} ${ok ? 'ok' : (because ?? 'not ok')}`).join('; '),
    ),
    column('headroom', 'text', 'how near every other limit was at the end: used of most', ({ ramp }) =>
      ramp?.headroom.map(({ limit, used, max }) => `${limit} ${used}${max === undefined ? '' : ` of ${max}`}`).join('; '),
    ),
  ];
}

function keyColumns(): Column<DensityRow>[] {
  const identifier = (name: 'scenario' | 'runner' | 'variant' | 'workload', description: string): Column<DensityRow> =>
    column(name, 'identifier', description, (row) => row.cell[name], REQUIRED);
  return [
    column('schema_version', 'text', 'version of this column list', () => CSV_SCHEMA_VERSION, REQUIRED),
    column('run_id', 'identifier', 'the run, also the name of its folder', (row) => row.model.manifest.runId, REQUIRED),
    column('host_key', 'identifier', 'SHA-256 of the host facts that make runs comparable', (row) => row.model.manifest.host.key, REQUIRED),
    identifier('scenario', 'what was asked'),
    column('cell', 'identifier', 'runner × variant × workload × factors, unique within the run', (row) => row.cell.id, REQUIRED),
    identifier('runner', 'the technology'),
    identifier('variant', 'how the technology was used'),
    identifier('workload', 'the program'),
  ];
}

function rampStatus(ramp: Ramp | undefined): 'ended' | 'failed' | 'missing' {
  if (!ramp) return 'missing';
  return ramp.failure === undefined && ramp.limit ? 'ended' : 'failed';
}

function reachedBy({ levels, limit }: Ramp): number | undefined {
  if (limit) return limit.instances;
  const ok = levels.filter((level) => level.ok).map(({ instances }) => instances);
  return ok.length === 0 ? undefined : Math.max(...ok);
}
