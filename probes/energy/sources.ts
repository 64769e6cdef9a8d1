import { messageOf } from '../../core/model/error.ts';
import type { EnergyMethod } from '../../core/model/vocabulary.ts';
import type { z } from 'zod';
import { hwmon } from './hwmon.ts';
import { perf } from './perf.ts';
import { powercap } from './powercap.ts';
import { type EnergyHost, type FoundMeter, isFoundMeter, type MeterSource, type MissingMeter } from './source.ts';

/** Every kind of meter, best evidence first (DESIGN §4): the first that can be read is the one that is. */
export const METER_SOURCES: readonly MeterSource[] = [hwmon, powercap, perf];

/** What one kind of meter had to say. */
export interface LookedFor {
  readonly source: Pick<MeterSource, 'id' | 'title'>;
  readonly meter: FoundMeter | MissingMeter;
}

/** Looks for every kind, one after the other. A source that fails counts as unreadable, with its error. */
export async function lookForMeters(host: EnergyHost, sources: readonly MeterSource[] = METER_SOURCES): Promise<readonly LookedFor[]> {
  const looked: LookedFor[] = [];
  for (const source of sources) looked.push({ source, meter: await source.find(host).catch(failed) });
  return looked;
}

function failed(error: unknown): MissingMeter {
  const remedy = 'This is a defect of thirdwave: tell its maintainers what “doctor energy --json” says here.';
  return { missing: { code: 'unreadable', because: `looking for it failed: ${messageOf(error)}`, remedy } };
}

/** The best meter there is, or undefined. */
export function bestOf(looked: readonly LookedFor[]): (LookedFor & { readonly meter: FoundMeter }) | undefined {
  for (const { source, meter } of looked) if (isFoundMeter(meter)) return { source, meter };
  return undefined;
}

/** As it goes on record: what was read from a made tree is called so, whatever it would be on a machine. */
export function methodOf(meter: FoundMeter | MissingMeter, simulated: boolean): z.infer<typeof EnergyMethod> {
  if (!isFoundMeter(meter)) return 'unavailable';
  return simulated ? 'simulated' : meter.method;
}
