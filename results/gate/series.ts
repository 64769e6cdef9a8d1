import type { SelectedGate } from '../../core/plan/gate-selection.ts';
import { gateCellIds } from '../../core/plan/gate-plan.ts';
import type { Sample } from '../../core/model/sample.ts';
import { type Series, seriesOf } from '../derive/round-values.ts';
import type { RoundPair } from './decide.ts';

/** The numbers of one cell of a gate run, by arm. Undefined: that arm has none of this metric. */
export interface ArmSeries {
  readonly base: Series | undefined;
  readonly head: Series | undefined;
  readonly twin: Series | undefined;
}

/** Look-up of a gate's arms: made once per look for all gates. Of several roles the instance's own counts. */
export function armSeries(config: string, samples: readonly Sample[]): (gate: SelectedGate) => ArmSeries {
  const byKey = new Map<string, Series>();
  for (const series of seriesOf(samples)) {
    const key = `${series.cell} ${series.metric}`;
    if (series.role === 'instance' || !byKey.has(key)) byKey.set(key, series);
  }
  return (gate) => {
    const ids = gateCellIds(config, gate);
    const of = (cell: string): Series | undefined => byKey.get(`${cell} ${gate.metric}`);
    return { base: of(ids.base), head: of(ids.head), twin: of(ids.twin) };
  };
}

/** Rounds in which both arms have a value that counts. */
export function roundPairs(base: Series, value: Series): RoundPair[] {
  return [...value.rounds.entries()]
    .toSorted(([x], [y]) => x - y)
    .flatMap(([round, outcome]) => {
      const other = base.rounds.get(round);
      return outcome.status === 'ok' && other?.status === 'ok' ? [{ round, value: outcome.value, base: other.value }] : [];
    });
}
