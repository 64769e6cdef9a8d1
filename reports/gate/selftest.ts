import type { SelftestReport } from '../../core/model/gate-selftest.ts';
import { shareText as percentText } from '../../results/judge/words.ts';
import { type Line, tableLines, wrap } from '../text-layout.ts';
import { markdownRow } from './markdown.ts';
import { effectText, gateTable, rulesTable, type SelftestTable, shareText } from './selftest-tables.ts';

export interface SelftestStyle {
  readonly width: number;
  readonly bold: (text: string) => string;
}

/** The synthetic selftest for the terminal: what was simulated, the gate, the other rules, and whether what is promised holds. */
export function renderSelftest(report: SelftestReport, { width, bold }: SelftestStyle): string {
  const block = (title: string, table: SelftestTable): string[] => [bold(title), ...terminalTable(table, width, bold), ''];
  return [
    ...wrap(simulatedWords(report), width),
    '',
    ...block('the gate', gateTable(report)),
    ...block('the rules that others use, on the same trials', rulesTable(report)),
    ...report.claims.map((claim) => `${claimMark(claim)} ${claimText(claim)}`).flatMap((text) => wrap(text, width, '', '  ')),
    '',
    ...notes(report).flatMap((text) => wrap(text, width)),
  ].join('\n');
}

/** The same as a page of its own: docs/gate-error-rates.md is this. */
export function selftestPage(report: SelftestReport, date: string): string {
  return [
    '# Error rates of the gate',
    '',
    `\`thirdwave gate selftest --synthetic --runs ${report.runs} --seed ${report.seed}\`, ${date}. The same command gives the same numbers; a pure test`,
    'holds this page to the code. What the rule is and why: [decision 11](decisions/0011-gate-decision.md).',
    '',
    simulatedWords(report),
    '',
    '## The gate',
    '',
    ...markdownTable(gateTable(report)),
    '',
    ...report.claims.map((claim) => `- ${claimMark(claim)} ${claimText(claim)}`),
    '',
    '## The rules that others use, on the same trials',
    '',
    ...markdownTable(rulesTable(report)),
    '',
    '## How to read it',
    '',
    ...notes(report).map((text) => `- ${text}`),
    '',
    '## Noise',
    '',
    ...report.families.map(({ id, noise }) => `- **${id}**: ${noise}`),
    '',
  ].join('\n');
}

function simulatedWords({ runs, gates, perRound, looks, alpha, beta, allowed, seed }: SelftestReport): string {
  return (
    `${runs} runs of ${gates} gates for each noise and effect, seed ${seed}; allowed ${effectText(allowed)}, alpha ${percentText(alpha)} per whole run, ` +
    `beta ${percentText(beta)} per gate, looks after ${looks.join(', ')} rounds, each with ${perRound} trials of base, head and base’s twin.`
  );
}

/** A tick only where the bound shows it: no false failure in one run shows nothing. */
function claimMark({ holds, shown }: SelftestReport['claims'][number]): string {
  if (!holds) return '✗';
  return shown ? '✓' : '?';
}

function claimText({ claim, family, found, holds, shown }: SelftestReport['claims'][number]): string {
  const doubt = holds && !shown ? '; too few runs to show it at 95 %' : '';
  return `${family}: ${claim}: ${shareText(found)}, ${found.count} of ${found.of}${doubt}`;
}

/** What the columns mean, and what they do not. */
function notes({ gates, perRound }: SelftestReport): string[] {
  return [
    `false fails: a gate failed although nothing changed, in so many of all runs of ${gates} gates; in brackets the one-sided 95 % bound (Clopper and Pearson). of gates: the share of single gates that did.`,
    'mirrored: the share of unchanged gates that were called improved, as surely as a failure would be. A rule that finds regressions and never improvements is broken.',
    '+5 %, +20 % …: one gate of the run changed by so much; the share of runs in which that gate failed, and at −20 % was called improved. All effects are put on the same trials.',
    '+10 % passes, +20 % passes: the share of runs in which the changed gate passed, with the same bound: beta bounds it from the allowed regression on.',
    'open runs: nothing changed and some gate ended inconclusive or incomparable. rounds: mean until a gate, and the whole run, was decided where nothing changed.',
    `same rounds: ${10 * perRound} trials of each side from the first ten rounds, interleaved. base first: as many of base from rounds 1 to 10, of head from 11 to 20, as where every commit has a job of its own. The gate needs the same rounds by design.`,
    'mean ratio: runwasi fails above 1.3. Mann–Whitney, two-sided: benchstat; with a smallest difference: asv. Last value: github-action-benchmark, one number of this commit ÷ one of the commit before, here a single trial of each; its default limit is 2. Where the number is a mean of many, see mean ratio.',
    'On interleaved trials simple rules do well here: what ruins them is a host that changes between base and head, which interleaving removes, and the number of gates. They cannot say that they do not know.',
  ];
}

function terminalTable({ titles, align, groups }: SelftestTable, width: number, bold: (text: string) => string): string[] {
  const lines = groups.flatMap(({ heading, rows }): Line[] => [
    ...(heading === undefined ? [] : [{ heading }]),
    ...rows.map((cells): Line => ({ cells })),
  ]);
  return tableLines(titles, align, lines, width, bold);
}

function markdownTable({ titles, align, groups }: SelftestTable): string[] {
  const width = titles.length;
  return [
    markdownRow(titles),
    markdownRow(align.map((side) => (side === 'right' ? '---:' : ':---'))),
    ...groups.flatMap(({ heading, rows }) => [
      ...(heading === undefined ? [] : [markdownRow([`**${heading}**`, ...new Array<string>(width - 1).fill('')])]),
      ...rows.map((cells) => markdownRow(cells)),
    ]),
  ];
}
