import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CounterEvent, MeterEvent } from '../core/model/event.ts';
import type { Cell } from '../core/model/plan.ts';
import { fixture, madeHost, type MadeHost } from '../test/energy/made-host.ts';
import { scriptedRun } from '../test/scripted-run.ts';
import { energyProbe } from './energy.ts';
import type { EnergyHost } from './energy/source.ts';
import type { MeterTrace, Reading } from './probe.ts';

const CELL: Cell = {
  id: 'e:fake/steady/noop:cold-start',
  scenario: 'e',
  role: 'subject',
  runner: 'fake',
  variant: 'steady',
  workload: 'noop',
  activity: 'window',
  unit: 'cold-start',
  rung: 'host-process',
  cacheState: 'page-warm',
  factors: {},
};
const EMPTY = { roles: [] };

/** A probe on a made machine, which counts how often counters are read. */
function probeOn({ host }: MadeHost, intervalMs = 100) {
  const looks = { reads: 0 };
  const counting: EnergyHost = {
    ...host,
    files: {
      ...host.files,
      read: (path) => {
        if (path.endsWith('energy_uj')) looks.reads += 1;
        return host.files.read(path);
      },
    },
  };
  return { probe: energyProbe({ intervalMs, host: () => counting }), looks };
}

function counters(traces: readonly (Reading | MeterTrace)[]) {
  return traces.flatMap((trace) => ('kind' in trace && trace.kind === 'counter' ? [trace] : []));
}
function meters(traces: readonly (Reading | MeterTrace)[]) {
  return traces.flatMap((trace) => ('kind' in trace && trace.kind === 'meter' ? [trace] : []));
}

describe('the energy probe', () => {
  it('reads all zones at the edges of a window, and what it says is a record', async () => {
    await using made = await madeHost(fixture('intel-2s'));
    const { context } = scriptedRun();
    const session = await probeOn(made).probe.open(context, CELL);
    expect(session.meters).toBe(true);
    const window = await session.window!(EMPTY);
    await made.host.sleep(2e9);
    const traces = await window.close();
    const base = { seq: 0, trialId: 't', atNs: 0 };
    for (const meter of meters(traces)) MeterEvent.parse({ ...base, ...meter });
    const reads = counters(traces).map((counter) => CounterEvent.parse({ ...base, window: 'work', ...counter }).reads);
    expect(reads.length).toBeGreaterThanOrEqual(2);
    for (const sweep of reads)
      expect(sweep.map(({ zone }) => zone)).toEqual(['intel-rapl:0', 'intel-rapl:0:0', 'intel-rapl:1', 'intel-rapl:1:0']);
    const times = reads.flat().map(({ atNs }) => atNs);
    expect(times).toEqual(times.toSorted((x, y) => x - y));
    expect(reads.flat().every(({ latencyNs }) => latencyNs > 0)).toBe(true);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(2e9);
  });

  it('introduces every kind of meter once per trial, the one it reads before those it does not', async () => {
    await using made = await madeHost(fixture('wall'));
    const { probe } = probeOn(made);
    const { context } = scriptedRun();
    for (const trial of [1, 2]) {
      const session = await probe.open(context, CELL);
      const first = meters(await (await session.window!(EMPTY)).close());
      expect([trial, ...first.map(({ meter }) => meter)]).toEqual([trial, 'hwmon', 'powercap', 'perf']);
      expect(first[1]?.warnings.join()).toContain('Not read: Power meter of the whole machine');
      const second = await (await session.window!(EMPTY)).close();
      expect(meters(second)).toEqual([]);
      expect(counters(second).map(({ meter }) => meter)).toContain('hwmon');
    }
  });

  it('says why there is none, and opens windows without counters', async () => {
    await using made = await madeHost(fixture('denied'));
    const session = await probeOn(made).probe.open(scriptedRun().context, CELL);
    expect(session.meters).toBe(false);
    const traces = await (await session.window!(EMPTY)).close();
    expect(counters(traces)).toEqual([]);
    const told = meters(traces).map(({ meter, method, unavailable }) => [meter, method, unavailable?.code]);
    expect(told).toEqual([
      ['hwmon', 'unavailable', 'absent'],
      ['powercap', 'unavailable', 'denied'],
      ['perf', 'unavailable', 'absent'],
    ]);
  });

  it('looks for meters once per run, whatever changes afterwards', async () => {
    await using made = await madeHost(fixture('intel-1s'));
    const { probe } = probeOn(made);
    const { context } = scriptedRun();
    await probe.open(context, CELL);
    made.tree.errors.set('energy_uj', 'EACCES');
    expect((await probe.open(context, CELL)).meters).toBe(true);
    expect((await probe.open(scriptedRun().context, CELL)).meters).toBe(false);
  });

  it('reads in between while a window is open, and never after it has closed', async () => {
    await using made = await madeHost(fixture('intel-1s'));
    const { probe, looks } = probeOn(made);
    const session = await probe.open(scriptedRun().context, CELL);
    const window = await session.window!(EMPTY);
    const atOpening = looks.reads;
    while (looks.reads < atOpening + 4) await pause(10);
    const traces = counters(await window.close());
    const atClosing = looks.reads;
    expect(traces.length).toBe(2 + (atClosing - atOpening - 2) / 2);
    await pause(250);
    expect(looks.reads).toBe(atClosing);
  });

  it('keeps the error of a zone that goes, and names one that comes', async () => {
    await using made = await madeHost(fixture('intel-2s'));
    const session = await probeOn(made).probe.open(scriptedRun().context, CELL);
    const window = await session.window!(EMPTY);
    made.tree.remove('intel-rapl:1');
    made.tree.add({ path: 'intel-rapl/intel-rapl:2', name: 'package-2', startUj: '1', watts: 1 });
    const last = counters(await window.close())
      .at(-1)
      ?.reads.map(({ zone, error }) => [zone, error]);
    expect(last).toEqual([
      ['intel-rapl:0', undefined],
      ['intel-rapl:0:0', undefined],
      ['intel-rapl:1', 'ENOENT'],
      ['intel-rapl:1:0', 'ENOENT'],
      ['intel-rapl:2', 'appeared'],
    ]);
  });
});
