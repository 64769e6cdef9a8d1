import { describe, expect, it } from 'vitest';
import { MeterZone } from '../../core/model/event.ts';
import { powerEvent, powerPmu, type PowerTree, powerTree, SCALE } from '../../test/energy/perf-files.ts';
import { perf, zonesOf } from './perf.ts';
import { readPowerPmu } from './power-pmu.ts';
import { type EnergyFiles, type EnergyHost, isFoundMeter, type MissingMeter } from './source.ts';

/** What is read from the kernel's files, and the reasons that need no counter; what needs one is in perf.real.test.ts. */

const PKG = powerEvent('energy-pkg', 'event=0x02\n');
const RAM = powerEvent('energy-ram', 'event=0x03\n');
const PSYS = powerEvent('energy-psys', 'event=0x05\n');
const VIRTUAL = { 'proc/cpuinfo': 'vendor_id\t: GenuineIntel\nflags\t\t: fpu hypervisor sse\n' };
const AMD = { 'proc/cpuinfo': 'vendor_id\t: AuthenticAMD\nflags\t\t: fpu\n' };
const INTEL = { 'proc/cpuinfo': 'vendor_id\t: GenuineIntel\nflags\t\t: fpu\n' };
const inPackage = (cpu: number, id: number): Record<string, string> => ({
  [`sys/devices/system/cpu/cpu${cpu}/topology/physical_package_id`]: `${id}\n`,
});

async function pmuOf(...parts: readonly Readonly<Record<string, string>>[]): ReturnType<typeof readPowerPmu> {
  await using tree = await powerTree(...parts);
  return await readPowerPmu(tree.files, tree.roots);
}

function hostOf({ roots, files }: Pick<PowerTree, 'roots' | 'files'>): EnergyHost {
  return {
    roots,
    files,
    toolbox: {
      powerReader: { missing: 'thirdwave-power-reader is not built from these sources', remedy: 'npm run setup -- --only native' },
    },
    now: () => Number(process.hrtime.bigint()),
    sleep: async () => {},
  };
}

async function reasonOf(host: EnergyHost): Promise<MissingMeter['missing']> {
  const meter = await perf.find(host);
  if (isFoundMeter(meter)) throw new Error('a meter was found');
  return meter.missing;
}

describe('the zones of the power events', () => {
  it('are one per event and CPU of the mask, with the scale in microjoules', async () => {
    const zones = zonesOf(await pmuOf(powerPmu({ cpumask: '0,28\n' }), PKG, RAM)).map(({ zone }) => zone);
    expect(zones.map(({ zone, domain }) => [zone, domain])).toEqual([
      ['power:energy-pkg:cpu0', 'package'],
      ['power:energy-ram:cpu0', 'dram'],
      ['power:energy-pkg:cpu28', 'package'],
      ['power:energy-ram:cpu28', 'dram'],
    ]);
    // 2³² counts are one joule.
    for (const zone of zones) expect(zone.scale * 2 ** 32).toBe(1e6);
    expect(zones.map((zone) => MeterZone.parse(zone))).toEqual(zones);
    expect(zones[3]).toMatchObject({ parent: 'power:energy-pkg:cpu28', control: 'power', unit: 'uJ', endless: true });
    expect(zones[2]?.parent).toBeUndefined();
  });

  it('open the event of their file on their CPU', async () => {
    const zones = zonesOf(
      await pmuOf(powerPmu({ type: '17\n', cpumask: '3\n' }), powerEvent('energy-gpu', 'event=0x1f'), powerEvent('energy-pkg', 'event=4')),
    );
    expect(zones.map(({ event }) => event)).toEqual([
      { type: 17, config: 31, cpu: 3 },
      { type: 17, config: 4, cpu: 3 },
    ]);
  });

  it('have the domain that the name of the event says', async () => {
    const names = ['cores', 'gpu', 'pkg', 'psys', 'ram', 'warp'];
    const { events } = await pmuOf(powerPmu(), ...names.map((name) => powerEvent(`energy-${name}`, 'event=0x01')));
    expect(events.map(({ domain }) => domain)).toEqual(['core', 'uncore', 'package', 'psys', 'dram', 'other']);
  });

  it.each([
    ['another unit', powerEvent('energy-ram', 'event=0x03', { unit: 'Watts' }), 'it counts “Watts”, not Joules'],
    ['a scale of 0', powerEvent('energy-ram', 'event=0x03', { scale: '0' }), 'its scale “0” is not a number above 0'],
    ['a scale in words', powerEvent('energy-ram', 'event=0x03', { scale: 'small' }), 'its scale “small” is not a number above 0'],
    ['more than an event number', powerEvent('energy-ram', 'event=0x03,umask=1'), '“event=0x03,umask=1” is not of the form'],
    [
      'no unit',
      {
        'sys/bus/event_source/devices/power/events/energy-ram': 'event=0x03',
        'sys/bus/event_source/devices/power/events/energy-ram.scale': SCALE,
      },
      '“energy-ram.unit” cannot be read (ENOENT)',
    ],
  ])('leave out an event with %s, and say so', async (_, event, why) => {
    const { events, warnings } = await pmuOf(powerPmu(), PKG, event);
    expect(events.map(({ name }) => name)).toEqual(['energy-pkg']);
    expect(warnings).toEqual([expect.stringContaining(why)]);
    expect(warnings[0]).toContain('energy-ram is left out');
  });

  it('understand a mask with ranges', async () => {
    expect((await pmuOf(powerPmu({ cpumask: '0-2,8\n' }), INTEL)).cpus).toEqual([0, 1, 2, 8]);
  });

  it('on AMD are read once per package, where a kernel names a CPU of every core complex', async () => {
    const packages = [inPackage(0, 0), inPackage(8, 0), inPackage(16, 1), inPackage(24, 1)];
    const { cpus, warnings } = await pmuOf(powerPmu({ cpumask: '0,8,16,24\n' }), PKG, AMD, ...packages);
    expect(cpus).toEqual([0, 16]);
    expect(warnings).toEqual(['cpumask names 4 CPUs for 2 packages with one counter each: read on CPU 0, 16 only']);
  });

  it('on Intel are read on every CPU of the mask: each die counts for itself', async () => {
    const { cpus, warnings } = await pmuOf(powerPmu({ cpumask: '0,24\n' }), PKG, INTEL, inPackage(0, 0), inPackage(24, 0));
    expect([cpus, warnings]).toEqual([[0, 24], []]);
  });
});

