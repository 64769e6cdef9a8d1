import type { GateReport } from '../../core/model/gate-report.ts';
import type { Sample } from '../../core/model/sample.ts';
import { okValues, seriesOf } from '../derive/round-values.ts';
import { hostChange, isSteady } from '../judge/host-change.ts';
import { percentText } from './words.ts';

/** What the fixed computation at the start of every round says of the host; undefined below ten rounds. */
export function controlOf(samples: readonly Sample[]): GateReport['control'] {
  const [series] = seriesOf(samples.filter(({ metric }) => metric === 'host_control'));
  const values = series ? okValues(series) : [];
  const change = hostChange(values);
  return change === undefined ? undefined : { change, n: values.length };
}

/** A host that changed its speed moves a budget, which is about it too, and widens the intervals of what alternates. */
export function driftWarnings(control: GateReport['control']): string[] {
  if (control === undefined || isSteady(control.change)) return [];
  const moved = `${percentText(control.change)} from the first to the last third of ${control.n} rounds`;
  return [`the host’s speed changed during the run (control ${moved}): base and head alternate and meet it alike, budgets do not`];
}
