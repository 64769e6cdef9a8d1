import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedDifference } from './paired-difference.ts';

describe('a paired difference', () => {
  it('is the one of Hollander & Wolfe’s depression scores (table 3.1), with signs turned', () => {
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const found = pairedDifference(before.map((value, index) => ({ value, reference: after[index]! })));
    // R: wilcox.test(before, after, paired = TRUE, conf.int = TRUE) gives 0.46, and 0.01 … 0.786 at 95 %
    expect(found?.estimate).toBeCloseTo(0.46, 10);
    expect(found?.interval?.low).toBeCloseTo(0.01, 10);
    expect(found?.interval?.high).toBeCloseTo(0.786, 10);
    expect(found?.interval?.achievedLevel).toBeCloseTo(0.9609375, 10);
  });

  it('has no interval below six pairs, and does not exist without any', () => {
    expect(pairedDifference([])).toBeUndefined();
    const five = [1, 2, 3, 4, 5].map((value) => ({ value, reference: 0 }));
    expect(pairedDifference(five)).toMatchObject({ pairs: 5, estimate: 3, interval: undefined });
  });

  it('turns its sign when the sides are swapped, and moves with a constant', () => {
    const number = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(fc.array(fc.record({ value: number, reference: number }), { minLength: 6, maxLength: 20 }), number, (pairs, constant) => {
        const found = pairedDifference(pairs);
        const swapped = pairedDifference(pairs.map(({ value, reference }) => ({ value: reference, reference: value })));
        const moved = pairedDifference(pairs.map(({ value, reference }) => ({ value: value + constant, reference })));
        expect(swapped?.estimate).toBeCloseTo(-(found?.estimate ?? Number.NaN), 9);
        expect(swapped?.interval?.low).toBeCloseTo(-(found?.interval?.high ?? Number.NaN), 9);
        expect(moved?.estimate).toBeCloseTo((found?.estimate ?? Number.NaN) + constant, 9);
      }),
    );
  });
});
