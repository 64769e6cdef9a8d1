import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { studentInterval, studentQuantile, studentTail } from './student.ts';

/** Student 1908, `sleep` of R's package datasets: extra hours of sleep with the second drug minus with the first. */
const SLEEP = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4];

describe('Student’s interval of a mean', () => {
  it('gives the published interval of the sleep data: 0.7001142 to 2.4598858', () => {
    const { low, high, level, method } = studentInterval(SLEEP)!;
    expect(low).toBeCloseTo(0.7001142, 7);
    expect(high).toBeCloseTo(2.4598858, 7);
    expect({ level, method }).toEqual({ level: 0.95, method: 'student-t' });
  });

  /** Origin: scipy 1.17.1, scipy.stats.t.ppf((1 + level) / 2, degrees). */
  it.each([
    [0.95, 1, 12.706204736174694],
    [0.95, 2, 4.302652729749462],
    [0.95, 4, 2.7764451051977934],
    [0.9, 5, 2.0150483733330233],
    [0.95, 11, 2.200985160091639],
    [0.99, 29, 2.756385903670605],
    [0.95, 1000, 1.9623390808264083],
  ])('takes the quantile of scipy at level %d with %i degrees of freedom', (level, degrees, expected) => {
    expect(studentQuantile(level, degrees)).toBeCloseTo(expected, 9);
  });

  /** Origin: scipy 1.17.1, scipy.stats.t.sf(t, degrees). */
  it.each([
    [0, 1, 0.5],
    [1, 1, 0.25],
    [2.5, 4, 0.03338327240599407],
    [5.119, 9, 0.0003144127170207808],
    [-1.5, 7, 0.911350756505015],
    [3.75, 39, 0.00028685003802150094],
  ])('has the tail of scipy beyond %d with %i degrees of freedom', (t, degrees, tail) => {
    expect(studentTail(t, degrees)).toBeCloseTo(tail, 13);
    expect(studentTail(-t, degrees)).toBeCloseTo(1 - tail, 13);
  });

  it('has no tail beyond infinity, and all of it beyond its opposite', () => {
    expect([studentTail(Number.POSITIVE_INFINITY, 9), studentTail(Number.NEGATIVE_INFINITY, 9)]).toEqual([0, 1]);
  });

  it('does not exist below two values, at level 1 or without degrees of freedom', () => {
    expect([[], [1]].map((values) => studentInterval(values))).toEqual([undefined, undefined]);
    expect(() => studentQuantile(1, 4)).toThrow(RangeError);
    expect(() => studentQuantile(0.95, 0)).toThrow(RangeError);
    expect(() => studentQuantile(0.95, 1.5)).toThrow(RangeError);
  });

  it('has no width for equal values', () => {
    expect(studentInterval([7, 7, 7])).toMatchObject({ low: 7, high: 7 });
  });

  it('follows shift and scale, and is wider at a higher level', () => {
    const values = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: -100, max: 100 }), fc.constantFrom(0.5, 2, 4), (sample, shift, scale) => {
        const plain = studentInterval(sample)!;
        const moved = studentInterval(sample.map((value) => scale * value + shift))!;
        expect(moved.low).toBeCloseTo(scale * plain.low + shift, 6);
        expect(moved.high).toBeCloseTo(scale * plain.high + shift, 6);
        const surer = studentInterval(sample, 0.99)!;
        expect(surer.high - surer.low).toBeGreaterThanOrEqual(plain.high - plain.low);
      }),
    );
  });
});