describe('why power events cannot be read', () => {
  it('the kernel offers none', async () => {
    await using tree = await powerTree(INTEL);
    expect(await reasonOf(hostOf(tree))).toMatchObject({ code: 'absent', remedy: expect.stringContaining('modprobe rapl') });
  });

  it('the kernel of a virtual machine offers none: no module helps there', async () => {
    await using tree = await powerTree(VIRTUAL);
    const { code, because, remedy } = await reasonOf(hostOf(tree));
    expect(code).toBe('absent');
    expect(because).toContain('virtual machine');
    expect(remedy).toContain('without a hypervisor');
  });

  it('the tree is a made one', async () => {
    await using tree = await powerTree(INTEL, powerPmu(), PKG);
    const { code, because } = await reasonOf(hostOf(tree));
    expect(code).toBe('absent');
    expect(because).toContain(tree.root);
  });

  it('the folder may not be looked into', async () => {
    await using tree = await powerTree(INTEL, powerPmu(), PKG);
    const list: EnergyFiles['list'] = async () => Promise.reject(Object.assign(new Error('permission denied'), { code: 'EACCES' }));
    expect((await reasonOf(hostOf({ ...tree, files: { ...tree.files, list } }))).code).toBe('denied');
  });

  it.each([
    ['cpumask', powerPmu({ cpumask: '\n' })],
    ['cpumask', powerPmu({ cpumask: '0-\n' })],
    ['type', powerPmu({ type: 'nine\n' })],
  ])('the file %s makes no sense', async (file, pmu) => {
    await using tree = await powerTree(INTEL, pmu, PKG);
    const { code, because } = await reasonOf(hostOf(tree));
    expect(code).toBe('no-zones');
    expect(because).toContain(`power/${file} holds`);
  });
});

describe('on the real roots, before any counter is opened', () => {
  const kernel = { sysfsRoot: '/sys', procRoot: '/proc' };

  it('a PMU without events is told with what was left out', async () => {
    await using tree = await powerTree(INTEL, powerPmu(), powerEvent('energy-pkg', 'event=0x02', { unit: 'Watts' }));
    const { code, because } = await reasonOf(hostOf({ roots: kernel, files: tree.asKernelFiles }));
    expect(code).toBe('no-zones');
    expect(because).toContain('energy-pkg is left out');
  });

  it('the reader is not built: its remedy is given', async () => {
    await using tree = await powerTree(INTEL, powerPmu(), PKG);
    const reason = await reasonOf(hostOf({ roots: kernel, files: tree.asKernelFiles }));
    expect(reason).toMatchObject({ code: 'no-tool', remedy: 'npm run setup -- --only native' });
    expect(reason.because).toContain('not built');
  });

  it('without a package counter the reader would not help', async () => {
    await using tree = await powerTree(INTEL, powerPmu(), PSYS);
    const { code, because } = await reasonOf(hostOf({ roots: kernel, files: tree.asKernelFiles }));
    expect(code).toBe('no-zones');
    expect(because).toContain('energy-psys, which overlaps every other counter');
    await using parts = await powerTree(INTEL, powerPmu(), PSYS, RAM);
    expect((await reasonOf(hostOf({ roots: kernel, files: parts.asKernelFiles }))).because).toContain('only energy-psys, energy-ram');
  });
});
