import { describe, expect, it } from 'vitest';
import { bestOf, lookForMeters } from './sources.ts';
import type { CounterReads, FoundMeter } from './source.ts';
import { hostEnergy } from '../../results/energy/host-energy.ts';
import { FIXTURES, fixture, type FoundExpectation, type MadeHost, madeHost } from '../../test/energy/made-host.ts';

const SECOND = 1e9;

/** Reads once, and again after each pause; `change` happens to the machine before the read with that index. */
async function sweepsOf(
  made: MadeHost,
  meter: FoundMeter,
  pausesS: readonly number[],
  change: Record<number, () => void> = {},
): Promise<CounterReads[]> {
  await using open = await meter.open();
  const sweeps = [await open.read()];
  for (const [index, pause] of pausesS.entries()) {
    await made.host.sleep(pause * SECOND);
    change[index + 1]?.();
    sweeps.push(await open.read());
  }
  for (const zone of await open.appeared()) sweeps.at(-1)?.push({ zone, atNs: made.host.now(), latencyNs: 0, error: 'appeared' });
  return sweeps;
}

async function meterOf(made: MadeHost): Promise<FoundMeter> {
  const best = bestOf(await lookForMeters(made.host));
  if (!best) throw new Error('no meter was found');
  return best.meter;
}

const TEN = Array.from({ length: 10 }, () => 1);

describe('from the files of a machine to its energy', () => {
  const found = FIXTURES.flatMap(({ id, about, tree, expect: stated }) =>
    'method' in stated ? [{ id, about, tree, stated: stated satisfies FoundExpectation }] : [],
  );
  it.each(found)('$id gives the stated sum: $about', async ({ tree, stated }) => {
    await using made = await madeHost(tree);
    const meter = await meterOf(made);
    const energy = hostEnergy(meter.zones, await sweepsOf(made, meter, TEN));
    expect(energy.flaws).toEqual([]);
    expect(energy.zones.filter(({ counted }) => counted).map(({ zone }) => zone)).toEqual(stated.counted);
    expect((energy.joules ?? 0) / (energy.seconds ?? 0)).toBeCloseTo(stated.watts, 1);
  });

  it('counts on over a wrap, where after − before is negative', async () => {
    const tree = fixture('intel-1s');
    const nearEnd = tree.zones!.map((zone) => ({ ...zone, startUj: String(BigInt(zone.rangeUj!) - 20_000_000n) }));
    await using made = await madeHost({ ...tree, zones: nearEnd });
    const meter = await meterOf(made);
    const sweeps = await sweepsOf(made, meter, TEN);
    const energy = hostEnergy(meter.zones, sweeps);
    expect(energy.flaws).toEqual([]);
    expect((energy.joules ?? 0) / (energy.seconds ?? 0)).toBeCloseTo(48, 1);
    const naive = sweeps.at(-1)!.map(({ raw }, index) => Number(raw) - Number(sweeps[0]![index]!.raw));
    expect(naive.some((difference) => difference < 0)).toBe(true);
  });

  const SMALL = { ...fixture('intel-1s'), zones: [{ ...fixture('intel-1s').zones![0]!, rangeUj: '1000000000', startUj: '0' }] };
  it.each([
    ['a double wrap, read too seldom', SMALL, [60], () => {}, 'counter-ambiguous'],
    ['a reset', fixture('intel-1s'), TEN, (made: MadeHost) => made.tree.set('intel-rapl:0', '0'), 'counter-implausible'],
    [
      'an input/output error',
      fixture('intel-1s'),
      TEN,
      (made: MadeHost) => made.tree.errors.set('/intel-rapl:0/energy_uj', 'EIO'),
      'counter-unreadable',
    ],
    ['a negative number', fixture('intel-1s'), TEN, (made: MadeHost) => made.tree.set('intel-rapl:0:0', '-5'), 'counter-unreadable'],
    ['an empty file', fixture('intel-1s'), TEN, (made: MadeHost) => made.tree.set('intel-rapl:0:0', ''), 'counter-unreadable'],
    ['a zone that goes', fixture('intel-2s'), [1], (made: MadeHost) => made.tree.remove('intel-rapl:1'), 'zone-vanished'],
    [
      'a zone that comes',
      fixture('intel-1s'),
      TEN,
      (made: MadeHost) =>
        made.tree.add({ path: 'intel-rapl/intel-rapl:1', name: 'package-1', rangeUj: '262143328850', startUj: '5', watts: 9 }),
      'zone-appeared',
    ],
  ] as const)('refuses a window with %s', async (_, tree, pausesS, change, rule) => {
    await using made = await madeHost(tree);
    const meter = await meterOf(made);
    const energy = hostEnergy(meter.zones, await sweepsOf(made, meter, pausesS, { [pausesS.length]: () => change(made) }));
    expect(energy.flaws.map((flaw) => flaw.rule)).toContain(rule);
    if (['counter-unreadable', 'zone-vanished'].includes(rule)) expect(energy.joules).toBeUndefined();
  });

  it('does not mind a decoy that comes', async () => {
    await using made = await madeHost(fixture('intel-1s'));
    const meter = await meterOf(made);
    const dtpm = { path: 'dtpm/dtpm:0', name: 'package-0', rangeUj: '1000', startUj: '5', watts: 9 };
    const sweeps = await sweepsOf(made, meter, TEN, { 3: () => made.tree.add(dtpm) });
    expect(hostEnergy(meter.zones, sweeps).flaws).toEqual([]);
  });
});
