import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { Event } from '../core/model/event.ts';
import { ENERGY_RULES } from '../results/energy/rules.ts';
import { scenarioYaml, thirdwave, type Workshop, workshop } from '../test/cli.ts';
import { startSimulator } from '../test/energy/simulator.ts';

type Rows = readonly Readonly<Record<string, string>>[];

async function scenario({ path }: Workshop, unit: string): Promise<string> {
  const file = join(path, 'energy.yaml');
  const more = `activity: window\nunits: [${unit}]\nenergy: { window: 2s, bracket: 1s, unmetered: 300ms }\n`;
  await writeFile(file, scenarioYaml({ workloads: '[noop]', cells: '[{ runner: process }]', more }));
  return file;
}

async function rowsOf(place: Workshop, file: string): Promise<Rows> {
  return parse(await place.read(file), { columns: true });
}

async function eventsOf(place: Workshop): Promise<Event[]> {
  const lines = (await place.read('events.jsonl')).split('\n').slice(0, -1);
  return lines.map((line) => Event.parse(JSON.parse(line)));
}

/** 40 W + 5 W, whatever happens: wraps every 6 s, so that every trial has some. */
const MACHINE = [
  {
    path: 'intel-rapl/intel-rapl:0',
    name: 'package-0',
    rangeUj: '262143328',
    startUj: '200000000',
    maxPowerUw: 70e6,
    power: { baselineW: 40 },
  },
  { path: 'intel-rapl/intel-rapl:0/intel-rapl:0:0', name: 'dram', rangeUj: '262143328', startUj: '0', power: { baselineW: 5 } },
];
const TRUE_POWER_W = 45;
const TICK_MS = 2;
/** counters of the simulator stand for 2 ms, on a busy machine for 20, at both ends of a window of 2 s (probes/energy/live.real.test.ts knows the truth of each) */
const EDGE = 0.02;

const WATTS_PER_CPU = 30;

function isOf(event: Event | undefined, suffix: string): boolean {
  return event?.kind === 'trial' && event.cell.endsWith(suffix);
}

