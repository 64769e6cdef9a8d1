import { describe, expect, test } from 'vitest';
import { GATE_FORMAT, GateReport } from '../../core/model/gate-report.ts';
import { gateJson } from './json.ts';
import { GATE_OUTPUTS } from './outputs.ts';
import { GATE_REPORTS } from './testing/gate-reports.ts';

/** The same value with the keys of every object turned round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, one]) => [key, reversed(one)]),
  );
}

describe('JSON', () => {
  test.each(Object.keys(GATE_REPORTS))('%s comes back as it was', (name) => {
    expect(GateReport.parse(JSON.parse(gateJson(GATE_REPORTS[name]!)))).toEqual(GATE_REPORTS[name]);
  });

  test('is the same bytes whatever the order of keys', () => {
    for (const report of Object.values(GATE_REPORTS)) expect(gateJson(reversed(report) as GateReport)).toBe(gateJson(report));
  });

  test('begins with its version', () =>
    expect(gateJson(GATE_REPORTS['pass']!)).toMatch(new RegExp(`^{\\n {2}"formatVersion": "${GATE_FORMAT}",`)));

  test('refuses what is no number rather than writing null', () => {
    const report = structuredClone(GATE_REPORTS['fail']!);
    Object.assign(report.gates[0]!, { head: Number.NaN });
    expect(() => gateJson(report)).toThrow(/NaN/);
  });
});

test.each(Object.entries(GATE_OUTPUTS))('%s ends with one line feed and holds no “undefined” or NaN', (_, write) => {
  for (const [name, report] of Object.entries(GATE_REPORTS)) {
    const text = write(report);
    expect([name, text.endsWith('\n'), text.endsWith('\n\n')]).toEqual([name, true, false]);
    expect(text).not.toMatch(/undefined|\bNaN\b|\[object/);
  }
});
