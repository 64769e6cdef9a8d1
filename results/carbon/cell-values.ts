import type { Band } from '../../core/model/energy.ts';
import type { Sample } from '../../core/model/sample.ts';
import type { Interval } from '../../core/model/summary.ts';
import type { Role } from '../../core/model/vocabulary.ts';
import { groupedBy } from '../derive/grouped-by.ts';
import { reasonOf } from '../derive/summarise.ts';
import { medianInterval } from '../stats/median-interval.ts';
import { median } from '../stats/quantile.ts';
import { spanning } from './band.ts';

export type SamplesByCell = ReadonlyMap<string, readonly Sample[]>;

/** Roles that are no part of a technology, or repeat the others. */
const APART: readonly Role[] = ['total', 'harness', 'host'];

/** Samples of one metric over some cells. */
export function samplesOfMetric(byCell: SamplesByCell, cells: readonly string[], metric: string): Sample[] {
  return cells.flatMap((cell) => (byCell.get(cell) ?? []).filter((sample) => sample.metric === metric));
}

export function okValues(samples: readonly Sample[], role: Role): number[] {
  return samples.flatMap(({ role: own, outcome }) => (own === role && outcome.status === 'ok' ? [outcome.value] : []));
}

/** Values of roles that make up a technology, one median per role. */
export function medianPerRole(samples: readonly Sample[]): { readonly role: Role; readonly value: number }[] {
  const own = samples.filter(({ role }) => !APART.includes(role));
  return [...groupedBy(own, ({ role }) => role)].flatMap(([role, ofRole]) => {
    const values = okValues(ofRole, role);
    return values.length === 0 ? [] : [{ role, value: median(values) }];
  });
}

/**
 * One value per trial: that of role `total` where a probe gave it, else the sum over the roles. A trial in which one role has no value that counts has
 * none: a sum without a shim would look like a cheaper technology.
 */
export function totalPerTrial(samples: readonly Sample[]): number[] {
  return [...groupedBy(samples, ({ cell, trialId }) => `${cell} ${trialId}`).values()].flatMap((trial) => {
    const total = okValues(trial, 'total');
    if (total.length > 0) return [median(total)];
    const parts = trial.filter(({ role }) => !APART.includes(role)).map(({ outcome }) => outcome);
    const values = parts.flatMap((outcome) => (outcome.status === 'ok' ? [outcome.value] : []));
    return values.length === 0 || values.length < parts.length ? [] : [values.reduce((sum, value) => sum + value, 0)];
  });
}

export interface Central {
  /** median with its 95 % interval; with fewer than six values, with the range of all of them */
  readonly band: Band;
  readonly n: number;
  readonly interval?: Interval;
}

export function centralOf(values: readonly number[]): Central | undefined {
  if (values.length === 0) return undefined;
  const central = median(values);
  const interval = medianInterval(values);
  if (!interval) return { n: values.length, band: spanning(central, ...values) };
  const { low, high } = interval;
  return { n: values.length, band: spanning(central, low, high), interval: { method: 'order-statistic', ...interval } };
}

/** Why samples have no value that counts, most frequent reason first; undefined where one has. */
export function whyNone(samples: readonly Sample[]): string | undefined {
  if (samples.some(({ outcome }) => outcome.status === 'ok')) return undefined;
  const reasons = groupedBy(
    samples.flatMap(({ outcome }) => reasonOf(outcome) ?? []),
    (reason) => reason,
  );
  return [...reasons].toSorted(([, x], [, y]) => y.length - x.length)[0]?.[0];
}
