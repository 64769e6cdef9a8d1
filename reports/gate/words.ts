import type { Change, GateReport, GateResult, GateVerdict } from '../../core/model/gate-report.ts';
import { pText } from '../../results/gate/decision-words.ts';
import { WAIVABLE } from '../../results/gate/judge-gates.ts';
import { counted, percent, quantity, scaleFor, significant } from '../format.ts';

const WORDS: Readonly<Record<GateVerdict, string>> = {
  pass: 'PASS',
  fail: 'FAIL',
  inconclusive: 'INCONCLUSIVE',
  incomparable: 'INCOMPARABLE',
  incomplete: 'INCOMPLETE',
};
export function verdictWord(verdict: GateVerdict): string {
  return WORDS[verdict];
}

/** `1.142` → `+14.2 %`: one decimal, two where the whole is below 1 %, none from 100 % on. */
export function signedPercent(ratio: number): string {
  const value = (ratio - 1) * 100;
  const size = Math.abs(value);
  const text = size.toFixed(size >= 99.95 ? 0 : size >= 0.95 ? 1 : 2);
  if (Number(text) === 0) return '±0 %';
  return `${value < 0 ? '−' : '+'}${text} %`;
}

/** `+14.2 % [+11.0, +17.5]`; without an interval only the estimate. */
export function changeText({ estimate, low, high }: Change): string {
  if (low === undefined || high === undefined) return signedPercent(estimate);
  const bare = (ratio: number): string => signedPercent(ratio).replace(' %', '');
  return `${signedPercent(estimate)} [${bare(low)}, ${bare(high)}]`;
}

/** `+10 %`, without decimals that say nothing. */
function allowedText(ratio: number): string {
  return `+${percent(ratio - 1)}`;
}

/** `5 ms`, not `5.00 ms`: a limit is given, not measured. */
function bare(value: number, unit: GateResult['unit']): string {
  return quantity(value, unit).replace(/\.(\d*?)0+(?= |$)/, (_, kept: string) => (kept === '' ? '' : `.${kept}`));
}

/** `+10 % and 5 ms`: both must be exceeded; of a budget `125 ms`. */
export function limitText({ kind, limit, unit, minEffect }: GateResult): string {
  if (kind === 'budget') return bare(limit, unit);
  const least = minEffect === undefined || minEffect === 0 ? '' : ` and ${bare(minEffect, unit)}`;
  return allowedText(limit) + least;
}

/** `412 → 471 ms` in one scale; of a budget the figure alone, `p95 138 ms`. What is missing is said. */
export function valuesText({ kind, stat, base, head, unit }: GateResult): string {
  if (kind === 'budget') return head === undefined ? `${stat ?? 'median'} not measured` : `${stat ?? 'median'} ${quantity(head, unit)}`;
  if (base === undefined && head === undefined) return 'base and head not measured';
  if (base === undefined || head === undefined) {
    const shown = (value: number | undefined, side: string): string =>
      value === undefined ? `${side} not measured` : quantity(value, unit);
    return `${shown(base, 'base')} → ${shown(head, 'head')}`;
  }
  const { divisor, symbol } = scaleFor(Math.max(base, head), unit);
  return `${significant(base / divisor)} → ${significant(head / divisor)} ${symbol}`.trimEnd();
}

/** `10×4`: rounds of so many trials per arm; of a budget the number of values. */
export function countText({ kind, n, perRound }: GateResult): string {
  return kind === 'relative' ? `${n}×${perRound}` : String(n);
}

/** `6 %`: the smallest regression all rounds would have found. */
export function detectableText({ minimumDetectable }: GateResult): string | undefined {
  return minimumDetectable === undefined ? undefined : percent(minimumDetectable - 1);
}

