import { describe, expect, it } from 'vitest';
import type { Band, Impact, UnitEnergy } from '../../core/model/energy.ts';
import { exact, spanning } from './band.ts';
import { breakEvens } from './break-even.ts';

type Figure = Pick<UnitEnergy, 'unit'> & { readonly energyJ?: Band; readonly workload?: string } & Partial<UnitEnergy>;

function row({ unit, workload = 'json', ...more }: Figure): UnitEnergy {
  return { runner: 'a', variant: 'native', workload, unit, method: 'modelled', cells: [], n: 10, cpuS: [], coefficients: [], ...more };
}

function impact(unit: Impact['unit'], per: number, sciG: Band): Impact {
  return { runner: 'a', variant: 'native', workload: 'json', unit, method: 'modelled', per, sciG };
}

const HOUR = row({ unit: 'instance-hour-idle', energyJ: exact(600) });

describe('the rate from which a kept instance costs less', () => {
  it('is the idle hour ÷ what a start costs above the operation, which both ways have to do', () => {
    const units = [row({ unit: 'cold-start', energyJ: exact(23) }), row({ unit: 'operation', energyJ: exact(19) }), HOUR];
    const [energy] = breakEvens(units, []);
    expect(energy).toEqual({ runner: 'a', variant: 'native', workload: 'json', method: 'modelled', basis: 'energy', perHour: exact(150) });
  });

  it('in carbon takes one operation off, not the thousand its score is for', () => {
    const units = [row({ unit: 'cold-start', energyJ: exact(23) })];
    const impacts = [impact('cold-start', 1, exact(3)), impact('operation', 1000, exact(1000)), impact('instance-hour-idle', 1, exact(50))];
    expect(breakEvens(units, impacts)[1]).toMatchObject({ basis: 'carbon', perHour: exact(25) });
  });

  it('has a band of figures of one kind: constants that both sides hang on cancel', () => {
    const units = [
      row({ unit: 'cold-start', energyJ: spanning(2, 1, 4) }),
      row({ unit: 'operation', energyJ: spanning(1, 0.5, 2) }),
      row({ unit: 'instance-hour-idle', energyJ: spanning(600, 300, 1200) }),
    ];
    expect(breakEvens(units, [])[0]?.perHour).toEqual(exact(600));
  });

  it('says that nothing is taken off where no operation was measured', () => {
    const [energy] = breakEvens([row({ unit: 'cold-start', energyJ: exact(20) }), HOUR], []);
    expect(energy).toMatchObject({ perHour: exact(30), note: expect.stringContaining('is not taken off') as string });
  });

  it('takes the idle hour of noop where the workload has none, and says so', () => {
    const idle = row({ unit: 'instance-hour-idle', workload: 'noop', energyJ: exact(600) });
    const units = [row({ unit: 'cold-start', energyJ: exact(23) }), row({ unit: 'operation', energyJ: exact(19) }), idle];
    expect(breakEvens(units, [])[0]).toMatchObject({ perHour: exact(150), note: 'the idle hour is that of workload noop' });
  });

  it('is not below 0 where an idle hour was read below nothing', () => {
    const idle = row({ unit: 'instance-hour-idle', energyJ: spanning(10, -10, 30) });
    const units = [row({ unit: 'cold-start', energyJ: exact(2) }), row({ unit: 'operation', energyJ: exact(1) }), idle];
    expect(breakEvens(units, [])[0]?.perHour).toEqual({ low: 0, central: 10, high: 30 });
  });

  it.each([
    ['a start costs no more than the operation', [row({ unit: 'operation', energyJ: exact(30) })], {}, /not above 0/],
    ['a start is below what the meter can tell', [], { dynamicJ: exact(1), detectionLimitJ: 5 }, /below what the meter can tell/],
  ])('does not exist where %s', (_, more, change, note) => {
    const [energy] = breakEvens([row({ unit: 'cold-start', energyJ: exact(20), ...change }), ...more, HOUR], []);
    expect(energy?.perHour).toBeUndefined();
    expect(energy?.note).toMatch(note);
  });

  it('is never of two methods', () => {
    const measured = { method: 'rapl', energyJ: exact(20) } as const;
    const [energy] = breakEvens([row({ unit: 'cold-start', ...measured }), HOUR], []);
    expect(energy).toMatchObject({ method: 'rapl', note: expect.stringContaining('energy-idle') as string });
    expect(energy?.perHour).toBeUndefined();
  });
});
