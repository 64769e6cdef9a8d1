import { describe, expect, it } from 'vitest';
import { FIXTURES, fixture, madeHost } from '../../test/energy/made-host.ts';
import { diagnoseEnergy } from './energy.ts';
import { energyLine, energyText } from './energy-text.ts';

const SECOND = 1e9;

describe('doctor energy', () => {
  it.each(FIXTURES)('says of $id what is there, or why not and what helps, in lines that fit', async ({ tree, expect: stated }) => {
    await using made = await madeHost(tree);
    const diagnosis = await diagnoseEnergy(made.host, undefined, SECOND);
    const text = energyText(diagnosis, 110);
    const flat = text.replaceAll(/\s+/g, ' ');
    expect(flat).not.toMatch(/undefined|NaN|Infinity|\[object/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
    expect(flat).toContain(`processor ${tree.cpuinfo['model name'] ?? 'unknown processor'}`);
    expect(flat).toContain('kernel 6.12.0-made');
    if ('missing' in stated) {
      expect(flat).toContain(`cannot be read (${stated.missing})`);
      expect(flat).toContain(stated.says);
      expect(flat.toLowerCase()).toContain(stated.remedy.toLowerCase());
      expect(flat).toContain('Energy will be modelled');
      expect(diagnosis.method).toBe('modelled');
      expect(energyLine(diagnosis)).toContain(`powercap ${stated.missing}`);
      return;
    }
    expect(flat).toContain(`can be read (${stated.method}): ${stated.scope}; now ${stated.watts.toPrecision(3)} W`);
    const used = diagnosis.meters.find((meter) => meter.used);
    expect(used?.id).toBe(stated.source ?? 'powercap');
    expect(used?.zones.filter(({ counted }) => counted).map(({ zone }) => zone)).toEqual(stated.counted);
    for (const { zone, counted, because } of used?.zones ?? []) expect([zone, counted || because !== undefined]).toEqual([zone, true]);
    if (stated.warning !== undefined) expect(flat).toContain(stated.warning);
    expect(energyLine(diagnosis)).toContain(stated.method);
  });

  it('tells how soon a counter can wrap, by its own range and power', async () => {
    await using made = await madeHost(fixture('intel-1s'));
    const { meters } = await diagnoseEnergy(made.host, undefined, SECOND);
    const [zone] = meters.flatMap(({ zones }) => zones);
    // 262.1 kJ at 1.5 × the 180 W of its short-term limit
    expect(zone).toMatchObject({ zone: 'intel-rapl:0', capW: 270 });
    expect(zone?.wrapS).toBeCloseTo(262143.32885 / 270, 3);
  });

  it('calls everything of a made tree simulated', async () => {
    await using made = await madeHost(fixture('intel-1s'));
    const diagnosis = await diagnoseEnergy(made.host, made.tree.root, SECOND);
    expect(diagnosis.method).toBe('simulated');
    expect(energyText(diagnosis, 110)).toContain('everything is simulated');
  });

  it('says that a look does not count where a counter fails during it', async () => {
    await using made = await madeHost(fixture('intel-1s'));
    const failing = {
      ...made.host,
      sleep: async (ns: number) => {
        await made.host.sleep(ns);
        if (ns === SECOND) made.tree.errors.set('/intel-rapl:0/energy_uj', 'EIO');
      },
    };
    const text = energyText(await diagnoseEnergy(failing, undefined, SECOND), 110).replaceAll(/\s+/g, ' ');
    expect(text).toContain('now no power could be made of two reads');
    expect(text).toContain('This look does not count: package-0 (intel-rapl:0) could not be read (EIO)');
  });
});
