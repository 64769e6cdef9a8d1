import { describe, expect, it } from 'vitest';
import { life, smallCell, smallEvents, smallPlan } from '../testing/small-run.ts';
import { deriveDifferences, differenceStatus, differsText } from './derive-differences.ts';
import { deriveSamples } from './derive-samples.ts';

const REFERENCE = smallCell('a');
const SUBJECT = { ...smallCell('b'), rung: 'containerd', factors: { network: 'none' } } as const;
const ASKED = { id: 'd', scenario: 's', workload: 'noop', title: 'what b costs', metric: 'cold_start', of: SUBJECT.id, from: REFERENCE.id };

describe('a difference', () => {
  const plan = { ...smallPlan([REFERENCE, SUBJECT], 8), differences: [ASKED] };
  const samples = deriveSamples(
    plan,
    smallEvents(plan, (cell, round) => life(round + (cell.runner === 'b' ? 0.5 + round / 100 : 0))),
  );

  it('pairs the rounds, so that what both share is gone, and says in what the cells differ', () => {
    const [found] = deriveDifferences(plan, samples);
    expect(found).toMatchObject({ pairs: 8, unit: 's', title: 'what b costs' });
    expect(found?.estimate).toBeCloseTo(0.545, 9);
    expect(found?.interval?.method).toBe('signed-rank-hl');
    expect(found && differsText(found)).toBe('rung host-process → containerd; network – → none');
    expect(found && differenceStatus(found)).toBe('complete');
  });

  it('does not exist for a cell that ran in emulation', () => {
    const emulated = { ...plan, cells: [REFERENCE, { ...SUBJECT, emulated: true as const }] };
    const [found] = deriveDifferences(emulated, samples);
    expect(found).toMatchObject({ pairs: 0, note: 'b/native/noop ran in emulation on this host' });
    expect(found && differenceStatus(found)).toBe('missing');
  });

  it('of a metric that a cell does not have, or a cell that is not there, says so', () => {
    const none = deriveDifferences({ ...plan, differences: [{ ...ASKED, metric: 'memory_pss' }] }, samples);
    expect(none[0]?.note).toBe('b/native/noop has no memory_pss; a/native/noop has no memory_pss');
    const absent = deriveDifferences({ ...plan, differences: [{ ...ASKED, of: 's:c/native/noop' }] }, samples);
    expect(absent[0]?.note).toBe('c/native/noop is not a cell of this plan');
  });
});
