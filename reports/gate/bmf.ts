import type { GateReport, GateResult } from '../../core/model/gate-report.ts';
import type { Unit } from '../../core/model/vocabulary.ts';
import { figureOf, headValue, inUnit } from './head-interval.ts';

interface Metric {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

/** Bencher has no field for the unit, so the name of the measure ends with it; times in ns, as its own measure “latency”. */
const UNITS: Readonly<Record<Unit, { readonly suffix: string; readonly factor: number }>> = {
  s: { suffix: 'ns', factor: 1e9 },
  B: { suffix: 'bytes', factor: 1 },
  J: { suffix: 'joules', factor: 1 },
  W: { suffix: 'watts', factor: 1 },
  '1': { suffix: '', factor: 1 },
};

/** Characters of a slug at most (Bencher’s documentation of the format). */
const LONGEST = 64;

/** Bencher Metric Format: of head, `<runner>/<variant>/<program>` → measure → value and bounds. A gate without a value is left out. */
export function bencherMetrics(report: GateReport): string {
  const benchmarks: Record<string, Record<string, Metric>> = {};
  for (const gate of report.gates) {
    const value = headValue(gate);
    if (value === undefined) continue;
    const name = `${gate.runner}/${gate.variant}/${gate.program}`;
    const { factor } = UNITS[gate.unit];
    const bounds = value.low === undefined || value.high === undefined ? {} : boundsOf(value.low, value.high, factor);
    const measures = (benchmarks[name] ??= {});
    measures[slugOf(gate)] ??= { value: inUnit(value.value, factor), ...bounds };
  }
  return `${JSON.stringify(benchmarks, null, 2)}\n`;
}

function boundsOf(low: number, high: number, factor: number): Pick<Metric, 'lower_value' | 'upper_value'> {
  return { lower_value: inUnit(low, factor), upper_value: inUnit(high, factor) };
}

/** `cold-start-ns`, `cold-start-p95-ns`, `image-bytes-compressed`. */
function slugOf(gate: GateResult): string {
  const stem = gate.metric
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const { suffix } = UNITS[gate.unit];
  const ending = stem.split('-').includes(suffix) ? '' : suffix;
  const tail = [figureOf(gate), ending].map((part) => (part === undefined || part === '' ? '' : `-${part}`)).join('');
  return stem.slice(0, LONGEST - tail.length).replace(/-+$/, '') + tail;
}
