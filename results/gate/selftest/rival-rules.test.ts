import { describe, expect, it } from 'vitest';
import { batchesOf, rivalAnswers } from './rival-rules.ts';
import { syntheticRun } from './synthetic-run.ts';
import { tally } from './tally.ts';

const spread = (factor: number, last: number): number[] => [...Array.from({ length: 39 }, (_, index) => factor * (1 + index / 1000)), last];

describe('rules that others use', () => {
  it('say of a mean that is 20 % larger what they say', () => {
    expect(rivalAnswers({ base: spread(1, 1), head: spread(1.2, 1.2) })).toEqual({
      'mean-ratio-1.1': true,
      'mean-ratio-1.3': false,
      'mann-whitney': true,
      'mann-whitney-10-percent': true,
      'last-value-1.3': false,
      'last-value-2': false,
    });
  });

  it('trust a single last value, whatever all others were', () => {
    const answers = rivalAnswers({ base: spread(1, 1), head: spread(1, 2.1) });
    expect(answers).toMatchObject({
      'mean-ratio-1.1': false,
      'mann-whitney-10-percent': false,
      'last-value-1.3': true,
      'last-value-2': true,
    });
  });

  it('call only slow-downs slow, though the test is two-sided, and small ones only where size does not matter', () => {
    expect(Object.values(rivalAnswers({ base: spread(1.5, 1.5), head: spread(1, 1) }))).toEqual(new Array(6).fill(false));
    expect(rivalAnswers({ base: spread(1, 1), head: spread(1.05, 1.05) })).toMatchObject({
      'mann-whitney': true,
      'mann-whitney-10-percent': false,
    });
  });

  it('see the same trials interleaved, or head’s from later rounds', () => {
    const run = syntheticRun('log-normal', 1, 0, { gates: 1, perRound: 2, allowed: 0.1 });
    run.extendTo(20);
    const [gate] = run.gates;
    expect(batchesOf(gate!, 'interleaved', 2)).toEqual({ base: gate!.base.slice(0, 20), head: gate!.head.slice(0, 20) });
    expect(batchesOf(gate!, 'separate', 2)).toEqual({ base: gate!.base.slice(0, 20), head: gate!.head.slice(20, 40) });
  });
});

describe('tally of a rule', () => {
  const more = (passed: boolean, improved: boolean, rounds: number) => ({ passed, improved, rounds });

  it('counts false failures per run and per gate without the gate that changed', () => {
    const counted = tally(0.2);
    counted.add([{ failed: true }, { failed: true }, { failed: true }]);
    counted.add([{ failed: true }, { failed: false }, { failed: false }]);
    expect(counted.result()).toEqual({
      falseFailures: expect.objectContaining({ count: 1, of: 2 }),
      falseFailuresOfGates: expect.objectContaining({ count: 2, of: 4 }),
      detected: expect.objectContaining({ count: 2, of: 2 }),
    });
  });

  it('counts what is open, wrongly passed and improved, and mean rounds of gates and of whole runs', () => {
    const counted = tally(0.2);
    counted.add([
      { failed: false, more: more(true, false, 10) },
      { failed: false, more: more(true, true, 20) },
    ]);
    counted.add([
      { failed: false, more: more(false, false, 40) },
      { failed: true, more: more(false, false, 10) },
    ]);
    const found = counted.result();
    expect(found.passed).toMatchObject({ count: 1, of: 2 });
    expect(found.improved).toMatchObject({ count: 0, of: 2 });
    expect(found.falseImprovementsOfGates).toMatchObject({ count: 1, of: 2 });
    expect(found.undecided).toMatchObject({ count: 1, of: 4 });
    expect(found.undecidedRuns).toMatchObject({ count: 1, of: 2 });
    expect(found.meanRounds).toEqual({ gate: 20, run: 30, changed: 25 });
  });

  it('counts all gates where none changed', () => {
    const counted = tally(0);
    counted.add([{ failed: true }, { failed: false }]);
    expect(counted.result().falseFailuresOfGates).toMatchObject({ count: 1, of: 2 });
    expect(counted.result()).not.toHaveProperty('detected');
  });
});
