import type { Outcome } from '../../core/model/outcome.ts';
import type { Sample } from '../../core/model/sample.ts';
import { median } from '../stats/quantile.ts';
import type { Pair } from '../stats/paired-log-ratio.ts';
import { slotKey } from './expected-slots.ts';

/** One cell × metric × role: one outcome per round, the unit of analysis. */
export interface Series {
  readonly cell: string;
  readonly metric: string;
  readonly role: Sample['role'];
  readonly unit: Sample['unit'];
  readonly rounds: ReadonlyMap<number, Outcome>;
  /** place of the trial within its round */
  readonly positions: ReadonlyMap<number, number>;
}

/**
 * Samples as series, in order of first appearance. Several samples of one round (batches of a warm loop) are reduced to the median
 * of its ok values first: iterations of one process are not independent and never pooled (method §4.1).
 */
export function seriesOf(samples: readonly Sample[]): Series[] {
  const grouped = new Map<string, Map<number, Sample[]>>();
  for (const sample of samples) {
    const key = seriesKey(sample.cell, sample);
    const rounds = grouped.get(key) ?? new Map<number, Sample[]>();
    grouped.set(key, rounds);
    const round = rounds.get(sample.round);
    if (round) round.push(sample);
    else rounds.set(sample.round, [sample]);
  }
  return [...grouped.values()].flatMap((rounds) => {
    const first = [...rounds.values()][0]?.[0];
    if (!first) return [];
    const { cell, metric, role, unit } = first;
    const outcomes = new Map([...rounds].map(([round, ofRound]) => [round, roundOutcome(ofRound)]));
    const positions = new Map([...rounds].map(([round, ofRound]) => [round, ofRound[0]?.position ?? 0]));
    return [{ cell, metric, role, unit, rounds: outcomes, positions }];
  });
}

export function seriesKey(cell: string, slot: Pick<Sample, 'metric' | 'role'>): string {
  return `${cell} ${slotKey(slot)}`;
}

function roundOutcome(samples: readonly Sample[]): Outcome {
  const values = samples.flatMap(({ outcome }) => (outcome.status === 'ok' ? [outcome.value] : []));
  if (values.length > 0) return { status: 'ok', value: median(values) };
  return samples[0]?.outcome ?? { status: 'unavailable', reason: 'no sample' };
}

/** Values that count, in the order of their rounds. */
export function okValues(series: Series): number[] {
  return [...series.rounds.entries()]
    .toSorted(([x], [y]) => x - y)
    .flatMap(([, outcome]) => (outcome.status === 'ok' ? [outcome.value] : []));
}

/** Rounds in which both series have a value that counts: a round with one missing side is no pair. */
export function pairsOf(left: Series, right: Series): Pair[] {
  return [...left.rounds.entries()]
    .toSorted(([x], [y]) => x - y)
    .flatMap(([round, outcome]) => {
      const other = right.rounds.get(round);
      return outcome.status === 'ok' && other?.status === 'ok' ? [{ value: outcome.value, reference: other.value }] : [];
    });
}
