import { describe, expect, it } from 'vitest';
import type { Sample } from '../../core/model/sample.ts';
import { smallCell, smallPlan } from '../testing/small-run.ts';
import { blankNetW, detectionLimitJ } from './detection-limit.ts';

describe('the detection limit', () => {
  it('is t · s · √(1 + 1/n) · T: t of 4 degrees of freedom is 2.776445 (published tables)', () => {
    // s of 1, 2, 3, 4, 5 is √2.5
    const limit = detectionLimitJ({ blankNetW: [1, 2, 3, 4, 5], secondsPerUnit: 0.1 });
    expect(limit).toBeCloseTo(2.776445 * Math.sqrt(2.5) * Math.sqrt(6 / 5) * 0.1, 6);
  });

  it('does not depend on what the blanks draw on average, and grows with the time of a unit', () => {
    const low = detectionLimitJ({ blankNetW: [0.1, -0.2, 0.3], secondsPerUnit: 1 }) ?? Number.NaN;
    expect(detectionLimitJ({ blankNetW: [7.1, 6.8, 7.3], secondsPerUnit: 3 })).toBeCloseTo(3 * low, 9);
  });

  it('is not known from fewer than two blanks, or without the time of a unit', () => {
    expect(detectionLimitJ({ blankNetW: [1], secondsPerUnit: 1 })).toBeUndefined();
    expect(detectionLimitJ({ blankNetW: [1, 2], secondsPerUnit: undefined })).toBeUndefined();
  });
});

describe('net power of the blanks', () => {
  const blank = { ...smallCell('a', 'window', 'blank'), id: 's:a/native/noop:cold-start:blank' };
  const cell = { ...smallCell('b', 'window', 'subject'), id: 's:b/native/noop:cold-start' };
  const elsewhere = { ...blank, id: 't:a/native/noop:cold-start:blank', scenario: 't' };
  const plan = smallPlan([blank, cell, elsewhere], 3);
  const sample = (of: string, round: number, metric: string, value: number | undefined): Sample => ({
    cell: of,
    trialId: `${of}.${round}`,
    round,
    position: 0,
    metric,
    role: 'host',
    unit: metric === 'energy_net' ? 'J' : 's',
    outcome: value === undefined ? { status: 'invalid', rule: 'idle-drift', value: 9 } : { status: 'ok', value },
  });

  it('is taken from the blank cells of the scenario, round by round, where both numbers count', () => {
    const samples = [blank, elsewhere, cell].flatMap(({ id }, index) => [
      sample(id, 1, 'energy_net', 0.01 + index),
      sample(id, 1, 'time_per_unit', 0.005),
      sample(id, 2, 'energy_net', undefined),
      sample(id, 2, 'time_per_unit', 0.005),
      sample(id, 3, 'energy_net', 0.03 + index),
      sample(id, 3, 'time_per_unit', 0.01),
    ]);
    expect(blankNetW(plan, samples, cell.id)).toEqual([2, 3]);
    expect(blankNetW(plan, samples, 'of no plan')).toEqual([]);
  });
});
