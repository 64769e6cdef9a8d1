import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOST_ROOTS } from '../../core/host/host-roots.ts';
import { type Found, isFound, type Tool } from '../../core/model/context.ts';
import { filesBelow, powerEvent, powerPmu, powerTree } from '../../test/energy/perf-files.ts';
import { realRun, type RealRun } from '../../test/real-run.ts';
import { perf } from './perf.ts';
import { PowerReader } from './power-reader.ts';
import { type EnergyFiles, type EnergyHost, type FoundMeter, isFoundMeter, type MissingMeter } from './source.ts';

/**
 * With the kernel's counters. Energy itself can be counted on few machines, so most tests give the PMU `power` the type of the kernel's own software events
 * (1): everything from the file to the count is the real way, and the counts are nanoseconds of the CPU's clock.
 */

let run: RealRun;
let reader: string;
let folder: string;
beforeAll(async () => {
  run = await realRun();
  const { powerReader } = run.host.toolbox;
  if (!isFound(powerReader)) throw new Error(`${powerReader.missing} (${powerReader.remedy})`);
  reader = powerReader.path;
  folder = await mkdtemp(join(tmpdir(), 'thirdwave-perf-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await run[Symbol.asyncDispose]();
});

const SOFTWARE = powerPmu({ type: '1\n' });
/** config of PERF_COUNT_SW_CPU_CLOCK, which advances, and of PERF_COUNT_SW_DUMMY, which counts nothing */
const ADVANCES = 'event=0x00';
const STANDS = 'event=0x09';
const BARE = { 'proc/cpuinfo': 'vendor_id\t: GenuineIntel\nflags\t\t: fpu\n' };
const VIRTUAL = { 'proc/cpuinfo': 'vendor_id\t: GenuineIntel\nflags\t\t: fpu hypervisor\n' };

function hostOf(files: EnergyFiles, powerReader: Tool = { path: reader, version: '' }): EnergyHost {
  return { roots: HOST_ROOTS, files, toolbox: { powerReader }, now: () => run.context.now(), sleep: async () => {} };
}

/** What `find` says of a PMU with these files. */
async function findIn(parts: readonly Readonly<Record<string, string>>[], powerReader?: Tool): Promise<FoundMeter | MissingMeter> {
  await using tree = await powerTree(...parts);
  return await perf.find(hostOf(tree.asKernelFiles, powerReader));
}

function found(meter: FoundMeter | MissingMeter): FoundMeter {
  if (!isFoundMeter(meter)) throw new Error(meter.missing.because);
  return meter;
}

function reason(meter: FoundMeter | MissingMeter): MissingMeter['missing'] {
  if (isFoundMeter(meter)) throw new Error('a meter was found');
  return meter.missing;
}

/** The reader behind other words; the script gets its arguments. */
async function wrapped(name: string, script: string): Promise<Found> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { path, version: '' };
}

describe('the reader', () => {
  it('reads a software event that advances, on the clock of the run', async () => {
    await using process = await PowerReader.start(reader, run.context.originNs);
    expect(
      await process.open([
        { type: 1, config: 0, cpu: 0 },
        { type: 4_000_000_000, config: 0, cpu: 0 },
      ]),
    ).toEqual([undefined, 'ENOENT']);
    const beforeNs = run.context.now();
    const [first] = await process.read();
    const [second, refused] = await process.read();
    const afterNs = run.context.now();
    expect(BigInt(second?.raw ?? 0)).toBeGreaterThan(BigInt(first?.raw ?? 0));
    const times = [beforeNs, first?.atNs ?? 0, second?.atNs ?? 0, afterNs];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(refused?.errno).toBe('ENOENT');
  });
});

describe('the machine of this test', () => {
  it('tells why its power events are of no use, or they advance', async () => {
    const host = hostOf(filesBelow(''));
    const meter = await perf.find(host);
    const names: readonly string[] = await host.files.list('/sys/bus/event_source/devices/power/events').catch(() => []);
    const virtual = /\bhypervisor\b/.test(await readFile('/proc/cpuinfo', 'utf8'));
    if (virtual && names.length > 0 && names.every((name) => name.startsWith('energy-psys'))) {
      expect(reason(meter).code).toBe('always-zero');
      expect(reason(meter).because).toContain('energy-psys stayed at 0');
      expect(reason(meter).because).toContain('a hypervisor answers the energy MSR with 0');
    } else if (names.includes('energy-pkg')) await expectAdvance(found(meter));
    else expect(['absent', 'no-zones']).toContain(reason(meter).code);
  });
});

async function expectAdvance(meter: FoundMeter): Promise<void> {
  await using open = await meter.open();
  const first = await open.read();
  await new Promise((resolve) => void setTimeout(resolve, 50));
  const second = await open.read();
  expect(second.map(({ zone }) => zone)).toEqual(meter.zones.map(({ zone }) => zone));
  const packages = meter.zones.flatMap(({ domain }, index) => (domain === 'package' ? [index] : []));
  expect(packages).not.toEqual([]);
  for (const index of packages) expect(BigInt(second[index]?.raw ?? 0)).toBeGreaterThan(BigInt(first[index]?.raw ?? 0));
}

describe('a package counter that advances', () => {
  it('is a meter: packages, and dram where it is counted', async () => {
    const meter = found(await findIn([BARE, SOFTWARE, powerEvent('energy-pkg', ADVANCES), powerEvent('energy-ram', ADVANCES)]));
    expect(meter).toMatchObject({ method: 'rapl', scope: 'packages + dram', warnings: [] });
    await expectAdvance(meter);
  });

  it('is a virtual one where a hypervisor answers', async () => {
    const meter = found(await findIn([VIRTUAL, SOFTWARE, powerEvent('energy-pkg', ADVANCES)]));
    expect(meter).toMatchObject({ method: 'rapl-virtual', scope: 'packages' });
    expect(meter.warnings).toEqual([expect.stringContaining('virtual machine')]);
  });

  it('stays a meter beside one that stands still or cannot be opened, which are named', async () => {
    const others = [powerEvent('energy-ram', STANDS), powerEvent('energy-gpu', 'event=0xff')];
    const meter = found(await findIn([BARE, SOFTWARE, powerEvent('energy-pkg', ADVANCES), ...others]));
    expect(meter.scope).toBe('packages');
    expect(meter.warnings).toEqual([
      expect.stringMatching(/^power:energy-gpu:cpu0 cannot be opened \(E[A-Z]+\)$/),
      'power:energy-ram:cpu0 stood still for 200 ms of work',
    ]);
    await using open = await meter.open();
    const reads = await open.read();
    expect(reads.map(({ zone, raw, error }) => [zone, raw !== undefined, error !== undefined])).toEqual([
      ['power:energy-gpu:cpu0', false, true],
      ['power:energy-pkg:cpu0', true, false],
      ['power:energy-ram:cpu0', true, false],
    ]);
  });

  it('whose reader has ended is told as that, zone by zone', async () => {
    // The script's reader gets two requests, the opening and one read; the one that looked for the meter has been another process.
    const short = await wrapped(
      'two-requests',
      `if [ -e ${folder}/looked ]; then { read -r open; echo "$open"; read -r read; echo "$read"; } | ${reader} "$@"; else touch ${folder}/looked; exec ${reader} "$@"; fi`,
    );
    const meter = found(await findIn([BARE, SOFTWARE, powerEvent('energy-pkg', ADVANCES)], short));
    await using open = await meter.open();
    expect(await open.read()).toEqual([expect.objectContaining({ zone: 'power:energy-pkg:cpu0', raw: expect.stringMatching(/^\d+$/) })]);
    expect(await open.read()).toEqual([{ zone: 'power:energy-pkg:cpu0', atNs: expect.any(Number), latencyNs: 0, error: 'reader-ended' }]);
  });

  it('tells zones that appear', async () => {
    await using tree = await powerTree(BARE, SOFTWARE, powerEvent('energy-pkg', ADVANCES));
    await using open = await found(await perf.find(hostOf(tree.asKernelFiles))).open();
    expect(await open.appeared()).toEqual([]);
    await writeFile(join(tree.root, 'sys/bus/event_source/devices/power/cpumask'), '0-1\n');
    expect(await open.appeared()).toEqual(['power:energy-pkg:cpu1']);
  });
});

describe('counters that are no meter', () => {
  it('stand still: on a virtual machine the hypervisor answers 0', async () => {
    const { code, because } = reason(
      await findIn([VIRTUAL, SOFTWARE, powerEvent('energy-pkg', STANDS), powerEvent('energy-psys', ADVANCES)]),
    );
    expect(code).toBe('always-zero');
    expect(because).toContain('energy-pkg stayed at 0 for 200 ms of work: this is a virtual machine');
  });

  it('stand still on a machine of its own: the processor is the reason', async () => {
    const { code, because } = reason(await findIn([BARE, SOFTWARE, powerEvent('energy-pkg', STANDS)]));
    expect([code, because]).toEqual(['always-zero', expect.stringContaining('the processor or its firmware')]);
  });

  it('count the platform only: psys is never summed', async () => {
    const { code, because } = reason(await findIn([BARE, SOFTWARE, powerEvent('energy-psys', ADVANCES)]));
    expect([code, because]).toEqual(['no-zones', expect.stringContaining('never summed')]);
  });

  it('are listed, but unknown to the kernel that is asked', async () => {
    const { code, because } = reason(await findIn([BARE, powerPmu({ type: '4000000000\n' }), powerEvent('energy-pkg', ADVANCES)]));
    expect([code, because]).toEqual(['no-zones', expect.stringContaining('(ENOENT)')]);
  });

  it('are refused to a user without rights, with the level that refuses and the commands that help', async () => {
    const copy = join(folder, 'reader-for-all');
    await copyFile(reader, copy);
    for (const path of [folder, copy]) await chmod(path, 0o755);
    const nobody = await wrapped('as-nobody', `exec setpriv --reuid=65534 --regid=65534 --clear-groups ${copy} "$@"`);
    const level = (await readFile('/proc/sys/kernel/perf_event_paranoid', 'utf8')).trim();
    const files = { 'proc/sys/kernel/perf_event_paranoid': `${level}\n` };
    const meter = await findIn([BARE, files, SOFTWARE, powerEvent('energy-pkg', ADVANCES)], nobody);
    if (Number(level) < 1) {
      expect(isFoundMeter(meter)).toBe(true);
      return;
    }
    const { code, because, remedy } = reason(meter);
    expect(code).toBe('denied');
    expect(because).toContain(`EACCES, kernel.perf_event_paranoid is ${level}`);
    expect(remedy).toBe(`sudo sysctl kernel.perf_event_paranoid=0, or sudo setcap cap_perfmon+ep ${nobody.path}`);
  });

  it('have a reader that does not run', async () => {
    const broken = await wrapped('broken', 'echo "no such instruction" >&2; exit 3');
    const { code, because } = reason(await findIn([BARE, SOFTWARE, powerEvent('energy-pkg', ADVANCES)], broken));
    expect([code, because]).toEqual(['no-tool', expect.stringContaining('no such instruction')]);
  });
});
