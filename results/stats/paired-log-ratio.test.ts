import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededNormal } from '../testing/seeded-normal.ts';
import { pairedLogRatio, ratioHalfWidth } from './paired-log-ratio.ts';

/** Origin: numpy 2.4.6, default_rng(42): two log-normal samples; ratio and bounds from its Walsh averages at exact depth 14. */
const CONTAINER = [0.22405, 0.26924, 0.24537, 0.24208, 0.23036, 0.27866, 0.24282, 0.23626, 0.23806, 0.26008, 0.25578, 0.25699];
const PROCESS = [0.015997, 0.020677, 0.014109, 0.013887, 0.013272, 0.016447, 0.017763, 0.014741, 0.01322, 0.013251, 0.016533, 0.016764];

function paired(values: readonly number[], references: readonly number[]) {
  return values.map((value, index) => ({ value, reference: references[index]! }));
}

describe('paired log ratio', () => {
  it('agrees with an independent computation', () => {
    const ratio = pairedLogRatio(paired(CONTAINER, PROCESS));
    expect(ratio?.pairs).toBe(12);
    expect(ratio?.estimate).toBeCloseTo(16.250922967625655, 10);
    expect(ratio?.interval?.low).toBeCloseTo(14.801839686347401, 10);
    expect(ratio?.interval?.high).toBeCloseTo(17.42555462789646, 10);
    expect(ratio?.interval?.achievedLevel).toBe(0.95751953125);
  });

  it('has an estimate from one pair on, and an interval from six', () => {
    expect(pairedLogRatio([{ value: 3, reference: 2 }])).toMatchObject({ pairs: 1, interval: undefined });
    expect(pairedLogRatio(paired(CONTAINER.slice(0, 5), PROCESS))?.interval).toBeUndefined();
    expect(pairedLogRatio(paired(CONTAINER.slice(0, 6), PROCESS))?.interval).toBeDefined();
  });

  it('does not exist without pairs or with a value that is not positive', () => {
    expect(pairedLogRatio([])).toBeUndefined();
    expect(pairedLogRatio([{ value: 0, reference: 1 }])).toBeUndefined();
    expect(pairedLogRatio([{ value: 1, reference: -1 }])).toBeUndefined();
    expect(pairedLogRatio([{ value: Number.NaN, reference: 1 }])).toBeUndefined();
  });

  it('is the reciprocal when the sides are swapped', () => {
    const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.record({ value: positive, reference: positive }), { minLength: 6, maxLength: 25 }), (pairs) => {
        const ratio = pairedLogRatio(pairs)!;
        const turned = pairedLogRatio(pairs.map(({ value, reference }) => ({ value: reference, reference: value })))!;
        expect(Math.log(turned.estimate)).toBeCloseTo(-Math.log(ratio.estimate), 9);
        expect(Math.log(turned.interval!.low)).toBeCloseTo(-Math.log(ratio.interval!.high), 9);
      }),
    );
  });

  it('cancels a drift that both sides of a round share, where unpaired medians would see it', () => {
    const normal = seededNormal(7);
    const rounds = Array.from({ length: 30 }, (_, round) => {
      const drift = Math.exp(round / 30);
      return { value: 1.2 * drift * Math.exp(0.01 * normal()), reference: drift * Math.exp(0.01 * normal()) };
    });
    const { estimate, interval } = pairedLogRatio(rounds)!;
    expect(estimate).toBeGreaterThan(1.19);
    expect(estimate).toBeLessThan(1.21);
    expect(ratioHalfWidth(interval!)).toBeLessThan(0.01);
  });

  it('gives false alarms on identical cells no more often than its level allows, with drift and outliers', () => {
    const normal = seededNormal(2026);
    const runs = 1000;
    let alarms = 0;
    for (let run = 0; run < runs; run += 1) {
      let drift = 0;
      const pairs = Array.from({ length: 30 }, () => {
        drift = 0.8 * drift + 0.05 * normal();
        const one = (): number => Math.exp(drift + 0.1 * normal() + (normal() > 1.64 ? 0.5 : 0));
        return { value: one(), reference: one() };
      });
      const { low, high } = pairedLogRatio(pairs)!.interval!;
      if (low > 1 || high < 1) alarms += 1;
    }
    expect(alarms / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
  });
});
