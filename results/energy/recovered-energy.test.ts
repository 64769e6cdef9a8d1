import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/plan/random.ts';
import { type FaultKind, randomTrace, type TracedWindow } from '../testing/random-trace.ts';
import { hostEnergy } from './host-energy.ts';
import { rawOf, type Sweep } from './accumulate.ts';

const FUNCTIONS = 100;
const WITHIN = 0.005;

/** What readers do that know neither wraps nor errors: last value minus first value. */
function naiveJ(sweeps: readonly Sweep[]): number {
  const ends = [sweeps[0], sweeps.at(-1)].map((sweep) => (sweep ?? []).reduce((sum, read) => sum + Number(rawOf(read) ?? 0n), 0));
  return ((ends[1] ?? 0) - (ends[0] ?? 0)) / 1e6;
}

const off = (joules: number | undefined, { truthJ }: TracedWindow): number => Math.abs((joules ?? Number.NaN) - truthJ) / truthJ;

const windows = Array.from({ length: FUNCTIONS }, (_, index) => randomTrace(index, seededRandom(2026 + index))).flatMap(
  ({ zones, windows: of }) => of.map((window) => ({ window, energy: hostEnergy(zones, window.sweeps), naive: naiveJ(window.sweeps) })),
);
const valid = windows.filter(({ energy }) => energy.flaws.length === 0);
const struck = (kind: FaultKind) => windows.filter(({ window }) => window.fault?.kind === kind);

describe(`energy of ${FUNCTIONS} random power functions, read through counters with wraps, resets and missing reads`, () => {
  it('is within 0.5 % of the integral wherever the window is valid', () => {
    const worst = Math.max(...valid.map(({ window, energy }) => off(energy.joules, window)));
    expect(valid.length).toBeGreaterThan(windows.length / 2);
    expect(valid.filter(({ window }) => window.wrapped).length).toBeGreaterThan(50);
    expect(worst).toBeLessThan(WITHIN);
    // no edge of 2 × 1 ms in 12 s explains a bias: the mean error of both signs is far smaller
    const bias = valid.reduce((sum, { window, energy }) => sum + ((energy.joules ?? 0) - window.truthJ) / window.truthJ, 0) / valid.length;
    expect(Math.abs(bias)).toBeLessThan(WITHIN / 20);
  });

  it.each([
    { kind: 'reset', rules: ['counter-implausible'] },
    { kind: 'error', rules: ['counter-unreadable'] },
    { kind: 'vanished', rules: ['zone-vanished'] },
    { kind: 'sleep', rules: ['counter-ambiguous'] },
  ] as const)('flags every window with a $kind, by its rule', ({ kind, rules }) => {
    const hit = struck(kind);
    expect(hit.length).toBeGreaterThan(20);
    for (const { energy } of hit) expect(energy.flaws.map(({ rule }) => rule)).toEqual(expect.arrayContaining([...rules]));
  });

  it('flags every window in which a counter went once around unseen', () => {
    const hidden = windows.filter(({ window }) => window.hidden);
    expect(hidden.length).toBeGreaterThan(20);
    expect(hidden.filter(({ energy }) => energy.flaws.length === 0)).toEqual([]);
  });

  it('flags nothing else', () => {
    const untouched = windows.filter(({ window }) => window.fault === undefined);
    expect(untouched.flatMap(({ energy }) => energy.flaws)).toEqual([]);
  });

  const wrong = windows.filter(({ window, naive }) => off(naive, window) > WITHIN);
  const wrongButValid = wrong.filter(({ energy }) => energy.flaws.length === 0);
  const belowZero = wrong.filter(({ naive }) => naive < 0);
  it(`is off by more than 0.5 % as “after − before” in ${wrong.length} of ${windows.length} windows, ${belowZero.length} of them below 0 J; ${wrongButValid.length} of them are valid and right here`, () => {
    expect(wrongButValid.length).toBeGreaterThan(50);
    expect(belowZero.length).toBeGreaterThan(20);
  });
});
