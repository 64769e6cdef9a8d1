import { describe, expect, it } from 'vitest';
import type { Cell, RoundRules } from '../../core/model/plan.ts';
import { deriveSamples } from '../derive/derive-samples.ts';
import { seededNormal } from '../testing/seeded-normal.ts';
import { life, smallCell, smallEvents, smallPlan } from '../testing/small-run.ts';
import { precisionReached } from './precision.ts';

function reached(cells: readonly Cell[], n: number, cv: number, target?: number, broken?: string): string | undefined {
  const plan = smallPlan(cells, n);
  const normal = seededNormal(21);
  const events = smallEvents(plan, (cell) =>
    cell.runner === broken ? [{ kind: 'failure', atNs: 0, code: 'exit-code', message: '' }] : life(Math.exp(cv * normal())),
  );
  const rules: RoundRules = { ...plan.scenarios[0]!, ...(target === undefined ? {} : { targetHalfWidth: target }) };
  return precisionReached(plan, deriveSamples(plan, events), rules);
}

const two = [smallCell('a'), smallCell('b')];

describe('stopping on precision', () => {
  it('stops once the ratio is known to within the target, and says how well', () => {
    expect(reached(two, 30, 0.03, 0.03)).toMatch(/^precision reached: every interval within ±3\.0 %, the widest ±[12]\.\d %$/);
  });

  it('goes on while an interval is wider, does not exist yet, or no target is set', () => {
    expect(reached(two, 30, 0.2, 0.03)).toBeUndefined();
    expect(reached(two, 5, 0.0001, 0.03)).toBeUndefined();
    expect(reached(two, 30, 0.0001)).toBeUndefined();
  });

  it('is held up by the widest cell, but by no cell that never gave a number', () => {
    expect(reached([...two, smallCell('c')], 30, 0.03, 0.03, 'c')).toBeDefined();
    expect(reached(two, 30, 0.03, 0.03, 'b')).toBeUndefined();
  });

  it('judges a reference without company by its own median', () => {
    expect(reached([smallCell('a')], 30, 0.02, 0.03)).toBeDefined();
    expect(reached([smallCell('a')], 30, 0.3, 0.03)).toBeUndefined();
  });
});
