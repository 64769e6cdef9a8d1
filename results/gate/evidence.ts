import type { SelectedGate } from '../../core/plan/gate-selection.ts';
import { gateCellIds } from '../../core/plan/gate-plan.ts';
import type { GateResult } from '../../core/model/gate-report.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { okValues, type Series } from '../derive/round-values.ts';
import { median } from '../stats/quantile.ts';
import type { GateSeries } from './decide.ts';
import type { ExactValues } from './exact.ts';
import { type ArmSeries, roundPairs } from './series.ts';

interface Measured {
  readonly plan: Plan;
  readonly samples: readonly Sample[];
  readonly roundsDone: number;
}

export type Evidence =
  | { readonly missing: string }
  | { readonly exact: ExactValues }
  | { readonly series: GateSeries; readonly shown: Pick<GateResult, 'base' | 'head'> };

/** What a gate is judged by, or why it cannot be: a skipped cell, a trial that failed, a number that is not there. */
export function gateEvidence(gate: SelectedGate, arms: ArmSeries, measured: Measured): Evidence {
  const { plan, samples } = measured;
  const ids = gateCellIds(plan.scenarios[0]?.scenario ?? '', gate);
  const wanted = gate.kind === 'budget' ? (['head'] as const) : (['base', 'head'] as const);
  for (const arm of wanted) {
    const skipped = plan.skipped.find(({ cell }) => cell === ids[arm]);
    if (skipped) return { missing: `${arm} cannot run here: ${skipped.reason}; ${skipped.remedy}` };
    const failed = failures(ids[arm], samples);
    if (failed !== undefined) return { missing: `${arm} failed ${failed}: a program that fails has no start-up time` };
    if (!arms[arm] || okValues(arms[arm]).length === 0) return { missing: `${arm} has no ${gate.metric}${reasonOf(arms[arm])}` };
  }
  const { base, head, twin } = arms;
  if (!head) return { missing: `head has no ${gate.metric}` };
  if (gate.kind === 'budget') return budgetEvidence(gate, ids.head, head, samples);
  if (!base) return { missing: `base has no ${gate.metric}` };
  if (gate.kind === 'exact') {
    const valuesOf = (cell: string, series: Series): number[] => singles(gate, cell, series, samples).map(({ value }) => value);
    return { exact: { base: valuesOf(ids.base, base), head: valuesOf(ids.head, head) } };
  }
  return {
    series: {
      kind: 'relative',
      id: gate.id,
      head: roundPairs(base, head),
      twin: twin ? roundPairs(base, twin) : [],
      allowed: gate.limit - 1,
      minEffect: gate.minEffect,
    },
    shown: { base: median(okValues(base)), head: median(okValues(head)) },
  };
}

/** Single trials, not round medians: a budget is about starts as they come. */
function budgetEvidence(gate: SelectedGate, cell: string, head: Series, samples: readonly Sample[]): Evidence {
  const values = singles(gate, cell, head, samples);
  return { series: { kind: 'budget', id: gate.id, values, limit: gate.limit, share: shareOf(gate.stat) }, shown: {} };
}

/** Which quantile a budget is about. */
export function shareOf(stat: SelectedGate['stat']): 0.5 | 0.95 {
  return stat === 'p95' ? 0.95 : 0.5;
}

/** Every value of one series that counts, not reduced by round. */
function singles({ metric }: SelectedGate, cell: string, { role }: Series, samples: readonly Sample[]) {
  return samples.flatMap((sample) =>
    sample.cell === cell && sample.metric === metric && sample.role === role && sample.outcome.status === 'ok'
      ? [{ round: sample.round, value: sample.outcome.value }]
      : [],
  );
}

/** `3 of 40 trials (exit-code)`; undefined: none failed. */
function failures(cell: string, samples: readonly Sample[]): string | undefined {
  const trials = new Map<string, string | undefined>();
  for (const { cell: of, trialId, round, outcome } of samples) {
    if (of !== cell || round === 0) continue;
    trials.set(trialId, outcome.status === 'failed' ? outcome.code : trials.get(trialId));
  }
  const codes = [...trials.values()].filter((code) => code !== undefined);
  return codes.length === 0 ? undefined : `${codes.length} of ${trials.size} trials (${[...new Set(codes)].join(', ')})`;
}

function reasonOf(series: Series | undefined): string {
  const reason = [...(series?.rounds.values() ?? [])].flatMap((outcome) => {
    if (outcome.status === 'unavailable') return [outcome.reason];
    return outcome.status === 'invalid' ? [`every value is void by rule ${outcome.rule}`] : [];
  })[0];
  return reason === undefined ? ' in this run' : `: ${reason}`;
}
