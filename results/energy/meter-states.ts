import type { MeterState } from '../../core/model/energy.ts';
import { groupedBy } from '../derive/grouped-by.ts';
import type { TrialRecord } from '../derive/trial-record.ts';
import { median } from '../stats/quantile.ts';
import type { ZoneChoice } from './choose-zones.ts';
import type { Meter } from './pick-meter.ts';
import { trialChoices, windowEnergy } from './window-energy.ts';

interface Found {
  readonly record: TrialRecord;
  readonly meter: Meter;
}

/**
 * Every source of energy that was looked for in the run, in the order of the record. One that could be read in any trial is shown as read, with what its sum is
 * made of in the first such trial, and with a warning for trials in which that was different.
 */
export function meterStates(records: readonly TrialRecord[]): MeterState[] {
  const found = records.flatMap((record) => record.meters.map((meter): Found => ({ record, meter })));
  return [...groupedBy(found, ({ meter }) => meter.meter).values()].flatMap((of) => stateOf(of) ?? []);
}

function stateOf(found: readonly Found[]): MeterState | undefined {
  const read = found.filter(({ meter }) => meter.unavailable === undefined);
  const shown = read[0] ?? found[0];
  if (!shown) return undefined;
  const { meter, method, scope, unavailable } = shown.meter;
  const choices = read.map((one) => trialChoices(one.record, one.meter));
  const latencies = found.flatMap(({ record }) =>
    record.counters.filter((one) => one.meter === meter).flatMap(({ reads }) => reads.map(({ latencyNs }) => latencyNs)),
  );
  return {
    meter,
    method,
    scope,
    zones: (choices[0] ?? []).map(({ zone: { zone, name, domain }, counted, because }) => ({
      zone,
      name,
      domain,
      counted,
      ...(because === undefined ? {} : { because }),
    })),
    warnings: warningsOf(found, read, choices),
    ...(unavailable ? { unavailable } : {}),
    reads: latencies.length,
    ...(latencies.length === 0
      ? {}
      : { latencyMedianNs: median(latencies), latencyMaxNs: latencies.reduce((most, one) => Math.max(most, one), 0) }),
  };
}

function warningsOf(found: readonly Found[], read: readonly Found[], choices: readonly (readonly ZoneChoice[])[]): string[] {
  const refused = found.filter(({ meter }) => meter.unavailable !== undefined);
  const sums = new Set(choices.map(summed));
  const others = choices.filter((one) => summed(one) !== summed(choices[0] ?? [])).length;
  const notes = read.flatMap(({ record, meter }, index) =>
    record.windows.flatMap(({ window }) => windowEnergy(record, meter, window, choices[index] ?? [])?.notes ?? []),
  );
  return [
    ...new Set([
      ...found.flatMap(({ meter }) => meter.warnings),
      ...notes,
      ...(read.length > 0 && refused.length > 0
        ? [`could not be read in ${refused.length} of ${found.length} trials: ${refused[0]?.meter.unavailable?.because ?? ''}`]
        : []),
      ...(sums.size > 1 ? [`the sum was over other zones in ${others} of ${read.length} trials`] : []),
    ]),
  ];
}

function summed(choices: readonly ZoneChoice[]): string {
  return choices.flatMap(({ zone, counted }) => (counted ? [zone.zone] : [])).join(' ');
}
