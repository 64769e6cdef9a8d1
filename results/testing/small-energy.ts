import type { EventBody } from '../../core/model/event.ts';
import type { Role } from '../../core/model/vocabulary.ts';
import type { Zone } from '../energy/accumulate.ts';
import { smallCell, smallEvents, smallPlan } from './small-run.ts';
import { groupByTrial, type TrialRecord } from '../derive/trial-record.ts';
import { sweep, zoneOf } from './power-traces.ts';

type WindowName = TrialRecord['windows'][number]['window'];

/** One window of a small trial: joules per zone from its first to its last read; text is an errno of the last read. */
export interface SmallWindow {
  readonly window: WindowName;
  readonly seconds: number;
  readonly joules?: Readonly<Record<string, number | string>>;
  /** CPU seconds, or why they are not known */
  readonly cpu?: Readonly<Partial<Record<Role, number | string>>>;
  /** CPU time there was; absent: not on record */
  readonly capacityS?: number | undefined;
  readonly stealShare?: number;
  readonly operations?: number;
}

export const PACKAGE = zoneOf();
export const DRAM = zoneOf({ zone: 'intel-rapl:0:0', name: 'dram', domain: 'dram', parent: 'intel-rapl:0' });

export function meterEvent(zones: readonly Zone[], change: Partial<Extract<EventBody, { kind: 'meter' }>> = {}): EventBody {
  return {
    kind: 'meter',
    atNs: 0,
    meter: 'powercap',
    method: 'rapl',
    scope: 'packages + dram',
    zones: [...zones],
    warnings: [],
    ...change,
  };
}

/** A source that was looked for and cannot be read. */
export function noMeter(meter: string, code: string, because: string): EventBody {
  return meterEvent([], { meter, method: 'unavailable', scope: 'none', unavailable: { code, because, remedy: 'none' } });
}

/** Events of windows one after the other, counters of `meter` beginning at 1000 J each time, 1 s of nothing in between. */
export function windowEvents(windows: readonly SmallWindow[], meter = 'powercap'): EventBody[] {
  let s = 1;
  return windows.flatMap(({ window, seconds, joules = {}, cpu = {}, capacityS, stealShare, operations = 0 }) => {
    const [fromS, toS] = [s, s + seconds];
    s = toS + 1;
    const start = sweep(fromS, Object.fromEntries(Object.keys(joules).map((zone) => [zone, 1_000_000_000])));
    const end = sweep(
      toS,
      Object.fromEntries(Object.entries(joules).map(([zone, j]) => [zone, typeof j === 'string' ? j : Math.round((1000 + j) * 1e6)])),
    );
    const read = (metric: string, role: Role, value: number | string): EventBody => {
      const unit = metric === 'window_steal' ? '1' : 's';
      const place = { kind: 'reading', atNs: toS * 1e9, probe: 'window-cpu', metric, role, unit, origin: 'test', window } as const;
      return typeof value === 'number' ? { ...place, value } : { ...place, unavailable: value };
    };
    const sweeps = Object.keys(joules).length === 0 ? [] : [start, end];
    return [
      { kind: 'window', atNs: fromS * 1e9, window, endNs: toS * 1e9, operations },
      ...sweeps.map((reads): EventBody => ({ kind: 'counter', atNs: reads[0]?.atNs ?? 0, meter, window, reads })),
      ...Object.entries(cpu).map(([role, value]) => read('window_cpu', role as Role, value)),
      ...(capacityS === undefined ? [] : [read('window_capacity', 'host', capacityS)]),
      ...(stealShare === undefined ? [] : [read('window_steal', 'host', stealShare)]),
    ];
  });
}

/** The record of one trial with a verified output and these events. */
export function smallRecord(events: readonly EventBody[]): TrialRecord {
  const plan = smallPlan([smallCell('a', 'window', 'subject')], 1);
  const output: EventBody = { kind: 'output', atNs: 0, bytes: 1, sha256: 'f'.repeat(64), correct: true };
  const [record] = groupByTrial(smallEvents(plan, () => [...events, output])).records;
  if (!record) throw new Error('no record');
  return record;
}
