import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPlan } from '../../core/execute/run-plan.ts';
import type { RunContext } from '../../core/model/context.ts';
import { groupByTrial, type TrialRecord } from '../../results/derive/trial-record.ts';
import { energySamples } from '../../results/energy/energy-samples.ts';
import { type SimulatedZone, type Simulator, startSimulator } from '../../test/energy/simulator.ts';
import { scriptedPlan, scriptedRun } from '../../test/scripted-run.ts';
import { energyProbe } from '../energy.ts';
import type { Probe } from '../probe.ts';
import { energyHost } from './energy-host.ts';

const BASELINE_W = 40;
const LOAD_W = 25;

function zonesUnder(load: string): readonly SimulatedZone[] {
  const common = { rangeUj: '262143328', startUj: '200000000', maxPowerUw: 70e6 };
  return [
    {
      ...common,
      path: 'intel-rapl/intel-rapl:0',
      name: 'package-0',
      power: { baselineW: BASELINE_W, load: { file: load, wattsPerUnit: LOAD_W } },
    },
    { ...common, path: 'intel-rapl/intel-rapl:0/intel-rapl:0:0', name: 'dram', stepUj: 15, power: { baselineW: 5 } },
  ];
}

/** Puts load on the made machine in every second window: the one between the idle ones. Not sensitive: it opens first and closes last. */
function loader(file: string): Probe {
  const set = (units: number): void => writeFileSync(file, `${units}\n`);
  return {
    id: 'loader',
    title: 'Load',
    metrics: [],
    scope: 'host',
    sensitive: false,
    activities: ['window'],
    open: async () => {
      let windows = 0;
      return {
        window: async () => {
          set(windows % 2);
          windows += 1;
          return {
            close: async () => {
              set(0);
              return [];
            },
          };
        },
      };
    },
  };
}

interface Known {
  readonly joules: number;
  readonly seconds: number;
  /** how far the counters' ticks can have stood behind at both edges, J */
  readonly edgeJ: number;
}

/** What the simulator truly counted between the first and the last read of a window. */
async function known(simulator: Simulator, record: TrialRecord, window: string): Promise<Known> {
  const sweeps = record.counters.filter((counter) => counter.window === window).map(({ reads }) => reads);
  let [joules, edgeJ, seconds] = [0, 0, 0];
  for (const id of ['intel-rapl:0', 'intel-rapl:0:0']) {
    const [first, last] = [sweeps[0], sweeps.at(-1)].map((sweep) => sweep!.find(({ zone }) => zone === id)!);
    const ends = [];
    for (const { atNs, latencyNs } of [first!, last!]) {
      const half = BigInt(Math.ceil(latencyNs / 2) + 1);
      const { exactUj, lowUj, highUj } = (await simulator.truth(BigInt(atNs) - half, BigInt(atNs) + half)).find(({ zone }) => zone === id)!;
      ends.push(exactUj);
      edgeJ += Math.max(exactUj - lowUj, highUj - exactUj) / 1e6;
    }
    joules += (ends[1]! - ends[0]!) / 1e6;
    seconds = (last!.atNs - first!.atNs) / 1e9;
  }
  return { joules, seconds, edgeJ };
}

describe('a trial on a live machine of known power', () => {
  it('gives gross and net energy per unit, from windows between idle windows', { timeout: 90_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'load-'));
    await using _ = { [Symbol.asyncDispose]: async () => rm(folder, { recursive: true }) };
    const load = join(folder, 'load');
    writeFileSync(load, '0\n');
    await using simulator = await startSimulator(zonesUnder(load));
    const now = (): number => Number(process.hrtime.bigint());
    const host = ({ toolbox }: RunContext) => energyHost({ toolbox, now, root: simulator.root });
    const run = scriptedRun({ probes: [energyProbe({ intervalMs: 200, host }), loader(load)] });
    const plan = scriptedPlan(['steady'], 2, {
      activity: 'window',
      units: ['cold-start'],
      energy: { window: '1500ms', bracket: '1500ms', unmetered: '1s' },
    });
    // The blank rests between its units: the machine that makes the power is this one.
    const blanks = plan.cells.filter(({ role }) => role === 'blank');
    const trials = plan.trials.filter(({ cell }) => blanks.some(({ id }) => id === cell));
    await runPlan({ ...plan, trials }, { ...run, context: { ...run.context, now, originNs: 0n } });
    const records = groupByTrial(run.events).records.filter(({ cell }) => blanks.some(({ id }) => id === cell));
    expect(records.map(({ failure }) => failure)).toEqual(trials.map(() => undefined));
    let valid = 0;
    for (const record of records) {
      const units = record.windows.find(({ window }) => window === 'work')?.operations ?? 0;
      const samples = new Map(energySamples(record).map(({ metric, outcome }) => [metric, outcome]));
      const [gross, net, idle] = ['energy_gross', 'energy_net', 'power_idle'].map((metric) => samples.get(metric));
      // A machine so busy that ticks come late looks as if idle power drifted: then the block must be void, not wrong.
      if (gross?.status === 'invalid') expect(gross.rule).toMatch(/idle-drift|counter-ambiguous/);
      if (gross?.status !== 'ok' || net?.status !== 'ok' || idle?.status !== 'ok') continue;
      valid += 1;
      const [before, work, after] = [
        await known(simulator, record, 'idle-before'),
        await known(simulator, record, 'work'),
        await known(simulator, record, 'idle-after'),
      ];
      expect(Math.abs(gross.value * units - work.joules)).toBeLessThanOrEqual(0.005 * work.joules + work.edgeJ);
      const idleS = before.seconds + after.seconds;
      const idleW = (before.joules + after.joules) / idleS;
      const idleEdgeW = (before.edgeJ + after.edgeJ) / idleS;
      expect(Math.abs(idle.value - idleW)).toBeLessThanOrEqual(0.005 * idleW + idleEdgeW);
      const netJ = work.joules - idleW * work.seconds;
      expect(Math.abs(net.value * units - netJ)).toBeLessThanOrEqual(0.005 * work.joules + work.edgeJ + idleEdgeW * work.seconds);
      // What was put on, but for the ticks at its ends.
      expect(netJ).toBeGreaterThan(0.8 * LOAD_W * work.seconds);
    }
    expect(valid).toBeGreaterThan(0);
  });
});
