import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunContext } from '../../core/model/context.ts';
import type { Cell } from '../../core/model/plan.ts';
import { hostEnergy } from '../../results/energy/host-energy.ts';
import { type SimulatedZone, type Simulator, startSimulator } from '../../test/energy/simulator.ts';
import { scriptedRun } from '../../test/scripted-run.ts';
import { energyProbe } from '../energy.ts';
import type { MeterTrace, ProbeSession } from '../probe.ts';
import { energyHost } from './energy-host.ts';
import type { CounterReads } from './source.ts';

/** Small ranges: a wrap every few seconds, which a read every 100 ms cannot miss. The package may draw 105 W at most (70 W × 1.5). */
const ZONES: readonly SimulatedZone[] = [
  {
    path: 'intel-rapl/intel-rapl:0',
    name: 'package-0',
    rangeUj: '262143328',
    startUj: '240000000',
    maxPowerUw: 70e6,
    power: {
      baselineW: 40,
      pulses: [
        { fromS: 0.6, toS: 0.9, watts: 55 },
        { fromS: 1.7, toS: 2.6, watts: 30 },
        { fromS: 3.1, toS: 3.15, watts: 70 },
      ],
    },
  },
  {
    path: 'intel-rapl/intel-rapl:0/intel-rapl:0:0',
    name: 'dram',
    rangeUj: '262143328',
    startUj: '261000000',
    stepUj: 15,
    maxPowerUw: 30e6,
    power: { baselineW: 5.5, pulses: [{ fromS: 0.2, toS: 3, watts: 2.25 }] },
  },
  {
    path: 'intel-rapl/intel-rapl:0/intel-rapl:0:1',
    name: 'core',
    rangeUj: '262143328',
    startUj: '0',
    power: { baselineW: 20 },
  },
];
const COUNTED = ['intel-rapl:0', 'intel-rapl:0:0'];

async function sessionOn(simulator: Simulator): Promise<ProbeSession> {
  const originNs = process.hrtime.bigint();
  const context: RunContext = { ...scriptedRun().context, originNs, now: () => Number(process.hrtime.bigint() - originNs) };
  const host = ({ toolbox }: RunContext) => energyHost({ toolbox, now: () => Number(process.hrtime.bigint()), root: simulator.root });
  return energyProbe({ intervalMs: 100, host }).open(context, {} as Cell);
}

async function windowOf(session: ProbeSession, ms: number) {
  const window = await session.window!({ roles: [] });
  await pause(ms);
  const traces = (await window.close()).filter((line): line is MeterTrace => 'kind' in line);
  const sweeps = traces.flatMap((line) => (line.kind === 'counter' ? [line.reads] : []));
  const zones = traces.flatMap((line) => (line.kind === 'meter' ? line.zones : []));
  return { sweeps, zones };
}

function readsOf(sweeps: readonly CounterReads[], zone: string) {
  return sweeps.map((sweep) => sweep.find((read) => read.zone === zone)!);
}

/** Half the package’s range at its largest power. */
const SAFE_GAP_S = 262.143328 / 2 / 105;

function longestGapS(sweeps: readonly CounterReads[]): number {
  const times = readsOf(sweeps, 'intel-rapl:0').map(({ atNs }) => atNs);
  return Math.max(...times.slice(1).map((time, index) => (time - times[index]!) / 1e9));
}

/** Truth about what one zone can have shown when it was read. */
async function truthOf(simulator: Simulator, read: CounterReads[number]) {
  const half = BigInt(Math.ceil(read.latencyNs / 2) + 1);
  const found = (await simulator.truth(BigInt(read.atNs) - half, BigInt(read.atNs) + half)).find(({ zone }) => zone === read.zone);
  if (!found) throw new Error(`the simulator has no zone ${read.zone}`);
  return found;
}

/** Known energy between two sweeps over the counted zones: by the power function, and how far the counters' ticks can have stood behind it, µJ. */
async function known(simulator: Simulator, first: CounterReads, last: CounterReads) {
  let exactUj = 0;
  let edgeUj = 0;
  for (const zone of COUNTED) {
    const [start, end] = [
      await truthOf(
        simulator,
        first.find((read) => read.zone === zone)!,
      ),
      await truthOf(
        simulator,
        last.find((read) => read.zone === zone)!,
      ),
    ];
    exactUj += end.exactUj - start.exactUj;
    edgeUj +=
      Math.max(start.exactUj - start.lowUj, start.highUj - start.exactUj) + Math.max(end.exactUj - end.lowUj, end.highUj - end.exactUj);
  }
  return { exactUj, edgeUj };
}

describe('the reader on a live machine of known power', () => {
  it('finds the joules of every window again, over wraps, within 0.5 % and one tick at each edge', async () => {
    await using simulator = await startSimulator(ZONES);
    const session = await sessionOn(simulator);
    let zones: Awaited<ReturnType<typeof windowOf>>['zones'] = [];
    for (let [wraps, windows] = [0, 0]; wraps < 2 || windows < 3;) {
      const window = await windowOf(session, 1000);
      if (window.zones.length > 0) zones = window.zones;
      const { sweeps } = window;
      const energy = hostEnergy(zones, sweeps);
      // A machine that stands still for more than a second may miss a turn: then the reader must know it.
      expect(energy.flaws.map(({ rule }) => rule)).toEqual(longestGapS(sweeps) > SAFE_GAP_S ? ['counter-ambiguous'] : []);
      if (energy.flaws.length > 0) continue;
      windows += 1;
      const { exactUj, edgeUj } = await known(simulator, sweeps[0]!, sweeps.at(-1)!);
      expect(Math.abs((energy.joules ?? 0) * 1e6 - exactUj)).toBeLessThanOrEqual(0.005 * exactUj + edgeUj);
      for (const zone of COUNTED) {
        const raw = readsOf(sweeps, zone).map((read) => BigInt(read.raw!));
        wraps += raw.filter((value, index) => index > 0 && value < raw[index - 1]!).length;
      }
    }
  });

  it('reads of a zone, at any time, what the file showed at that time', async () => {
    await using simulator = await startSimulator(ZONES);
    const { sweeps } = await windowOf(await sessionOn(simulator), 600);
    for (const read of sweeps.flat()) {
      const { rangeUj, startUj } = ZONES.find(({ path }) => path.endsWith(read.zone))!;
      const { lowUj, highUj } = await truthOf(simulator, read);
      const turns = (BigInt(startUj) + BigInt(lowUj)) / BigInt(rangeUj);
      const shown = [turns, turns + 1n].map((turn) => Number(BigInt(read.raw!) + turn * BigInt(rangeUj) - BigInt(startUj)));
      expect(shown.some((value) => value >= lowUj && value <= highUj)).toBe(true);
    }
  });
});
