import type { Manifest } from '../core/model/manifest.ts';
import type { Cell } from '../core/model/plan.ts';
import type { ReportModel } from '../core/model/report.ts';
import type { Summary } from '../core/model/summary.ts';
import type { Verdict } from '../core/model/verdict.ts';
import { quantity } from './format.ts';
import { isFleet, type View } from './view.ts';

/** `container/runc-scratch`, with its part in the plan where that is not plain measurement. */
export function cellName(cell: Cell): string {
  const name = `${cell.runner}/${cell.variant}${cell.emulated === true ? ' (emulated)' : ''}`;
  if (cell.role === 'twin') return `${name} (A/A twin)`;
  return cell.role === 'floor' ? `${name} (floor)` : name;
}

/** `container/runc-scratch/noop`. */
export function cellPath(cell: Cell): string {
  return `${cell.runner}/${cell.variant}/${cell.workload}`;
}

/** Name of the cell a ratio is taken to, short where the workload is the same. */
export function referenceName(view: View, id: string): string {
  const cell = view.cell(id);
  return cell ? cellName(cell) : id;
}

export function trialsOf(summary: Summary): number {
  const { ok, unavailable, failed, invalid } = summary.counts;
  return ok + unavailable + failed + invalid;
}

/** `30 of 30` or `n = 30` would hide what is missing: this names every count that is not zero. */
export function countsText(summary: Summary): string {
  const { counts } = summary;
  const censored = counts.censored > 0 ? ` (${counts.censored} cut off by the time limit)` : '';
  const parts = [
    counts.failed > 0 ? `${counts.failed} failed${censored}` : '',
    counts.invalid > 0 ? `${counts.invalid} invalid` : '',
    counts.unavailable > 0 ? `${counts.unavailable} unavailable` : '',
  ].filter((part) => part !== '');
  return parts.join(', ');
}

/** `host steal above 10 % (×2); timeout (×1)`. */
export function reasonsText(summary: Summary): string {
  return summary.reasons.map(({ text, count }) => `${text} (×${count})`).join('; ');
}

/** The words that stand where a number would: what happened, never a 0 or an empty cell. */
export function notMeasured(summary: Summary | undefined): string {
  const reason = summary?.reasons[0]?.text;
  if (reason !== undefined) return `not measured: ${reason}`;
  return summary ? 'not measured: no trial gave a value' : 'not measured: the record has no reading of it';
}

/** `, scenario ladder` where another scenario measures the same activity, so that no two headings are alike; else nothing. */
export function scenarioNote({ model }: View, cell: Cell | undefined): string {
  const another = model.cells.some(
    (other) => cell && other.scenario !== cell.scenario && other.activity === cell.activity && isFleet(other) === isFleet(cell),
  );
  return cell && another ? `, scenario ${cell.scenario}` : '';
}

/** How long the run took and how much of that was measuring; empty where the run did not end by itself. */
export function durationText({ wallNs, insideTrialsNs }: Manifest): string {
  if (wallNs === undefined || insideTrialsNs === undefined || wallNs === 0) return '';
  const share = Math.round((insideTrialsNs / wallNs) * 100);
  return `The run took ${quantity(wallNs / 1e9, 's')}, ${share} % of it inside trials.`;
}

/** Why a summary with values has no interval. */
export function noInterval(summary: Summary): string {
  return summary.note ?? `no interval from ${summary.counts.ok} values`;
}

/**
 * Capital first (unless an identifier stands there), full stop last: for texts that other stages write as
 * clauses.
 */
export function sentence(text: string): string {
  const full = /[.!?…]$/.test(text) ? text : `${text}.`;
  return /^[a-z]+[ ,.]/.test(full) ? full.charAt(0).toUpperCase() + full.slice(1) : full;
}

interface StatusWord {
  readonly sign: string;
  readonly word: string;
}
const STATUS: Readonly<Record<Verdict['status'], StatusWord>> = {
  pass: { sign: '✓', word: 'pass' },
  fail: { sign: '✗', word: 'fail' },
  inconclusive: { sign: '?', word: 'inconclusive' },
  incomparable: { sign: '≠', word: 'incomparable' },
  incomplete: { sign: '…', word: 'incomplete' },
};
export function statusWord(status: Verdict['status']): StatusWord {
  return STATUS[status];
}

/** So many passed verdicts are read one by one; of more, a reader wants the number. */
const MOST_PASSED = 8;

/** What did not pass is always shown; passed verdicts are folded away together where there are many (one per technology, size and state). */
export function foldPassed(list: readonly Verdict[]): { readonly shown: readonly Verdict[]; readonly folded: readonly Verdict[] } {
  const passed = list.filter(({ status }) => status === 'pass');
  return passed.length > MOST_PASSED
    ? { shown: list.filter(({ status }) => status !== 'pass'), folded: passed }
    : { shown: list, folded: [] };
}

/** Sentences that warn about the run as a whole; none for a complete run of a clean checkout. */
export function runWarnings({ manifest, cells }: Pick<ReportModel, 'manifest' | 'cells'>): string[] {
  const because = manifest.statusReason === undefined ? '' : `: ${manifest.statusReason}`;
  const warnings: string[] = [];
  if (manifest.status === 'aborted') {
    warnings.push(`Aborted${because}. What was finished before is shown; nothing after it exists.`);
  }
  if (manifest.status === 'running') {
    warnings.push(`Not ended${because}. The run was still going, or was killed, when this was derived.`);
  }
  if (manifest.suite.dirty) {
    warnings.push('Made from a dirty checkout: the commit does not name the code that measured.');
  }
  const emulated = cells.filter((cell) => cell.emulated === true);
  if (emulated.length > 0) {
    const names = [...new Set(emulated.map((cell) => cell.runner))].join(', ');
    warnings.push(
      `Emulated: ${emulated.length} ${emulated.length === 1 ? 'cell' : 'cells'} of ${names} ran on a processor imitated in software, many times slower than one with hardware virtualisation. They show phases and sizes; no ratio is taken to them.`,
    );
  }
  return warnings;
}

const LINE_FACTS: readonly RegExp[] = [
  /cpu.*model|cpu.*brand/i,
  /^(cpu_count|cores?)$/i,
  /^memory_gib$|mem.*total|ram/i,
  /^os|distro/i,
  /^kernel/i,
  /virtual/i,
];

/** The host in one line, from the facts the record has. */
export function hostLine(manifest: Pick<Manifest, 'host'>): string {
  const facts = Object.entries(manifest.host.facts);
  const parts = LINE_FACTS.flatMap((pattern) => {
    const found = facts.find(([name, fact]) => pattern.test(name) && 'value' in fact);
    return found && 'value' in found[1] ? [labelled(found[0], found[1].value)] : [];
  });
  const key = `host key ${manifest.host.key.replace(/^sha256:/, '').slice(0, 12)}`;
  return [...parts, key].join(' · ');
}

/** Texts speak for themselves; a bare number or yes/no needs its name. */
function labelled(name: string, value: string | number | boolean): string {
  if (name.endsWith('_gib')) return `${value} GiB ${name.slice(0, -4)}`;
  return typeof value === 'string' ? value : `${name.replaceAll('_', ' ')} ${value}`;
}
