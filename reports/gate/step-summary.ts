import type { GateReport, GateResult, GateVerdict } from '../../core/model/gate-report.ts';
import { quantity } from '../format.ts';
import { hostLine, sentence } from '../words.ts';
import { markdownCode, markdownFence, markdownRow, markdownText } from './markdown.ts';
import {
  armsText,
  bySeverity,
  certaintyText,
  changeText,
  counts,
  countText,
  detectableText,
  isWaived,
  limitText,
  MEANING,
  printable,
  ruleText,
  subjectText,
  verdictSentence,
  verdictWord,
  waiverLines,
  waiverText,
} from './words.ts';

/** Above 1,024 KiB GitHub drops the whole summary of a step. */
const MOST_BYTES = 900 * 1024;

const SIGNS: Readonly<Record<GateVerdict, string>> = { pass: '✅', fail: '❌', inconclusive: '❔', incomparable: '⚠️', incomplete: '⚠️' };

/** A part of the summary that is written whole or not at all; `what` is counted in the note that says what was left out. */
interface Part {
  readonly lines: readonly string[];
  readonly what: 'gates' | 'details' | 'warnings' | 'artifacts' | 'fixed';
}

/** Markdown for `$GITHUB_STEP_SUMMARY`: verdict, the command that does it again, a table of all gates, what did not pass, artifacts. */
export function stepSummary(report: GateReport, mostBytes = MOST_BYTES): string {
  return fit([...headParts(report), ...tableParts(report), ...detailParts(report), ...tailParts(report)], mostBytes);
}

function headParts(report: GateReport): Part[] {
  const fixed = [
    `## ${SIGNS[report.verdict]} thirdwave gate: ${verdictWord(report.verdict)}`,
    '',
    sentence(markdownText(verdictSentence(report))),
    '',
    ...markdownFence(report.reproduce, 'sh'),
    '',
    `Host: ${markdownText(hostLine(report))}`,
    '',
    sentence(markdownText(ruleText(report))),
    '',
  ];
  return [
    { what: 'fixed', lines: fixed },
    ...report.warnings.map((text): Part => ({ what: 'warnings', lines: [`- ⚠️ ${sentence(markdownText(text))}`] })),
  ];
}

const TITLES = ['gate', 'what', 'base', 'head', 'change [interval]', 'limit', 'n', 'MDE', 'verdict'] as const;

function tableParts({ gates }: GateReport): Part[] {
  const rows = bySeverity(gates).map((gate): Part => ({ what: 'gates', lines: [markdownRow(cellsOf(gate))] }));
  const head = ['', markdownRow(TITLES), markdownRow(['---', '---', '--:', '--:', '--:', '--:', '--:', '--:', '---'])];
  return rows.length === 0 ? [] : [{ what: 'fixed', lines: head }, ...rows];
}

function cellsOf(gate: GateResult): string[] {
  const { base, head, change, kind, stat, unit, verdict } = gate;
  const value = (amount: number | undefined): string => (amount === undefined ? 'not measured' : quantity(amount, unit));
  const aside = isWaived(gate) ? ' (waived)' : gate.level === 'warn' && verdict !== 'pass' ? ' (warning)' : '';
  return [
    markdownCode(gate.id),
    markdownText(subjectText(gate)),
    kind === 'budget' ? 'budget' : value(base),
    kind === 'budget' && head !== undefined ? `${stat ?? 'median'} ${value(head)}` : value(head),
    change ? markdownText(changeText(change)) : kind === 'budget' ? 'not compared' : 'not measured',
    markdownText(limitText(gate)),
    countText(gate),
    detectableText(gate) ?? '',
    `${SIGNS[verdict]} ${gate.improved ? 'PASS, improved' : verdictWord(verdict)}${aside}`,
  ];
}

function detailParts(report: GateReport): Part[] {
  const open = bySeverity(report.gates).filter(({ verdict }) => verdict !== 'pass');
  const waivable = open.find((gate) => gate.verdict === 'fail' && counts(gate));
  const waive = ['', '### How to waive a gate', '', 'In `gates.yaml`, with a reason and the last day on which it holds:', ''];
  return [
    ...open.map((gate): Part => ({ what: 'details', lines: ['', ...detailLines(report, gate)] })),
    ...(waivable ? [{ what: 'fixed', lines: [...waive, ...markdownFence(waiverLines(waivable.id).join('\n'), 'yaml')] } as const] : []),
  ];
}

function detailLines(report: GateReport, gate: GateResult): string[] {
  const certainty = certaintyText(gate);
  const arms = armsText(report, gate);
  const waiver = waiverText(gate);
  const { verdict } = gate;
  return [
    `### ${SIGNS[verdict]} ${verdictWord(verdict)} ${markdownCode(gate.id)}`,
    '',
    `- ${sentence(markdownText(`${subjectText(gate)}: ${gate.because}`))}`,
    ...(certainty === undefined ? [] : [`- How sure: ${markdownText(certainty)}.`]),
    ...(arms === undefined ? [] : [`- Compared: ${markdownText(arms)}.`]),
    ...(waiver === undefined ? [] : [`- ${sentence(markdownText(waiver))}`]),
    ...(verdict === 'pass' ? [] : [`- ${MEANING[verdict]}`]),
  ];
}

function tailParts({ artifacts, runId, suite }: GateReport): Part[] {
  const head = [
    '',
    '### Artifacts',
    '',
    markdownRow(['program', 'arm', 'cell', 'named', 'digest']),
    markdownRow(['---', '---', '---', '---', '---']),
  ];
  const rows = artifacts.map((artifact): Part => {
    const { program, arm, runner, variant, label, digest } = artifact;
    const cells = [markdownCode(program), arm, markdownCode(`${runner}/${variant}`), markdownCode(label), markdownCode(digest)];
    return { what: 'artifacts', lines: [markdownRow(cells)] };
  });
  const dirty = suite.dirty ? ' (dirty)' : '';
  const made = `Run ${markdownText(runId)}, thirdwave ${markdownText(suite.version)}, commit ${markdownText(suite.commit)}${dirty}.`;
  return [...(rows.length === 0 ? [] : [{ what: 'fixed', lines: head } as const, ...rows]), { what: 'fixed', lines: ['', made] }];
}

/** Room for the note. */
const RESERVE = 400;

/** All parts in order as far as they fit; then a note that says how many of what are missing. */
function fit(parts: readonly Part[], mostBytes: number): string {
  const encoder = new TextEncoder();
  const size = ({ lines }: Part): number => lines.reduce((sum, line) => sum + encoder.encode(line).length + 1, 0);
  const total = parts.reduce((sum, part) => sum + size(part), 0);
  if (total <= mostBytes) return textOf(parts);
  let bytes = 0;
  const end = parts.findIndex((part) => (bytes += size(part)) > mostBytes - RESERVE);
  const gone = (wanted: Part['what']): number => parts.slice(end).filter(({ what }) => what === wanted).length;
  const missing = [
    [gone('gates'), 'rows of gates'],
    [gone('details'), 'explanations'],
    [gone('warnings'), 'warnings'],
    [gone('artifacts'), 'artifacts'],
  ] as const;
  const said = missing.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const left = [...said, 'everything after them'].join(', ');
  const note = `**Cut here**: GitHub takes no more than 1 MiB. Left out: ${left}; \`--out json=gate.json\` has all.`;
  return `${textOf(parts.slice(0, end))}\n${printable(note)}\n`;
}

function textOf(parts: readonly Part[]): string {
  return `${parts.flatMap(({ lines }) => lines).join('\n')}\n`;
}
