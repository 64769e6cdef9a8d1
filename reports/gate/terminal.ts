import type { GateReport, GateResult } from '../../core/model/gate-report.ts';
import { counted } from '../format.ts';
import { wrap } from '../text-layout.ts';
import { hostLine, sentence } from '../words.ts';
import {
  armsText,
  bySeverity,
  certaintyText,
  changeText,
  counts,
  gateLine,
  MEANING,
  printable,
  ruleText,
  subjectText,
  verdictSentence,
  waiverLines,
  waiverText,
} from './words.ts';

export interface GateTerminalOptions {
  readonly colour: boolean;
  /** characters per line; nothing but the command to copy is wider */
  readonly width: number;
  /** also a line for every gate that passed */
  readonly verbose: boolean;
}

type Style = (text: string) => string;
const INDENT = '     ';

/**
 * The answer of `gate` on stdout: what does not pass with its reasons, passed gates in one line, then rule, host, the command that does it
 * again and how to waive. No line can be taken for a workflow command of GitHub’s runner, whatever a label or a message holds.
 */
export function renderGate(report: GateReport, options: GateTerminalOptions): string {
  const width = Math.max(40, options.width);
  const style = stylesOf(options.colour);
  const gates = bySeverity(report.gates);
  const open = gates.filter(({ verdict }) => verdict !== 'pass');
  const passed = gates.filter(({ verdict }) => verdict === 'pass');
  const blocks = [
    ...open.map((gate) => openLines(report, gate, width, style)),
    options.verbose ? passed.flatMap((gate) => lineOf(gate, width, style)) : passedLines(passed, width, style),
    warningLines(report, width, style),
    closingLines(report, open, width, style),
  ];
  const lines = blocks.filter((block) => block.length > 0).flatMap((block, index) => (index === 0 ? block : ['', ...block]));
  return `${lines.map(noCommand).join('\n')}\n`;
}

/** The runner executes a line that begins with `::word` after white space, and `##[word]` anywhere in one. */
function noCommand(line: string): string {
  return line.replace(/^(\s*):(?=:)/, '$1: ').replaceAll('##[', '# #[');
}

function lineOf(gate: GateResult, width: number, style: Styles): string[] {
  const line = printable(gate.id) === gate.id ? gateLine(gate) : printable(gateLine(gate));
  const [first = '', ...rest] = line.length <= width ? [line] : wrap(line, width, '', INDENT);
  const word = /^[A-Z]+/.exec(first)?.[0] ?? '';
  return [style.verdict(gate)(word) + first.slice(word.length), ...rest];
}

function openLines(report: GateReport, gate: GateResult, width: number, style: Styles): string[] {
  const certainty = certaintyText(gate);
  const arms = armsText(report, gate);
  const facts = [
    `${subjectText(gate)}: ${gate.because}`,
    certainty === undefined ? '' : `how sure: ${certainty}`,
    arms ?? '',
    waiverText(gate) ?? '',
  ];
  return [
    ...lineOf(gate, width, style),
    ...facts.filter((text) => text !== '').flatMap((text) => wrap(printable(text), width, INDENT, `${INDENT}  `)),
  ];
}

function passedLines(passed: readonly GateResult[], width: number, style: Styles): string[] {
  if (passed.length === 0) return [];
  const better = passed
    .filter(({ improved }) => improved)
    .map((gate) => `${gate.id} improved${gate.change ? ` ${changeText(gate.change)}` : ''}`);
  const [first = '', ...rest] = wrap([`PASS ${counted(passed.length, 'gate')}`, ...better].join('; '), width, '', INDENT);
  return [style.pass(first.slice(0, 4)) + first.slice(4), ...rest];
}

function warningLines({ warnings }: GateReport, width: number, style: Styles): string[] {
  return warnings.flatMap((text) => wrap(sentence(printable(text)), width, '! ', '  ').map(style.warn));
}

function closingLines(report: GateReport, open: readonly GateResult[], width: number, style: Styles): string[] {
  const counting = open.filter(counts);
  const meanings = [...new Set(counting.flatMap(({ verdict }) => (verdict === 'pass' ? [] : [MEANING[verdict]])))];
  const waivable = counting.find(({ verdict }) => verdict === 'fail');
  return [
    ...wrap(verdictSentence(report), width, '', INDENT).map(style.bold),
    ...meanings.flatMap((text) => wrap(text, width)),
    ...wrap(ruleText(report), width, '', INDENT).map(style.dim),
    ...wrap(printable(hostLine(report)), width, 'host: ', INDENT).map(style.dim),
    'again:',
    INDENT + printable(report.reproduce),
    ...(waivable === undefined ? [] : ['waive, in gates.yaml:', ...waiverLines(waivable.id).map((line) => `${INDENT}${line}`)]),
  ];
}

interface Styles {
  readonly bold: Style;
  readonly dim: Style;
  readonly warn: Style;
  readonly pass: Style;
  verdict(gate: GateResult): Style;
}

/** SGR codes; without colour the words carry everything. */
function stylesOf(colour: boolean): Styles {
  const sgr =
    (code: number): Style =>
    (text) =>
      colour ? `\u001B[${code}m${text}\u001B[0m` : text;
  const [red, green, yellow] = [sgr(31), sgr(32), sgr(33)];
  const verdict = (gate: GateResult): Style => (gate.verdict === 'pass' ? green : gate.verdict === 'fail' && counts(gate) ? red : yellow);
  return { bold: sgr(1), dim: sgr(2), warn: yellow, pass: green, verdict };
}
