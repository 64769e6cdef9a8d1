import type { MeterZone } from '../../core/model/event.ts';
import type { z } from 'zod';
import { textOf } from './files.ts';
import type { CounterReads, EnergyHost } from './source.ts';

type Zone = Pick<z.infer<typeof MeterZone>, 'zone' | 'origin'>;

/**
 * Reads the file of each zone once, in order. `atNs` is the middle of the read: a counter has no time stamp of its own, it is renewed about once per ms
 * (energy notes §2). An error is that zone's alone.
 */
export function readZones(zones: readonly Zone[], { files, now }: Pick<EnergyHost, 'files' | 'now'>): CounterReads {
  return zones.map(({ zone, origin }) => {
    const beforeNs = now();
    const found = textOf(files, origin);
    const afterNs = now();
    const read = { zone, atNs: Math.round((beforeNs + afterNs) / 2), latencyNs: Math.round(afterNs - beforeNs) };
    if ('error' in found) return { ...read, error: found.error };
    return /^\d+$/.test(found.text) ? { ...read, raw: found.text } : { ...read, error: 'not-a-number' };
  });
}

/** A counter that has not moved may only be between two renewals: looks up to three times, this far apart, ns. */
const LOOK_NS = 100e6;
const LOOKS = 3;

export interface Looked {
  /** the last read of every zone */
  readonly reads: CounterReads;
  /** zones that read the same in every look */
  readonly frozen: ReadonlySet<string>;
  /** how long was looked, ns */
  readonly lookedNs: number;
}

/** Reads all zones until each has moved, three times 100 ms at most. */
export async function lookAtZones(zones: readonly Zone[], host: EnergyHost): Promise<Looked> {
  const first = readZones(zones, host);
  const frozen = new Set(first.filter(({ raw }) => raw !== undefined).map(({ zone }) => zone));
  const rawOf = new Map(first.map(({ zone, raw }) => [zone, raw]));
  let reads = first;
  let lookedNs = 0;
  for (let look = 0; look < LOOKS && frozen.size > 0; look += 1) {
    await host.sleep(LOOK_NS);
    lookedNs += LOOK_NS;
    reads = readZones(zones, host);
    for (const { zone, raw } of reads) if (raw !== rawOf.get(zone)) frozen.delete(zone);
  }
  return { reads, frozen, lookedNs };
}
