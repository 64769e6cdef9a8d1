import parsePrometheus, { type MetricFamily } from 'parse-prometheus-text-format';
import { describe, expect, test } from 'vitest';
import { openMetrics } from './open-metrics.ts';
import { GATE_REPORTS, HOSTILE } from './testing/gate-reports.ts';

const NAMES = Object.keys(GATE_REPORTS);
const text = (name: string): string => openMetrics(GATE_REPORTS[name]!);

const families = (name: string): MetricFamily[] => parsePrometheus(text(name));
const family = (name: string, wanted: string): MetricFamily['metrics'] => families(name).find((one) => one.name === wanted)?.metrics ?? [];

describe.each(NAMES)('%s by the rules of OpenMetrics 1.0', (name) => {
  const lines = text(name).split('\n');

  test('ends with # EOF and one line feed', () => expect(lines.slice(-2)).toEqual(['# EOF', '']));

  test('every sample belongs to the family declared before it, once, with its unit as the end of the name', () => {
    let current = '';
    const seen = new Set<string>();
    for (const line of lines.slice(0, -2)) {
      const declared = /^# TYPE (\w+) (gauge|info|stateset)$/.exec(line);
      if (declared) {
        current = declared[1]!;
        expect(seen).not.toContain(current);
        seen.add(current);
        continue;
      }
      const unit = /^# UNIT (\w+) (\w+)$/.exec(line);
      if (unit) expect([unit[1], unit[1]!.endsWith(`_${unit[2]}`)]).toEqual([current, true]);
      else if (line.startsWith('#')) expect(line).toMatch(new RegExp(`^# HELP ${current} [^\\n]+\\.$`));
      else expect(line).toMatch(new RegExp(String.raw`^${current}(_info)?(\{(\w+="([^"\\]|\\[\\"n])*",?)+\})? -?[\d.]+(e[-+]?\d+)?$`, 'u'));
    }
  });

  test('no series occurs twice', () => {
    const series = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(new Set(series).size).toBe(series.length);
  });

  test('exactly one state of each gate is 1', () => {
    const states = family(name, 'thirdwave_gate_verdict');
    const on = states.filter(({ value }) => value === '1').map(({ labels }) => [labels?.['gate'], labels?.['thirdwave_gate_verdict']]);
    expect(on).toEqual(GATE_REPORTS[name]!.gates.map(({ id, verdict }) => [id, verdict]));
    expect(states).toHaveLength(on.length * 5);
  });

  test('GitLab finds a name and a value in every line', () => {
    // GitLab’s parser: cut from “#” on, split as a shell does, first word name, second value.
    const word = /(?:[^\s"'\\]|"(?:[^"\\]|\\.)*")+/gu;
    for (const line of lines.map((one) => one.replace(/#.*$/, '')).filter((one) => one.trim() !== '')) {
      expect(line.replaceAll(word, '').trim()).toBe('');
      expect(line.match(word)).toHaveLength(2);
    }
  });
});

describe('read by a parser', () => {
  test('values come with their labels, in base units', () => {
    expect(family('fail', 'thirdwave_gate_head_seconds')[0]).toEqual({
      value: '0.471',
      labels: { gate: 'wasm-cold', runner: 'wasmtime', variant: 'jit', program: 'hello', metric: 'cold_start', level: 'error' },
    });
    expect(family('exact', 'thirdwave_gate_base_bytes')[0]?.value).toBe('1048576');
    expect(family('budget', 'thirdwave_gate_budget_seconds')[0]?.value).toBe('0.125');
  });

  test('what was not measured has no sample', () => {
    const names = families('incomplete').map((one) => one.name);
    expect(names).toContain('thirdwave_gate_limit_ratio');
    expect(names.filter((one) => /head|base|change/.test(one))).toEqual([]);
  });

  test('labels come back as they went in, but for control characters and the number sign', () => {
    const [run] = family('hostile', 'thirdwave_gate_run_info');
    const kept = HOSTILE.replaceAll(/(?!\n)\p{Cc}/gu, '\uFFFD').replaceAll('#', '＃');
    expect(run?.labels?.['host_key']).toBe(kept);
  });
});
