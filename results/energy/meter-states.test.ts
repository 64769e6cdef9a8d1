import { describe, expect, it } from 'vitest';
import { MeterState } from '../../core/model/energy.ts';
import { zoneOf } from '../testing/power-traces.ts';
import { DRAM, meterEvent, noMeter, PACKAGE, smallRecord, windowEvents } from '../testing/small-energy.ts';
import { meterStates } from './meter-states.ts';

const DRAM1 = zoneOf({ zone: 'intel-rapl:1:0', name: 'dram', domain: 'dram', parent: 'intel-rapl:1' });
const OTHER = zoneOf({ zone: 'intel-rapl:1', name: 'package-1' });
const PSYS = zoneOf({ zone: 'intel-rapl:2', name: 'psys', domain: 'psys' });
const metered = (joules: Readonly<Record<string, number | string>>, zones = [PACKAGE, DRAM]) =>
  smallRecord([
    meterEvent(zones, { warnings: ['the reader of this test warns'] }),
    noMeter('perf', 'no-tool', 'perf is not there'),
    ...windowEvents([{ window: 'held', seconds: 10, joules }]),
  ]);

describe('the state of energy meters', () => {
  it('names every source with its zones, what is summed and why not, its reads and their latency', () => {
    const states = meterStates([
      metered({ 'intel-rapl:0': 100, 'intel-rapl:0:0': 10, 'intel-rapl:2': 200 }, [PACKAGE, DRAM, PSYS]),
      metered({ 'intel-rapl:0': 110, 'intel-rapl:0:0': 10, 'intel-rapl:2': 200 }, [PACKAGE, DRAM, PSYS]),
    ]);
    expect(states).toEqual([
      {
        meter: 'powercap',
        method: 'rapl',
        scope: 'packages + dram',
        zones: [
          { zone: 'intel-rapl:0', name: 'package-0', domain: 'package', counted: true },
          { zone: 'intel-rapl:0:0', name: 'dram', domain: 'dram', counted: true },
          {
            zone: 'intel-rapl:2',
            name: 'psys',
            domain: 'psys',
            counted: false,
            because: 'overlaps the packages and what is around them: never added',
          },
        ],
        warnings: ['the reader of this test warns'],
        // two trials, two sweeps each, three zones
        reads: 12,
        latencyMedianNs: 20_000,
        latencyMaxNs: 20_000,
      },
      {
        meter: 'perf',
        method: 'unavailable',
        scope: 'none',
        zones: [],
        warnings: [],
        unavailable: { code: 'no-tool', because: 'perf is not there', remedy: 'none' },
        reads: 0,
      },
    ]);
    for (const state of states) expect(MeterState.parse(state)).toEqual(state);
  });

  it('warns where a meter could not be read in some trials, or summed other zones', () => {
    const mmio = zoneOf({ zone: 'intel-rapl-mmio:0', control: 'intel-rapl-mmio' });
    const refused = smallRecord([noMeter('powercap', 'denied', 'only root may read it')]);
    const states = meterStates([
      metered({ 'intel-rapl:0': 100, 'intel-rapl-mmio:0': 100 }, [PACKAGE, mmio]),
      refused,
      metered({ 'intel-rapl:0': 'EIO', 'intel-rapl-mmio:0': 100 }, [PACKAGE, mmio]),
    ]);
    expect(states[0]).toMatchObject({
      method: 'rapl',
      warnings: [
        'the reader of this test warns',
        'could not be read in 1 of 3 trials: only root may read it',
        'the sum was over other zones in 1 of 2 trials',
      ],
    });
    expect(states[0]).not.toHaveProperty('unavailable');
  });

  it('passes on what is absurd about dram', () => {
    const joules = { 'intel-rapl:0': 100, 'intel-rapl:0:0': 1, 'intel-rapl:1': 100, 'intel-rapl:1:0': 33 };
    expect(meterStates([metered(joules, [PACKAGE, DRAM, OTHER, DRAM1])])[0]?.warnings).toContain(
      'dram of package-1 shows more than 20 times the energy of dram of package-0: one of them is misread',
    );
  });

  it('is empty for a record of an earlier version', () => {
    expect(meterStates([smallRecord([])])).toEqual([]);
  });
});
