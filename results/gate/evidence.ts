import type { SelectedGate } from '../../core/plan/gate-selection.ts';
import { gateCellIds } from '../../core/plan/gate-plan.ts';
import type { GateResult } from '../../core/model/gate-report.ts';
import type { Plan } from '../../core/model/plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { okValues, type Series } from '../derive/round-values.ts';
import { median } from '../stats/quantile.ts';
import type { GateSeries } from './decide.ts';
import type { ExactValues } from './exact.ts';
import { type FailedTrials, failedText } from './failed-trials.ts';
import { type ArmSeries, roundPairs } from './series.ts';
import { MOST_VOID_SHARE, voidText, type VoidTrials } from './void-trials.ts';

interface Measured {
  readonly plan: Plan;
  readonly samples: readonly Sample[];
  readonly failed: readonly FailedTrials[];
  readonly voided: readonly VoidTrials[];
}

export type Evidence =
  /** `settled`: no further round changes it */
  | { readonly missing: string; readonly settled: boolean }
  | { readonly exact: ExactValues }
  | { readonly series: GateSeries; readonly shown: Pick<GateResult, 'base' | 'head'> };

/** What a gate is judged by, or why it cannot be: a skipped cell, a trial that failed, a number that is not there. */
export function gateEvidence(gate: SelectedGate, arms: ArmSeries, measured: Measured): Evidence {
  const { plan, samples, failed, voided } = measured;
  const ids = gateCellIds(plan.scenarios[0]?.scenario ?? '', gate);
  const wanted = gate.kind === 'budget' ? (['head'] as const) : (['base', 'head'] as const);
  for (const arm of wanted) {
    const skipped = plan.skipped.find(({ cell }) => cell === ids[arm]);
    if (skipped) return { missing: `${arm} cannot run here: ${skipped.reason}; ${skipped.remedy}`, settled: true };
    const failure = failed.find(({ cell }) => cell === ids[arm]);
    if (failure) return { missing: `${arm} failed ${failedText(failure)}: a program that fails has no start-up time`, settled: true };
    const gone = gate.kind === 'relative' ? tooManyVoid(ids[arm], voided) : undefined;
    if (gone !== undefined) return { missing: `${arm}: ${gone}, more than a tenth: what is left is no fair sample`, settled: false };
    const series = arms[arm];
    const known = series && singles(gate, ids[arm], series, samples).length > 0;
    if (!known) return { missing: `${arm} has no ${gate.metric}${reasonOf(series)}`, settled: false };
  }
  const { base, head, twin } = arms;
  const valuesOf = (cell: string, series: Series): number[] => singles(gate, cell, series, samples).map(({ value }) => value);
  if (!head) return { missing: `head has no ${gate.metric}`, settled: false };
  if (gate.kind === 'budget') {
    return gate.isExact === true ? { exact: { head: valuesOf(ids.head, head) } } : budgetEvidence(gate, ids.head, head, samples);
  }
  if (!base) return { missing: `base has no ${gate.metric}`, settled: false };
  if (gate.kind === 'exact') return { exact: { base: valuesOf(ids.base, base), head: valuesOf(ids.head, head) } };
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

/** Every value of one series, not reduced by round. A void start is still a start: a budget must not lose the slow ones. */
function singles({ kind, metric }: SelectedGate, cell: string, { role }: Series, samples: readonly Sample[]) {
  return samples.flatMap(({ cell: of, metric: name, role: whose, round, outcome }) => {
    const counts = outcome.status === 'ok' || (kind === 'budget' && outcome.status === 'invalid');
    return counts && of === cell && name === metric && whose === role ? [{ round, value: outcome.value }] : [];
  });
}

function tooManyVoid(cell: string, voided: readonly VoidTrials[]): string | undefined {
  const found = voided.find((one) => one.cell === cell);
  return found && found.isVoid > MOST_VOID_SHARE * found.trials ? voidText(found) : undefined;
}

function reasonOf(series: Series | undefined): string {
  const reason = [...(series?.rounds.values() ?? [])].flatMap((outcome) => (outcome.status === 'unavailable' ? [outcome.reason] : []))[0];
  return reason === undefined ? ' in this run' : `: ${reason}`;
}