describe('energy from the command line', { timeout: 110_000 }, () => {
  it('is read over windows of a machine of known power, labelled as simulated everywhere, and derived again byte for byte', async () => {
    await using machine = await startSimulator(MACHINE, TICK_MS);
    await using place = await workshop();
    const run = await thirdwave(['run', await scenario(place, 'cold-start'), '--grid', 'SE', ...place.flags], {
      env: { THIRDWAVE_ENERGY_ROOT: machine.root },
    });
    expect(run.stderr).toContain('everything about it is simulated');
    expect(run.exitCode).toBe(0);
    const windows = (await eventsOf(place)).filter((event) => event.kind === 'window');
    expect(windows.map(({ window }) => window)).toEqual(['idle-before', 'work', 'idle-after', 'idle-before', 'work', 'idle-after']);

    // A machine that others use voids blocks by a rule; what was counted stands there all the same.
    const samples = (await rowsOf(place, 'samples.csv')).filter(({ cell }) => cell?.endsWith(':cold-start'));
    const valueOf = (metric: string): number => {
      const row = samples.find((sample) => sample['metric'] === metric);
      expect(['ok', 'invalid']).toContain(row?.['status']);
      if (row?.['status'] === 'invalid') expect(ENERGY_RULES.map(({ id }): string => id)).toContain(row['reason']);
      return Number(row?.['value']);
    };
    const [gross, net, perUnit] = [valueOf('energy_gross'), valueOf('energy_net'), valueOf('time_per_unit')];
    expect(Math.abs(gross / perUnit / TRUE_POWER_W - 1)).toBeLessThan(EDGE);
    expect(Math.abs(net / gross)).toBeLessThan(EDGE);

    const energy = await rowsOf(place, 'energy.csv');
    expect(new Set(energy.map(({ method }) => method))).toEqual(new Set(['simulated', 'modelled']));
    expect(run.stdout).toContain('simulated');
    const before = await Promise.all(['samples.csv', 'energy.csv', 'impact.csv', 'report.json'].map(async (file) => place.read(file)));
    await thirdwave(['derive', await place.runId(), ...place.flags.slice(0, 2)]);
    expect(await Promise.all(['samples.csv', 'energy.csv', 'impact.csv', 'report.json'].map(async (file) => place.read(file)))).toEqual(
      before,
    );
  });

  it('finds the energy of a start on a machine whose power follows its processors', async () => {
    const power = { baselineW: 40, cpu: { statFile: '/proc/stat', wattsPerCpu: WATTS_PER_CPU } };
    const zone = { path: 'intel-rapl/intel-rapl:0', name: 'package-0', rangeUj: '262143328', startUj: '0', maxPowerUw: 150e6, power };
    await using machine = await startSimulator([zone], TICK_MS);
    await using place = await workshop();
    const run = await thirdwave(['run', await scenario(place, 'cold-start'), ...place.flags], {
      env: { THIRDWAVE_ENERGY_ROOT: machine.root },
    });
    expect(run.exitCode).toBe(0);
    const events = (await eventsOf(place)).filter(({ trialId }) => !trialId.startsWith('host.'));
    const cell = (trialId: string) => events.find((event) => event.kind === 'trial' && event.trialId === trialId && event.round > 0);
    const started = events.filter((event) => cell(event.trialId)?.kind === 'trial' && isOf(cell(event.trialId), ':cold-start'));
    const window = (name: string) => started.find((event) => event.kind === 'window' && event.window === name);
    const busyS = (name: string): number => {
      const found = started.find(
        (event) => event.kind === 'reading' && event.window === name && event.role === 'host' && event.metric === 'window_cpu',
      );
      return found?.kind === 'reading' ? (found.value ?? Number.NaN) : Number.NaN;
    };
    const lengthS = (name: string): number => {
      const found = window(name);
      return found?.kind === 'window' ? (found.endNs - found.atNs) / 1e9 : Number.NaN;
    };
    const idleRate = (busyS('idle-before') + busyS('idle-after')) / (lengthS('idle-before') + lengthS('idle-after'));
    const work = window('work');
    const units = work?.kind === 'window' ? work.operations : Number.NaN;
    const truthJ = (WATTS_PER_CPU * (busyS('work') - lengthS('work') * idleRate)) / units;
    const net = (await rowsOf(place, 'samples.csv')).find((row) => row['cell']?.endsWith(':cold-start') && row['metric'] === 'energy_net');
    // The counters follow the processors at the pace of /proc/stat: 10 ms per CPU at each edge of three windows.
    const tickJ = (6 * 2 * 0.01 * WATTS_PER_CPU) / units;
    expect(Math.abs(Number(net?.['value']) - truthJ)).toBeLessThan(0.02 * truthJ + tickJ);
    expect(truthJ).toBeGreaterThan(tickJ);
  });

  it('has its reason where this machine has no meter, beside what is modelled from CPU time and memory', async () => {
    await using place = await workshop();
    const run = await thirdwave(['run', await scenario(place, 'operation'), '--grid', 'FR', ...place.flags], {
      env: { THIRDWAVE_ENERGY_ROOT: place.path },
    });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/powercap: unavailable, because/);
    const energy = await rowsOf(place, 'energy.csv');
    const modelled = energy.find(({ method }) => method === 'modelled');
    expect(Number(modelled?.['energy_low_j'])).toBeGreaterThan(0);
    expect(Number(modelled?.['energy_central_j'])).toBeGreaterThanOrEqual(Number(modelled?.['energy_low_j']));
    expect(energy.find(({ method }) => method === 'unavailable')?.['note']).toContain('powercap (absent)');
    const [impact] = (await rowsOf(place, 'impact.csv')).filter(({ method }) => method === 'modelled');
    expect(impact).toMatchObject({ functional_unit: 'operation', per: '1000' });
    expect(Number(impact?.['sci_central_g'])).toBeGreaterThan(0);
  });

  it.each([
    [['--grid', 'XX'], /no grid intensity for “XX”/],
    [['--grid', 'DE', '--intensity', '100'], /--grid.*--intensity/],
    [['--pue', '0.5'], /--pue/],
    [['--intensity', 'nan'], /--intensity/],
  ])('refuses %j before anything is measured', async (options, message) => {
    await using place = await workshop();
    const run = await thirdwave(['run', await scenario(place, 'operation'), ...options, ...place.flags]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(message);
  });
});
