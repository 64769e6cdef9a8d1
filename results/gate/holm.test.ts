import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm } from './holm.ts';

describe('Holm’s procedure', () => {
  it('rejects step by step: 0.01, 0.04, 0.03, 0.005 at 5 %, in R p.adjust(…, "holm") = 0.03, 0.06, 0.06, 0.02', () => {
    const found = holm([0.01, 0.04, 0.03, 0.005], 0.05, 4);
    expect(found.map(({ rejected }) => rejected)).toEqual([true, false, false, true]);
    expect(found.map(({ threshold }) => threshold)).toEqual([0.05 / 3, 0.05 / 2, 0.05 / 2, 0.05 / 4]);
  });

  it('counts hypotheses without a p as not rejected', () => {
    expect(holm([0.01], 0.05, 5)[0]).toEqual({ rejected: true, threshold: 0.01 });
    expect(holm([0.011], 0.05, 5)[0]?.rejected).toBe(false);
    expect(holm([], 0.05, 3)).toEqual([]);
  });

  it('agrees with adjusted p: the largest of (family − rank)·p so far', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.2, noNaN: true }), { maxLength: 12 }), fc.nat(5), (pValues, more) => {
        const family = pValues.length + more;
        const sorted = pValues.toSorted((x, y) => x - y);
        const adjusted = sorted.map((_, last) => Math.max(...sorted.slice(0, last + 1).map((p, rank) => p / (0.05 / (family - rank)))));
        expect(holm(sorted, 0.05, family).map(({ rejected }) => rejected)).toEqual(adjusted.map((value) => value <= 1));
      }),
    );
  });
});
