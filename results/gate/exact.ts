import type { SelectedGate } from '../../core/plan/gate-selection.ts';
import type { GateResult } from '../../core/model/gate-report.ts';

/** Values of a metric that is the same every time (bytes of an image). */
export interface ExactValues {
  /** a budget has none */
  readonly base?: readonly number[];
  readonly head: readonly number[];
}

/** A budget on such a metric: the largest value of head against the limit. */
export function judgeExactBudget(gate: SelectedGate, head: readonly number[]): Judged {
  const largest = Math.max(...head);
  const shown = { head: largest, n: head.length };
  if (!Number.isFinite(largest)) return { ...shown, verdict: 'incomplete', because: `${gate.metric} of head is ${largest}` };
  const fails = largest > gate.limit;
  const because = `${gate.metric} of head is ${largest}, exactly; the budget is ${gate.limit} ${gate.unit}`;
  return { ...shown, verdict: fails ? 'fail' : 'pass', because };
}

type Judged = Omit<GateResult, keyof SelectedGate | 'perRound'>;

/** One value of each arm suffices; where a metric declared exact varies after all, that is said and the largest of head counts. */
export function judgeExact(gate: SelectedGate, { base, head }: ExactValues): Judged {
  if (base === undefined) return judgeExactBudget(gate, head);
  const [before, after] = [Math.min(...base), Math.max(...head)];
  const varied = new Set(base).size > 1 || new Set(head).size > 1 ? '; the metric should be exact and was not the same every time' : '';
  const shown = { base: before, head: after, n: Math.min(base.length, head.length) };
  if (!(before > 0) || !Number.isFinite(after)) {
    return { ...shown, verdict: 'incomplete', because: `${gate.metric} of base is ${before}: no ratio exists${varied}` };
  }
  const estimate = after / before;
  const change = { estimate, low: estimate, high: estimate, level: 1 };
  const [more, allowed] = [estimate - 1, gate.limit - 1].map((share) => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(2)} %`);
  const small = after - before <= gate.minEffect;
  const fails = estimate > gate.limit && !small;
  const why = fails
    ? `more than the allowed ${allowed}`
    : estimate > gate.limit
      ? 'below the smallest effect that counts'
      : `allowed ${allowed}`;
  return { ...shown, change, verdict: fails ? 'fail' : 'pass', because: `${gate.metric} ${more}, exactly; ${why}${varied}` };
}
