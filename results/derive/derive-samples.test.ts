import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../core/model/event.ts';
import type { Sample } from '../../core/model/sample.ts';
import { life, smallCell, smallEvents, smallPlan } from '../testing/small-run.ts';
import { deriveSamples } from './derive-samples.ts';
import { recordNotes } from './record-notes.ts';

const plan = smallPlan([smallCell('a'), smallCell('b')], 2);
const outcomes = (samples: readonly Sample[], metric: string, runner = 'a') =>
  samples.filter((one) => one.metric === metric && one.cell.startsWith(`s:${runner}/`)).map((one) => one.outcome);
const reading = (metric: string, value: number, role: 'instance' | 'host' = 'instance'): EventBody => ({
  kind: 'reading',
  atNs: 0,
  probe: 'p',
  metric,
  role,
  unit: metric === 'host_steal_share' ? '1' : 's',
  value,
  origin: 'test',
});
const failure = (code: string, censoredAfterNs?: number): EventBody => ({
  kind: 'failure',
  atNs: 0,
  code,
  message: code,
  ...(censoredAfterNs === undefined ? {} : { censoredAfterNs }),
});

describe('deriving samples', () => {
  it('takes cold start from t0 to t1 and run time from t0 to t2', () => {
    const samples = deriveSamples(
      plan,
      smallEvents(plan, () => life(0.25, 0.5)),
    );
    expect(outcomes(samples, 'cold_start')).toEqual([
      { status: 'ok', value: 0.25 },
      { status: 'ok', value: 0.25 },
    ]);
    expect(outcomes(samples, 'run_time', 'b')).toEqual([
      { status: 'ok', value: 0.5 },
      { status: 'ok', value: 0.5 },
    ]);
  });

  it('uses no number of a failed trial, and fails every number its cell gives otherwise', () => {
    const events = smallEvents(plan, (cell, round) => [
      ...life(0.1),
      reading('cpu_time', 0.05),
      ...(cell.runner === 'a' && round === 1 ? [failure('wrong-output'), failure('exit-code')] : []),
    ]);
    const samples = deriveSamples(plan, events);
    for (const metric of ['cold_start', 'run_time', 'cpu_time']) {
      expect(outcomes(samples, metric)[0]).toEqual({ status: 'failed', code: 'wrong-output' });
      expect(outcomes(samples, metric)[1]?.status).toBe('ok');
    }
  });

  it('censors the times of a time-out, but not a cold start whose first byte is on record', () => {
    const [t0, t1] = life(0.1);
    const events = smallEvents(plan, (cell, round) => {
      if (cell.runner === 'b') return life(0.1);
      return round === 1 ? [failure('timeout', 2e9)] : [t0!, t1!, failure('timeout', 2e9)];
    });
    const samples = deriveSamples(plan, events);
    expect(outcomes(samples, 'cold_start')).toEqual([
      { status: 'failed', code: 'timeout', censoredAfter: 2 },
      { status: 'failed', code: 'timeout' },
    ]);
    expect(outcomes(samples, 'run_time').every((one) => one.status === 'failed' && one.censoredAfter === 2)).toBe(true);
  });

  it('fails a trial that ended without its output being verified', () => {
    const events = smallEvents(plan, () => life(0.1).filter((event) => event.kind !== 'output'));
    expect(outcomes(deriveSamples(plan, events), 'cold_start')[0]).toEqual({ status: 'failed', code: 'unverified-output' });
  });

  it('gives a held or looping cell that never succeeded what its activity owes', () => {
    for (const [activity, owed] of [
      ['hold', ['memory_unreclaimable']],
      ['loop', ['warm_compile', 'warm_instantiate_call', 'warm_call']],
    ] as const) {
      const own = smallPlan([smallCell('a', activity)], 1);
      const samples = deriveSamples(
        own,
        smallEvents(own, () => [failure('start-failed')]),
      );
      expect(samples.map(({ metric }) => metric)).toEqual(owed);
    }
  });

  it('takes a trial out that was stolen from, keeping its value, but only over a window the counter can resolve', () => {
    const events = smallEvents(plan, (cell) => [...life(cell.runner === 'a' ? 0.2 : 0.05), reading('host_steal_share', 0.2, 'host')]);
    const samples = deriveSamples(plan, events);
    expect(outcomes(samples, 'cold_start')[0]).toEqual({ status: 'invalid', rule: 'host-steal', value: 0.2 });
    expect(outcomes(samples, 'cold_start', 'b')[0]?.status).toBe('ok');
    expect(outcomes(samples, 'host_steal_share')[0]?.status).toBe('ok');
  });

  it('takes a trial out whose marks run backwards', () => {
    const events = smallEvents(plan, () => life(0.2, 0.1));
    expect(outcomes(deriveSamples(plan, events), 'run_time')[0]).toEqual({ status: 'invalid', rule: 'mark-order', value: 0.1 });
  });

  it('sums a phase that occurs twice and orders phases by their start', () => {
    const phase = (name: string, from: number, to: number): EventBody => ({
      kind: 'phase',
      phase: name,
      layer: 'l',
      atNs: from * 1e9,
      endNs: to * 1e9,
    });
    const own = smallPlan([smallCell('a')], 1);
    const samples = deriveSamples(
      own,
      smallEvents(own, () => [phase('clean-up', 5, 6), phase('create', 1, 2), phase('create', 3, 4), ...life(1)]),
    );
    const phases = samples.filter(({ metric }) => metric.startsWith('phase_'));
    expect(phases.map(({ metric, outcome }) => [metric, outcome])).toEqual([
      ['phase_create', { status: 'ok', value: 2 }],
      ['phase_clean_up', { status: 'ok', value: 1 }],
    ]);
  });

  it('counts the first complete life of a trial that a resumed run repeated', () => {
    const own = smallPlan([smallCell('a')], 1);
    const first = smallEvents(own, () => life(0.1));
    const second = smallEvents(own, () => life(0.9));
    const cut = first.slice(0, 2);
    expect(outcomes(deriveSamples(own, [...first, ...second]), 'cold_start')).toEqual([{ status: 'ok', value: 0.1 }]);
    expect(outcomes(deriveSamples(own, [...cut, ...second]), 'cold_start')).toEqual([{ status: 'ok', value: 0.9 }]);
    expect(recordNotes(own, [...cut, ...second], undefined).map((note) => note.code)).toEqual(['repeated-trial']);
  });

  it('ignores trials of cells that the plan does not have, and says so', () => {
    const wide = smallPlan([smallCell('a'), smallCell('z')], 1);
    const events = smallEvents(wide, () => life(0.1));
    const narrow = smallPlan([smallCell('a')], 1);
    expect(new Set(deriveSamples(narrow, events).map(({ cell }) => cell))).toEqual(new Set(['s:a/native/noop']));
    expect(recordNotes(narrow, events, undefined)).toMatchObject([{ kind: 'record', code: 'unplanned-trial', count: 1 }]);
  });
});

describe('notes on the record', () => {
  it('sum up what a code says in too many different words', () => {
    const own = smallPlan([smallCell('a')], 9);
    const events = smallEvents(own, (_, round) => [
      { kind: 'failure', atNs: 0, code: 'exit-code', message: `pid ${round}`, remedy: 'look' },
    ]);
    const notes = recordNotes(own, events, undefined);
    expect(notes).toHaveLength(6);
    expect(notes[0]).toEqual({ kind: 'failure', code: 'exit-code', text: 's:a/native/noop: pid 1 (look)', count: 1 });
    expect(notes[5]).toMatchObject({ text: '4 other messages with this code', count: 4 });
  });
});
