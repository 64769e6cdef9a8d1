import { describe, expect, it } from 'vitest';
import { gateCellIds } from '../../core/plan/gate-plan.ts';
import { GateReport } from '../../core/model/gate-report.ts';
import type { Sample } from '../../core/model/sample.ts';
import { goldenReport } from '../testing/golden-run.ts';
import { gateReport, judgeGates, overall } from './judge-gates.ts';
import { coldStarts, sampleOf, type PlannedGate, plannedGate } from '../testing/planned-gate.ts';

const CELLS = gateCellIds('gate', { runner: 'process', variant: 'native', program: 'app' });

function judged(gate: PlannedGate, samples: readonly Sample[], roundsDone: number, final = true) {
  return judgeGates({ ...gate, samples, roundsDone, final });
}

function sizes(head: readonly number[], base: readonly number[] = [1000]): Sample[] {
  const of = (cell: string, values: readonly number[]): Sample[] =>
    values.map((value) => ({
      cell,
      trialId: 'prepare.0',
      round: 0,
      position: 0,
      metric: 'artifact_bytes_binary',
      role: 'instance',
      unit: 'B',
      outcome: { status: 'ok', value },
    }));
  return [...of(CELLS.base, base), ...of(CELLS.head, head)];
}

describe('a gate judged from the numbers of its run', () => {
  it('passes the same program, fails one that is a third slower, and says by how much', () => {
    const gate = plannedGate();
    expect(judged(gate, coldStarts(gate, 10), 10)[0]?.result).toMatchObject({ verdict: 'pass', n: 10, unit: 's', limit: 1.1 });
    const [slow] = judged(gate, coldStarts(gate, 10, 4 / 3), 10);
    expect(slow?.result.verdict).toBe('fail');
    expect(slow?.result.change?.estimate).toBeCloseTo(4 / 3, 1);
  });

  it('is open before its first look, and where more rounds may decide', () => {
    const gate = plannedGate();
    expect(judged(gate, coldStarts(gate, 3), 3, false)[0]?.open).toBe(true);
    expect(judged(gate, coldStarts(gate, 10, 1.1, 0.3), 10, false)[0]?.open).toBe(true);
    expect(judged(gate, coldStarts(gate, 40, 1.1, 0.3), 40, false)[0]).toMatchObject({ open: false, result: { verdict: 'inconclusive' } });
  });

  it('is incomplete, never a pass, when a single trial of head or base failed', () => {
    const gate = plannedGate();
    for (const cell of [CELLS.head, CELLS.base]) {
      const samples = coldStarts(gate, 10);
      const index = samples.findIndex((sample) => sample.cell === cell);
      const trial = gate.plan.trials.find(({ id }) => id === samples[index]?.trialId);
      samples[index] = sampleOf(trial!, { status: 'failed', code: 'exit-code' });
      expect(judged(gate, samples, 10)[0]).toMatchObject({
        open: false,
        result: { verdict: 'incomplete', because: expect.stringContaining('failed 1 of 40 trials (exit-code)') as string },
      });
    }
  });

  it('is incomplete with the reason where its cell cannot run here, or has no such number', () => {
    const skipped = plannedGate({}, false);
    expect(judged(skipped, [], 0)[0]?.result).toMatchObject({
      verdict: 'incomplete',
      because: 'base cannot run here: no process here; find one',
    });
    const gate = plannedGate();
    const void_ = coldStarts(gate, 10).map((sample): Sample => ({
      ...sample,
      outcome: { status: 'invalid', rule: 'host-steal', value: 1 },
    }));
    expect(judged(gate, void_, 10)[0]?.result.because).toContain('base: 40 of 40 trials are void (host-steal)');
  });

  it('compares bytes as they are, once', () => {
    const gate = plannedGate({
      gates: [{ id: 'size', select: { metric: 'artifact_bytes_binary' }, maxRegression: '1%', minEffect: '20B' }],
    });
    const verdict = (head: readonly number[]) => judged(gate, sizes(head), 0)[0]?.result;
    expect(verdict([1010])).toMatchObject({ verdict: 'pass', kind: 'exact', n: 1, change: { estimate: 1.01 } });
    expect(verdict([1015])).toMatchObject({ verdict: 'pass', because: expect.stringContaining('below the smallest effect') as string });
    expect(verdict([1030])).toMatchObject({ verdict: 'fail', because: expect.stringContaining('+3.00 %, exactly') as string });
    expect(verdict([1000, 1001])?.because).toContain('was not the same every time');
    expect(judged(gate, sizes([1000], [0]), 0)[0]?.result.verdict).toBe('incomplete');
  });

  it('goes on where the first round has no value yet, and says so at the end', () => {
    const gate = plannedGate();
    const first = coldStarts(gate, 1).map((sample): Sample => ({ ...sample, outcome: { status: 'unavailable', reason: 'not yet' } }));
    expect(judged(gate, first, 1, false)[0]).toMatchObject({ open: true, result: { verdict: 'incomplete' } });
    expect(judged(gate, first, 1)[0]).toMatchObject({ open: false, result: { because: 'base has no cold_start: not yet' } });
  });

  it('does not judge what a rule left of an arm: more than a tenth void is no fair sample, a single one is', () => {
    const gate = plannedGate();
    const spoiled = (every: number): Sample[] =>
      coldStarts(gate, 10, 4 / 3).map((sample, index): Sample => {
        if (!sample.cell.endsWith('.head') || index % every !== 0 || sample.outcome.status !== 'ok') return sample;
        return { ...sample, outcome: { status: 'invalid', rule: 'host-steal', value: sample.outcome.value } };
      });
    expect(judged(gate, spoiled(2), 10)[0]?.result).toMatchObject({
      verdict: 'incomplete',
      because: expect.stringMatching(/^head: \d+ of 40 trials are void \(host-steal\), more than a tenth/) as string,
    });
    expect(judged(gate, spoiled(40), 10)[0]?.result.verdict).toBe('fail');
  });

  it('is inconclusive, not incomplete, where a time budget ended the run before its first look', () => {
    const gate = plannedGate();
    expect(judged(gate, coldStarts(gate, 8), 8)[0]?.result).toMatchObject({ verdict: 'inconclusive', n: 8 });
  });

  it('holds a budget against bytes as they are, at once', () => {
    const gate = plannedGate({ gates: [{ id: 'size', select: { metric: 'artifact_bytes_binary' }, max: '1KiB' }] });
    expect(judged(gate, sizes([1024]), 0)[0]).toMatchObject({ open: false, result: { verdict: 'pass', kind: 'budget', n: 1 } });
    expect(judged(gate, sizes([1025]), 0)[0]?.result.verdict).toBe('fail');
  });

  it('holds a budget against head’s single starts', () => {
    const gate = plannedGate({ gates: [{ id: 'budget', select: { metric: 'cold_start' }, max: '50ms', stat: 'p95' }] });
    expect(judged(gate, coldStarts(gate, 40), 40)[0]?.result).toMatchObject({ verdict: 'pass', kind: 'budget', n: 80, limit: 0.05 });
    expect(judged(gate, coldStarts(gate, 40, 10), 40)[0]?.result.verdict).toBe('fail');
  });
});