/** `FAIL wasm-cold  412 → 471 ms  +14.2 % [+11.0, +17.5]  limit +10 %  n=10×4  MDE 6 %`. */
export function gateLine(gate: GateResult): string {
  const detectable = detectableText(gate);
  return [
    `${verdictWord(gate.verdict)} ${gate.id}`,
    valuesText(gate),
    gate.change ? changeText(gate.change) : '',
    `limit ${limitText(gate)}`,
    `n=${countText(gate)}`,
    detectable === undefined ? '' : `MDE ${detectable}`,
    gate.level === 'warn' && gate.verdict !== 'pass' ? 'level warn' : '',
    isWaived(gate) ? `waived until ${gate.waiver?.expires}` : '',
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** `cold_start of hello in wasmtime/jit`. */
export function subjectText({ metric, program, runner, variant }: GateResult): string {
  return `${metric} of ${program} in ${runner}/${variant}`;
}

/** The evidence beside the estimate; undefined where none was computed (exact metrics, missing values). */
export function certaintyText({ p, threshold, change, twin }: GateResult): string | undefined {
  const level = change?.low === undefined || change.level === undefined ? '' : `interval of ${percent(change.level)}`;
  const needed = threshold === undefined ? '' : `, needed at most ${pText(threshold)} after looks and Holm`;
  const test = p === undefined ? '' : `one-sided p ${pText(p).replace(/^(?=\d)/, '= ')}${needed}`;
  const parts = [test, level, twin === undefined ? '' : `A/A twin ${changeText(twin)}`].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** `head build/hello.wasm (sha256:4e4e4e4e4e4e) against base git:origin/main (sha256:0b0b0b0b0b0b)`; undefined: no artifact of this cell is named. */
export function armsText({ artifacts, against }: GateReport, gate: GateResult): string | undefined {
  const named = (arm: 'base' | 'head'): string | undefined => {
    const found = artifacts.find(
      (artifact) =>
        artifact.arm === arm && artifact.program === gate.program && artifact.runner === gate.runner && artifact.variant === gate.variant,
    );
    return found && `${found.label} (${shortDigest(found.digest)})`;
  };
  const base = against === 'baseline' ? 'the stored baseline of this host' : named('base');
  const head = named('head');
  if (head === undefined) return undefined;
  return gate.kind === 'budget' || base === undefined ? `head ${head}` : `head ${head} against base ${base}`;
}

/** `sha256:4e4e4e4e4e4e`: named, since the commit of a git ref stands beside it. */
function shortDigest(digest: string): string {
  const [, algorithm = '', hex = ''] = /^(sha256:)?(.*)$/s.exec(digest) ?? [];
  return algorithm + hex.slice(0, 12);
}

/** Those that decide first, then what may be ignored, passed gates last; the order of the file within each. */
export function bySeverity(gates: readonly GateResult[]): GateResult[] {
  const order: readonly GateVerdict[] = ['incomplete', 'incomparable', 'fail', 'inconclusive', 'pass'];
  const rank = (gate: GateResult): number =>
    gate.verdict === 'pass' ? order.length * 2 : order.indexOf(gate.verdict) + (counts(gate) ? 0 : order.length);
  return [...gates].toSorted((a, b) => rank(a) - rank(b));
}

/** Whether the verdict of this gate enters the exit code. */
export function counts(gate: GateResult): boolean {
  return gate.level === 'error' && !isWaived(gate);
}

/** Nothing waives what crashed or could not be compared. */
export function isWaived({ waiver, verdict }: GateResult): boolean {
  return waiver !== undefined && WAIVABLE.includes(verdict);
}

/** `waived until 2027-01-31: <reason> (<issue>)`; undefined: no waiver, or nothing to waive. */
export function waiverText(gate: GateResult): string | undefined {
  const { waiver, verdict } = gate;
  if (waiver === undefined || verdict === 'pass') return undefined;
  if (!isWaived(gate)) return `its waiver (until ${waiver.expires}) does not cover ${verdict}`;
  return `waived until ${waiver.expires}: ${waiver.reason}${waiver.issue === undefined ? '' : ` (${waiver.issue})`}`;
}

/** `FAIL: of 12 gates 1 failed, 1 inconclusive, 10 passed; exit code 10`. */
export function verdictSentence({ verdict, gates, exitCode }: GateReport): string {
  const number = (wanted: GateVerdict): number => gates.filter((gate) => gate.verdict === wanted).length;
  const parts = [
    [number('fail'), 'failed'],
    [number('incomplete'), 'incomplete'],
    [number('incomparable'), 'incomparable'],
    [number('inconclusive'), 'inconclusive'],
    [number('pass'), 'passed'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const aside = gates.filter((gate) => gate.verdict !== 'pass' && !counts(gate)).length;
  const not = aside === 0 ? '' : ` (${aside} of them only a warning or waived)`;
  return `${verdictWord(verdict)}: of ${counted(gates.length, 'gate')} ${said.join(', ')}${not}; exit code ${exitCode}`;
}

/** What a verdict asks of the reader. */
export const MEANING: Readonly<Record<Exclude<GateVerdict, 'pass'>, string>> = {
  fail: 'The regression is there and larger than allowed. Fix it, or waive the gate if it is wanted.',
  inconclusive: 'Neither “smaller than allowed” nor “larger” could be shown. Give it more rounds or a steadier host; it is not a pass.',
  incomparable: 'The two sides may not be set against each other, so nothing is said about the change. Run it again on a steady host.',
  incomplete: 'Numbers are missing, so nothing is said about the change. Look at what head or base did in the trials that failed.',
};

/** What to write into gates.yaml to waive this gate. */
export function waiverLines(id: string): string[] {
  return ['waivers:', `  - gate: ${JSON.stringify(id)}`, '    reason: "…"', '    expires: "YYYY-MM-DD"'];
}

/** Measured alone, with what rule: the sentence under the table. */
export function ruleText({ rounds, alpha, beta, looks, timeToVerdictNs, against, control }: GateReport): string {
  const side = against === 'base' ? 'base and head alternated in every round' : 'head alone, against the stored baseline of this host';
  return (
    `${counted(rounds, 'round')} (${side}), looks after ${looks.join(', ')}; ` +
    `a run fails without cause in at most ${percent(alpha)}, all its gates together; ` +
    `a gate passes a regression larger than allowed in at most ${percent(beta)}; ` +
    (control === undefined ? '' : `control ${signedPercent(control.change)} from first to last third; `) +
    `time to verdict ${quantity(timeToVerdictNs / 1e9, 's')}`
  );
}

/** Texts of users and engines in one line, as `visible` writes them. */
export function printable(text: string): string {
  return visible(text.replaceAll(/\s+/gu, ' '));
}

/** Control characters and those that reorder text are shown, never sent to a terminal or a page. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`;
  });
}
