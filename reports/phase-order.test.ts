import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergedOrder } from './phase-order.ts';

describe('the common order of phases', () => {
  it('puts what only one technology does where that technology does it', () => {
    const aot = ['deserialize', 'link', 'instantiate', 'first-byte', 'exit'];
    const jit = ['read', 'compile', 'link', 'instantiate', 'first-byte', 'exit'];
    expect(mergedOrder([aot, jit])).toEqual(['deserialize', 'read', 'compile', 'link', 'instantiate', 'first-byte', 'exit']);
  });

  it('keeps the order of every sequence that agrees with the others', () => {
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    fc.assert(
      fc.property(fc.array(fc.subarray(all), { minLength: 1, maxLength: 6 }), (sequences) => {
        const merged = mergedOrder(sequences);
        expect(new Set(merged)).toEqual(new Set(sequences.flat()));
        for (const sequence of sequences) expect(merged.filter((name) => sequence.includes(name))).toEqual(sequence);
      }),
    );
  });

  it('ends where sequences contradict each other', () => {
    expect(
      mergedOrder([
        ['a', 'b'],
        ['b', 'a'],
      ]),
    ).toEqual(['a', 'b']);
  });
});
