import type { Cell } from '../../core/model/plan.ts';
import type { ReportModel } from '../../core/model/report.ts';
import { median } from '../stats/quantile.ts';
import { failedText, failedTrials } from './failed-trials.ts';
import type { HyperfineResult } from './hyperfine.ts';

export interface HyperfineExport {
  readonly results: readonly HyperfineResult[];
  /** what the format cannot hold, in words */
  readonly notes: readonly string[];
}

/**
 * A run in the form of `hyperfine --export-json`: one result per cell that has values of `metric` (a time), every trial a time in s, in the order in which
 * they ran. `command` is the cell’s id. hyperfine’s `user` and `system` are null, not 0: CPU time is recorded undivided.
 */
export function hyperfineExport(model: ReportModel, metric = 'cold_start'): HyperfineExport {
  const results = model.cells.flatMap((cell) => resultOf(model, cell, metric));
  const failed = failedTrials(model.samples).map((one) => `${one.cell}: ${failedText(one)} failed and are left out`);
  const split = results.length === 0 ? [] : ['user and system are null: thirdwave records CPU time undivided'];
  return { results, notes: [...split, ...failed] };
}

function resultOf(model: ReportModel, cell: Cell, metric: string): HyperfineResult[] {
  const times = model.samples.flatMap(({ cell: of, metric: name, role, unit, outcome }) =>
    of === cell.id && name === metric && role === 'instance' && unit === 's' && outcome.status === 'ok' ? [outcome.value] : [],
  );
  if (times.length === 0) return [];
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const squares = times.reduce((sum, time) => sum + (time - mean) ** 2, 0);
  const { id, runner, variant, workload, cacheState, factors } = cell;
  return [
    {
      command: id,
      mean,
      stddev: times.length === 1 ? null : Math.sqrt(squares / (times.length - 1)),
      median: median(times),
      user: null,
      system: null,
      min: Math.min(...times),
      max: Math.max(...times),
      times,
      exit_codes: times.map(() => 0),
      parameters: { metric, runner, variant, workload, cache_state: cacheState, ...factors },
    },
  ];
}
