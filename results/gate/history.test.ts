import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../core/model/baseline.ts';
import { Trend } from '../../core/model/trend.ts';
import { renderTrend, sparkline } from '../../reports/gate/trend.ts';
import { smallGate, smallGateReport } from '../testing/small-gate.ts';
import { baselineNumbers, withEntry } from './baseline.ts';
import { standingOut, trendOf } from './history.ts';

function history(medians: readonly number[], host: Readonly<Record<string, number>> = {}): Baseline {
  let baseline: Baseline | undefined;
  for (const [index, seconds] of medians.entries()) {
    const run = smallGate({ cold: () => seconds, runId: `run-${index}`, host });
    baseline = withEntry(baseline, smallGateReport(run), {
      runId: `run-${index}`,
      acceptedAt: `2026-11-${10 + index}T00:00:00.000Z`,
      reason: index === 3 ? 'allocator replaced' : 'merged',
      label: 'target/app',
      suiteVersion: '0.1.0',
      numbers: baselineNumbers(run.model, smallGateReport(run)),
    });
  }
  return baseline!;
}

describe('accepted runs over time', () => {
  it('have their median, its interval and the ratios to the one before and to the first', () => {
    const trend = Trend.parse(trendOf([history([0.1, 0.11, 0.121])]));
    const points = trend.hosts[0]!.series.find(({ metric }) => metric === 'cold_start')!.points;
    expect(points.map(({ median, n }) => [median, n])).toEqual([
      [0.1, 10],
      [0.11, 10],
      [0.121, 10],
    ]);
    expect(points[0]).not.toHaveProperty('toPrevious');
    expect(points[2]!.toPrevious).toBeCloseTo(1.1, 12);
    expect(points[2]!.toFirst).toBeCloseTo(1.21, 12);
    expect(points[2]).toMatchObject({ low: 0.121, high: 0.121 });
  });

  it('are kept apart by host', () => {
    const trend = trendOf([history([0.1, 0.1]), history([0.2], { cpu_count: 64 })]);
    expect(trend.hosts.map(({ series }) => series[0]!.points.length)).toEqual([2, 1]);
  });

  it('are shown with a sparkline, and the step that stands out is pointed at', () => {
    const text = renderTrend(trendOf([history([0.1, 0.101, 0.1, 0.15, 0.151, 0.15])]), { colour: false, width: 120 });
    expect(text).toContain('process/native/app cold_start ▁▁▁███ 6 accepted runs');
    const marked = text.split('\n').filter((line) => line.includes('look here'));
    expect(marked).toHaveLength(2); // cold_start and run_time
    for (const line of marked) expect(line).toContain('2026-11-13');
    expect(text).toContain('allocator replaced ← look here');
    expect(text).toContain('1.50×');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('fit a narrow terminal', () => {
    const text = renderTrend(trendOf([history([0.1, 0.101, 0.1, 0.15, 0.151, 0.15])]), { colour: false, width: 60 });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(text).toContain('look here');
  });

  it('say how to store one where there are none', () => {
    expect(renderTrend(trendOf([]), { colour: false, width: 80 })).toContain('gate accept');
  });
});

describe('the step worth a look', () => {
  it.each([
    ['a jump among small steps', [100, 101, 100, 99, 120, 121], 4],
    ['a drop', [100, 101, 100, 70, 70, 71], 3],
    ['steps that are all as large', [100, 110, 98, 112, 99, 111], undefined],
    ['a jump below 3 %', [100, 100, 100, 102, 102], undefined],
    ['values that never change but once', [100, 100, 100, 110, 110], 3],
    ['fewer than five points', [100, 100, 100, 200], undefined],
    ['a value without a logarithm', [100, 0, 100, 100, 200], undefined],
  ])('of %s is found or not', (_name, medians, index) => {
    expect(standingOut(medians)).toBe(index);
  });
});

describe('a sparkline', () => {
  it('has one bar per value, the smallest lowest', () => {
    expect(sparkline([1, 2, 8])).toBe('▁▂█');
    expect(sparkline([5, 5])).toBe('▄▄');
  });
});
