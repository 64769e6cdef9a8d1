import { EnergyMethod } from '../../core/model/vocabulary.ts';
import type { TrialRecord } from '../derive/trial-record.ts';

export type Meter = TrialRecord['meters'][number];

/** Most telling first: a counter that is there but refused says more than one that is not there (codes: probes/energy/source.ts). */
const MOST_TELLING = ['denied', 'unreadable', 'masked', 'stuck', 'always-zero', 'no-range', 'dangling', 'no-zones', 'no-tool', 'absent'];

/** The meter highest on the evidence ladder that could be read in this trial; the first of equals. Joules of different meters are never mixed. */
export function bestMeter(meters: readonly Meter[]): Meter | undefined {
  const readable = meters.filter(({ unavailable }) => unavailable === undefined);
  return readable.toSorted((x, y) => EnergyMethod.options.indexOf(x.method) - EnergyMethod.options.indexOf(y.method))[0];
}

/** Why there is no energy: the most telling reason, and everything that was looked for. */
export function noMeterReason(meters: readonly Meter[]): string {
  const missing = meters.flatMap(({ meter, unavailable }) => (unavailable ? [{ meter, ...unavailable }] : []));
  const [first] = missing.toSorted((x, y) => placeOf(x.code) - placeOf(y.code));
  if (!first) return 'no energy meter was looked for in this trial';
  const lookedFor = missing.map(({ meter, code }) => `${meter} (${code})`).join(', ');
  return `${first.because.replace(/\.$/, '')}; looked for ${lookedFor}`;
}

function placeOf(code: string): number {
  const place = MOST_TELLING.indexOf(code);
  return place === -1 ? MOST_TELLING.length : place;
}
