import type { ComparedMetric, Comparison } from '../../core/model/comparison.ts';
import type { Change } from '../../core/model/gate-report.ts';
import { percent, quantity } from '../format.ts';
import { wrap } from '../text-layout.ts';
import { statusWord } from '../words.ts';

export interface CompareOptions {
  readonly colour: boolean;
  /** characters per line */
  readonly width: number;
}

/** What `compare` says in a terminal: one paragraph per cell and metric, then what must be known about the comparison. */
export function renderComparison(comparison: Comparison, { colour, width }: CompareOptions): string {
  const bold = (text: string): string => (colour ? `\u001B[1m${text}\u001B[22m` : text);
  const { compared, onlyA, onlyB, notes, limit, alpha, verdict } = comparison;
  const judged = limit === undefined ? 'nothing is judged' : `judged: at most +${percent(limit - 1)}, one-sided at ${percent(alpha)}`;
  const lines = [
    ...wrap(`A  ${comparison.a}`, width, '', '   '),
    ...wrap(`B  ${comparison.b}`, width, '', '   '),
    ...wrap(`B against A, unpaired; ${judged}`, width),
    ...compared.flatMap((one) => ['', ...metricLines(one, width, bold)]),
    '',
    ...(onlyA.length === 0 ? [] : wrap(`only in A: ${onlyA.join(', ')}`, width, '', '  ')),
    ...(onlyB.length === 0 ? [] : wrap(`only in B: ${onlyB.join(', ')}`, width, '', '  ')),
    ...notes.flatMap((note) => wrap(`note: ${note}`, width, '', '  ')),
    ...(verdict === undefined ? [] : [bold(`${statusWord(verdict).sign} ${statusWord(verdict).word}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

function metricLines(one: ComparedMetric, width: number, bold: (text: string) => string): string[] {
  const { id, metric, role, unit, a, b, change, p, differs, notes, verdict, because } = one;
  const sign = verdict === undefined ? '' : `${statusWord(verdict).sign} ${statusWord(verdict).word.toUpperCase()}  `;
  const side = (value: typeof a): string => (value.median === undefined ? 'no value' : quantity(value.median, unit));
  const numbers = [
    `${side(a)} → ${side(b)}`,
    ...(change ? [intervalText(change)] : []),
    ...(p === undefined ? [] : [`p = ${p < 1e-4 ? p.toExponential(1) : Number(p.toPrecision(2))}`]),
    `n = ${a.n} and ${b.n}`,
  ];
  return [
    ...wrap(`${sign}${id}  ${metric}${role === 'instance' ? '' : ` (${role})`}`, width).map(bold),
    ...wrap(numbers.join('   '), width, '  '),
    ...(because === undefined ? [] : wrap(because, width, '  ')),
    ...notes.filter((note) => note !== because).flatMap((note) => wrap(`note: ${note}`, width, '  ')),
    ...differs.flatMap((each) => wrap(`differs: ${each.field} ${each.a} → ${each.b}`, width, '  ', '    ')),
  ];
}

/** `+14.2 % [+11.0, +17.5]`, and what kind of interval it is. */
function intervalText({ estimate, low, high, level }: Change): string {
  const signed = (ratio: number): string => {
    const text = Math.abs((ratio - 1) * 100).toFixed(1);
    return `${ratio < 1 && text !== '0.0' ? '−' : '+'}${text}`;
  };
  if (low === undefined || high === undefined || level === undefined) return `${signed(estimate)} % (too few values for an interval)`;
  return level === 1 ? `${signed(estimate)} %, exactly` : `${signed(estimate)} % [${signed(low)}, ${signed(high)}] at ${percent(level)}`;
}