describe('the answer of a whole run', () => {
  const result = (verdict: 'pass' | 'fail' | 'inconclusive' | 'incomparable' | 'incomplete', change: object = {}) => {
    const gate = plannedGate();
    return { ...judged(gate, coldStarts(gate, 10), 10)[0]!.result, verdict, ...change };
  };

  it('is the worst of its gates: missing numbers before a broken comparison before a regression before not knowing', () => {
    const all = [result('pass'), result('inconclusive'), result('fail'), result('incomparable'), result('incomplete')];
    expect(overall(all, 'fail', [])).toEqual({ verdict: 'incomplete', exitCode: 13, exitCodes: [13, 12, 10, 11] });
    expect(overall(all.slice(0, 4), 'warn', [])).toEqual({ verdict: 'incomparable', exitCode: 12, exitCodes: [12, 10] });
    expect(overall(all.slice(0, 3), 'warn', [])).toEqual({ verdict: 'fail', exitCode: 10, exitCodes: [10] });
    expect(overall(all.slice(0, 2), 'warn', [])).toEqual({ verdict: 'inconclusive', exitCode: 0, exitCodes: [] });
    expect(overall(all.slice(0, 2), 'fail', [])).toEqual({ verdict: 'inconclusive', exitCode: 11, exitCodes: [11] });
  });

  it('leaves out gates of level warn, and failures that a waiver covers; nothing waives a crash', () => {
    const waiver = { reason: 'known', expires: '2027-01-01' };
    expect(overall([result('fail', { level: 'warn' }), result('fail', { waiver })], 'fail', []).exitCode).toBe(0);
    expect(overall([result('incomplete', { waiver })], 'warn', []).exitCode).toBe(13);
  });

  it('asks for the code of failed trials where nothing else asks for one, and names their cells', () => {
    const lost = { cell: 'gate:process/native/nop:floor', failed: 1, trials: 40, codes: ['exit-code'] };
    expect(overall([result('pass')], 'warn', [lost])).toEqual({ verdict: 'pass', exitCode: 4, exitCodes: [4] });
    expect(overall([result('fail')], 'warn', [lost]).exitCode).toBe(10);
  });

  it('is a document of the published schema, with both artifacts and a warning where they are the same bytes', () => {
    const gate = plannedGate({ waivers: [{ gate: 'cold', reason: 'old', expires: '2026-11-28' }] });
    const manifest = {
      ...goldenReport().manifest,
      artifacts: [CELLS.base, CELLS.head].map((cell) => ({ cell, digest: 'sha256:same', versions: {} })),
    };
    const report = gateReport({ ...gate, samples: coldStarts(gate, 10), roundsDone: 10, final: true, manifest, timeToVerdictNs: 7e9 });
    expect(GateReport.parse(report)).toEqual(report);
    expect(report).toMatchObject({ verdict: 'pass', exitCode: 0, alpha: 0.01, beta: 0.05, looks: [10, 20, 40], rounds: 10 });
    expect(report.artifacts.map(({ arm, digest }) => [arm, digest])).toEqual([
      ['base', 'sha256:same'],
      ['head', 'sha256:same'],
    ]);
    expect(report.warnings.join('\n')).toMatch(/expired after 2026-11-28[^]*base base and head head are the same \(sha256:same\)/);
  });

  it('tells how the control moved, and warns where the host changed its speed', () => {
    const gate = plannedGate();
    const manifest = { ...goldenReport().manifest, artifacts: [] };
    const control = (last: number, rounds = 10): Sample[] =>
      Array.from({ length: rounds }, (_, index) => ({
        cell: 'gate:host/control/fixed-js',
        trialId: 'control',
        round: index + 1,
        position: 0,
        metric: 'host_control',
        role: 'host',
        unit: 's',
        outcome: { status: 'ok', value: index >= 7 ? last : 0.01 },
      }));
    const report = (samples: readonly Sample[]) =>
      gateReport({ ...gate, samples: [...coldStarts(gate, 10), ...samples], roundsDone: 10, final: true, manifest, timeToVerdictNs: 7e9 });
    expect(report(control(0.0104))).toMatchObject({ control: { n: 10 }, warnings: [] });
    const moved = report(control(0.012));
    expect(moved.control?.change).toBeCloseTo(1.2);
    expect(moved.warnings).toEqual([expect.stringContaining('control +20.0 % from the first to the last third of 10 rounds')]);
    expect(report(control(0.012, 9))).not.toHaveProperty('control');
    expect(report([])).not.toHaveProperty('control');
  });
});
