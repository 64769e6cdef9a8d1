import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { energyHost } from '../../probes/energy/energy-host.ts';
import type { EnergyHost, FoundMeter } from '../../probes/energy/source.ts';
import { bestOf, lookForMeters } from '../../probes/energy/sources.ts';
import { WindowReads } from '../../probes/energy/window-reads.ts';
import { median } from '../../results/stats/quantile.ts';
import { loadRunners } from '../../runners/registry.ts';
import type { Prepared, RunnerSession } from '../../runners/runner.ts';
import { resolveBuiltin } from '../compose/workloads.ts';
import { alternating, type Comparison, type SelfBenchContext, type SelfBenchmark } from './benchmark.ts';

/** How long each arm starts programs one after the other, ns. */
const ARM_NS = 2e9;
/** Reads of one counter per arm and round. */
const READS = 200;

/** ms between reads within a window; undefined: no reading at all */
const ARMS = { off: undefined, '1hz': 1000, '10hz': 100 } as const;
type Arm = keyof typeof ARMS;

interface Meter {
  readonly id: string;
  readonly meter: FoundMeter;
  /** in words */
  readonly where: string;
}

/** What reading energy costs: cold starts of a do-nothing program with counters read at 1 Hz and 10 Hz against none read, and one read against a bare one. */
export const energy: SelfBenchmark = {
  id: 'energy',
  rounds: 20,
  async measure(context, rounds) {
    const { run, toolbox, io } = context;
    const found = await meterHere(context);
    io.log.info(`  counters: ${found.where}`);
    const runner = (await loadRunners()).find((candidate) => candidate.id === 'process');
    const variant = runner?.variants[0];
    if (!runner || !variant) throw new Error('there is no process runner');
    await using session = await runner.open(run.context);
    const prepared = await session.prepare(variant, await resolveBuiltin('noop', toolbox));
    const starts: Record<Arm, number>[] = [];
    const reads: { ours: number; theirs: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      starts.push(await oneRound(round, async (arm) => meanColdStart(context, { session, prepared, found, arm })));
      const [ours, theirs] = await alternating(
        round,
        async () => readSeconds(found),
        async () => bareSeconds(found),
      );
      reads.push({ ours, theirs });
      io.log.info(`  round ${round + 1} of ${rounds}`);
    }
    const against = (arm: Arm): Comparison => ({
      id: `energy-${arm}`,
      claim: `process/noop cold start, counters read every ${ARMS[arm] ?? 0} ms ÷ not read, means over ${ARM_NS / 1e9} s; ${found.where}`,
      atMost: 1.02,
      unit: 's',
      rounds: starts.map((round) => ({ ours: round[arm], theirs: round.off })),
    });
    const claim = `one read of one counter ÷ bare readFileSync of its file, medians of ${READS}; ${found.where}`;
    return [against('1hz'), against('10hz'), { id: 'energy-read', claim, atMost: 1.25, unit: 's', rounds: reads }];
  },
};

/** All arms once, beginning with another one each round. */
async function oneRound(round: number, measure: (arm: Arm) => Promise<number>): Promise<Record<Arm, number>> {
  const arms = Object.keys(ARMS) as Arm[];
  const values: Record<Arm, number> = { off: 0, '1hz': 0, '10hz': 0 };
  for (let turn = 0; turn < arms.length; turn += 1) {
    const arm = arms[(round + turn) % arms.length];
    if (arm !== undefined) values[arm] = await measure(arm);
  }
  return values;
}

interface ArmSpec {
  readonly session: RunnerSession;
  readonly prepared: Prepared;
  readonly found: Meter;
  readonly arm: Arm;
}

async function meanColdStart({ run }: SelfBenchContext, { session, prepared, found, arm }: ArmSpec): Promise<number> {
  const { context } = run;
  const intervalMs = ARMS[arm];
  const reads = intervalMs === undefined ? undefined : await WindowReads.open(await found.meter.open(), found.id, intervalMs);
  const untilNs = context.now() + ARM_NS;
  let totalNs = 0;
  let count = 0;
  while (context.now() < untilNs) {
    const spec = {
      trialId: `energy.${count}`,
      activity: 'run',
      readyTimeoutNs: 10e9,
      exitTimeoutNs: 10e9,
      signal: context.signal,
    } as const;
    await using instance = await session.start(prepared, spec);
    const exit = await instance.exited();
    totalNs += (exit.t1Ns ?? Number.NaN) - exit.t0Ns;
    count += 1;
  }
  await reads?.close();
  return totalNs / count / 1e9;
}

/** Latency of one counter as the probe records it. */
async function readSeconds({ meter }: Meter): Promise<number> {
  await using open = await meter.open();
  const latencies: number[] = [];
  while (latencies.length < READS) latencies.push(...(await open.read()).map(({ latencyNs }) => latencyNs));
  return median(latencies) / 1e9;
}

async function bareSeconds({ meter }: Meter): Promise<number> {
  const latencies: number[] = [];
  while (latencies.length < READS) {
    for (const { origin } of meter.zones) {
      const beforeNs = process.hrtime.bigint();
      readFileSync(origin, 'utf8');
      latencies.push(Number(process.hrtime.bigint() - beforeNs));
    }
  }
  return median(latencies) / 1e9;
}

/** This machine's best meter that is read from files; where there is none, made counters, which cost a file read but wake no processor. */
async function meterHere({ run, toolbox }: SelfBenchContext): Promise<Meter> {
  const now = (): number => run.context.now();
  const real = bestOf(await lookForMeters(energyHost({ toolbox, now, root: undefined })));
  if (real && real.source.id !== 'perf') return { id: real.source.id, meter: real.meter, where: `${real.source.title} of this machine` };
  const made = bestOf(await lookForMeters(await madeMachine(join(run.context.tempDir, 'power'), energyHostOf(toolbox, now))));
  if (!made) throw new Error('the made counters were not found');
  return {
    id: made.source.id,
    meter: made.meter,
    where: `${made.meter.zones.length} made counters, no RAPL here: plain files, which wake no processor`,
  };
}

type HostAt = (root: string) => EnergyHost;

function energyHostOf(toolbox: SelfBenchContext['toolbox'], now: () => number): HostAt {
  return (root) => energyHost({ toolbox, now, root });
}

/** Two sockets with dram. The files stand still; what they would have counted meanwhile, at 1 W, is added to what is read of them. */
async function madeMachine(root: string, hostAt: HostAt): Promise<EnergyHost> {
  const classFolder = join(root, 'sys', 'class', 'powercap');
  const zones = { 'intel-rapl:0': 'package-0', 'intel-rapl:0:0': 'dram', 'intel-rapl:1': 'package-1', 'intel-rapl:1:0': 'dram' };
  for (const [zone, name] of Object.entries(zones)) {
    const folder = join(classFolder, zone);
    await mkdir(folder, { recursive: true });
    const files = { name, energy_uj: '123456789012', max_energy_range_uj: '262143328850' };
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), `${text}\n`);
  }
  const host = hostAt(root);
  const countedUj = (path: string): number => (path.endsWith('energy_uj') ? Math.floor(host.now() / 1e3) : 0);
  const read = (path: string): string => {
    const text = host.files.read(path);
    const counted = countedUj(path);
    return counted === 0 ? text : String(Number(text) + counted);
  };
  return { ...host, files: { ...host.files, read } };
}
