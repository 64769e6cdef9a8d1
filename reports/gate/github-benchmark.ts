import type { GateReport } from '../../core/model/gate-report.ts';
import type { Unit } from '../../core/model/vocabulary.ts';
import { significant } from '../format.ts';
import { figureOf, headValue, inUnit } from './head-interval.ts';
import { gateLine, printable } from './words.ts';

/** Constant over time, or the chart would change its scale from one commit to the next. */
const UNITS: Readonly<Record<Unit, { readonly name: string; readonly factor: number }>> = {
  s: { name: 'ms', factor: 1e3 },
  B: { name: 'B', factor: 1 },
  J: { name: 'J', factor: 1 },
  W: { name: 'W', factor: 1 },
  '1': { name: '1', factor: 1 },
};

/** For `tool: customSmallerIsBetter` of github-action-benchmark: values of head. A gate without one is left out: there is no other way. */
export function githubBenchmark(report: GateReport): string {
  const names = new Set<string>();
  const entries = report.gates.flatMap((gate) => {
    const value = headValue(gate);
    const name = [`${gate.runner}/${gate.variant}/${gate.program}`, gate.metric, figureOf(gate)]
      .filter((part) => part !== undefined)
      .join(' ');
    if (value === undefined || names.has(name)) return [];
    names.add(name);
    const { name: unit, factor } = UNITS[gate.unit];
    const bounds = value.low === undefined || value.high === undefined ? [] : [value.low, value.high];
    const range = bounds.map((bound) => significant(inUnit(bound, factor))).join('–');
    const extra = [gateLine(gate), printable(gate.because)].join('\n');
    return [{ name, unit, value: inUnit(value.value, factor), ...(range === '' ? {} : { range }), extra }];
  });
  return `${JSON.stringify(entries, null, 2)}\n`;
}
